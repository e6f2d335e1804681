import Kernels

/// A trained model as a graph of ONNX operators, from the raw columns to probabilities.
///
/// Inputs bear the columns' names, each of shape `[n]` or `[n, 1]`: float32 for numbers, and for times as days since 1970;
/// int64 for whole numbers that are never missing; strings for categories, "" where one is missing. A text column is read as
/// its hashed words, float32 of shape `[n, buckets]`, and an embedding column as its vector, `[n, dimension]`: ONNX has no
/// operator that hashes, and the embedding model is not in the file. Outputs are `label` and `probability_<class>`, or
/// `prediction`; of clusters `label` and `distance_<cluster>`, of a projection `component_<number>`; each of n values.
struct ONNXModel {
  private var graph = ONNXGraph()

  var bytes: [UInt8] { graph.model }

  init(_ model: TrainedModel) {
    let features = features(model)
    let scores = scores(model.estimator.form, features)
    outputs(model, scores)
  }

  static func isWhole(_ feature: ColumnSpecification) -> Bool { feature.areIntegers && !feature.isNullable }

  // MARK: Preprocessing

  private mutating func features(_ model: TrainedModel) -> String {
    let specifications = Dictionary(
      model.schema.features.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let column = graph.constant([2], [-1, 1])
    var parts: [String] = []
    for step in model.preprocessor.steps {
      switch step {
      case .number(let name, let fill, let mean, let scale, let hasIndicator):
        let isWhole = specifications[name].map { $0.kind == .number && Self.isWhole($0) } ?? false
        graph.input(name, isWhole ? .int64 : .float)
        var value = graph.apply("Reshape", [name, column])
        if isWhole {
          value = graph.apply("Cast", [value], [("to", .integer(ONNXGraph.Element.float.rawValue))])
        }
        var indicator: String?
        if let fill {
          let isMissing = graph.apply("IsNaN", [value])
          value = graph.apply("Where", [isMissing, graph.constant([1], [fill]), value])
          if hasIndicator { indicator = float(isMissing) }
        }
        if mean != 0 { value = graph.apply("Sub", [value, graph.constant([1], [mean])]) }
        if scale != 1 { value = graph.apply("Div", [value, graph.constant([1], [scale])]) }
        parts.append(value)
        if let indicator { parts.append(indicator) }
      case .oneHot(let name, let categories):
        graph.input(name, .string)
        let width = categories.count + 2
        let place = graph.apply(
          "LabelEncoder", [graph.apply("Reshape", [name, column])],
          [
            ("keys_strings", .texts(categories + [""])),
            ("values_int64s", .integers(Array(0..<categories.count) + [categories.count + 1])),
            ("default_int64", .integer(categories.count)),
          ], isML: true)
        var identity = [Float](repeating: 0, count: width * width)
        for row in 0..<width { identity[row * width + row] = 1 }
        let rows = graph.apply("Gather", [graph.constant([width, width], identity), place])
        parts.append(graph.apply("Reshape", [rows, graph.constant([2], [-1, width])]))
      case .hashedText(let name, let buckets):
        graph.input(name, .float)
        parts.append(graph.apply("Reshape", [name, graph.constant([2], [-1, buckets])]))
      case .embeddedText(let name, let model):
        graph.input(name, .float)
        parts.append(graph.apply("Reshape", [name, graph.constant([2], [-1, model.dimension])]))
      }
    }
    return graph.apply("Concat", parts, [("axis", .integer(1))])
  }

  private mutating func float(_ name: String) -> String {
    graph.apply("Cast", [name], [("to", .integer(ONNXGraph.Element.float.rawValue))])
  }

  // MARK: Estimator

  private mutating func scores(_ form: Estimator.Form, _ features: String) -> String {
    switch form {
    case .linear(let model):
      return graph.apply(
        "Gemm",
        [
          features, graph.constant([model.bias.count, model.featureCount], model.weights),
          graph.constant([model.bias.count], model.bias),
        ], [("transB", .integer(1))])
    case .components(let model):
      let width = model.mean.count
      let centred = graph.apply("Sub", [features, graph.constant([1, width], model.mean)])
      let components = graph.constant([model.count, width], model.components)
      return graph.apply("Gemm", [centred, components], [("transB", .integer(1))])
    case .centres(let model):
      // Differences first: products of float32 would leave too little of a small distance.
      let rows = graph.apply("Reshape", [features, graph.constant([3], [-1, 1, model.featureCount])])
      let centres = graph.constant([1, model.count, model.featureCount], model.centres)
      let squares = graph.apply(
        "ReduceSumSquare", [graph.apply("Sub", [rows, centres])],
        [("axes", .integers([2])), ("keepdims", .integer(0))])
      return graph.apply("Sqrt", [squares])
    case .trees(let trees, _):
      return graph.apply("TreeEnsembleRegressor", [features], Self.attributes(trees), isML: true)
    }
  }

  private static func attributes(_ trees: TreeEnsemble) -> [(String, ONNXGraph.Attribute)] {
    var owner = [Int](repeating: 0, count: trees.nodes.count)
    let starts = trees.roots.map(Int.init)
    for (tree, start) in starts.enumerated() {
      let end = tree + 1 < starts.count ? starts[tree + 1] : trees.nodes.count
      for node in start..<end { owner[node] = tree }
    }
    let local = trees.nodes.indices.map { $0 - starts[owner[$0]] }
    let leaves = trees.nodes.indices.filter { trees.nodes[$0].isLeaf }
    func branch(_ node: Int, _ side: Int) -> Int {
      trees.nodes[node].isLeaf ? 0 : Int(trees.nodes[node].left) + side - starts[owner[node]]
    }
    return [
      ("n_targets", .integer(trees.base.count)), ("base_values", .floats(trees.base)),
      ("nodes_treeids", .integers(owner)), ("nodes_nodeids", .integers(local)),
      ("nodes_featureids", .integers(trees.nodes.map { max(0, Int($0.feature)) })),
      ("nodes_values", .floats(trees.nodes.map { $0.isLeaf ? 0 : $0.value })),
      ("nodes_modes", .texts(trees.nodes.map { $0.isLeaf ? "LEAF" : "BRANCH_LT" })),
      ("nodes_truenodeids", .integers(trees.nodes.indices.map { branch($0, 0) })),
      ("nodes_falsenodeids", .integers(trees.nodes.indices.map { branch($0, 1) })),
      ("nodes_missing_value_tracks_true", .integers(trees.nodes.map { $0.missingGoesLeft ? 1 : 0 })),
      ("target_treeids", .integers(leaves.map { owner[$0] })),
      ("target_nodeids", .integers(leaves.map { local[$0] })),
      ("target_ids", .integers(leaves.map { Int(trees.outputs[owner[$0]]) })),
      ("target_weights", .floats(leaves.map { trees.nodes[$0].value })),
      ("post_transform", .text("NONE")), ("aggregate_function", .text("SUM")),
    ]
  }

  // MARK: Outputs

  private mutating func outputs(_ model: TrainedModel, _ scores: String) {
    guard model.schema.task != .regression else {
      _ = graph.apply("Reshape", [scores, graph.constant([1], [-1])], as: "prediction")
      graph.output("prediction", .float)
      return
    }
    let classes = model.schema.classes
    guard model.schema.hasLabel else {
      columns(model.schema, scores)
      return
    }
    let number: String
    let probabilities: String
    if model.schema.task == .clustering {
      probabilities = scores
      number = graph.apply("ArgMin", [scores], [("axis", .integer(1))])
    } else if model.schema.task == .binary {
      let positive = calibrated(probability(model.estimator.link, scores), model.calibration)
      let one = graph.constant([1], [Float(1)])
      probabilities = graph.apply(
        "Concat", [graph.apply("Sub", [one, positive]), positive], [("axis", .integer(1))])
      let isPositive = graph.apply(
        "GreaterOrEqual", [positive, graph.constant([1], [Float(model.threshold)])])
      number = graph.apply("Cast", [isPositive], [("to", .integer(ONNXGraph.Element.int64.rawValue))])
    } else {
      probabilities = shares(model.estimator.link, scores, classes.count)
      number = graph.apply("ArgMax", [probabilities], [("axis", .integer(1))])
    }
    let label = graph.apply(
      "LabelEncoder", [number],
      [
        ("keys_int64s", .integers(Array(classes.indices))), ("values_strings", .texts(classes)),
        ("default_string", .text("")),
      ], isML: true)
    _ = graph.apply("Reshape", [label, graph.constant([1], [-1])], as: "label")
    graph.output("label", .string)
    columns(model.schema, probabilities)
  }

  /// Each column of values as an output of its own.
  private mutating func columns(_ schema: ModelSchema, _ values: String) {
    let columns = graph.apply(
      "Split", [values], [("axis", .integer(1))], outputs: schema.outputNames.indices.map { "column_\($0)" })
    for (name, column) in zip(schema.outputNames, columns) {
      _ = graph.apply("Reshape", [column, graph.constant([1], [-1])], as: name)
      graph.output(name, .float)
    }
  }

  private mutating func probability(_ link: Link, _ scores: String) -> String {
    link == .proportion ? clipped(scores) : graph.apply("Sigmoid", [scores])
  }

  private mutating func clipped(_ scores: String) -> String {
    graph.apply("Clip", [scores, graph.constant([], [Float(0)]), graph.constant([], [Float(1)])])
  }

  private mutating func shares(_ link: Link, _ scores: String, _ count: Int) -> String {
    guard link == .proportion else { return graph.apply("Softmax", [scores], [("axis", .integer(1))]) }
    let votes = clipped(scores)
    let sum = graph.apply("ReduceSum", [votes, graph.constant([1], [1])])
    let isEmpty = graph.apply("Equal", [sum, graph.constant([1], [Float(0)])])
    let even = graph.constant([1], [1 / Float(count)])
    return graph.apply("Where", [isEmpty, even, graph.apply("Div", [votes, sum])])
  }

  private mutating func calibrated(_ probability: String, _ calibration: Calibration) -> String {
    switch calibration {
    case .none: return probability
    case .sigmoid(let slope, let offset):
      let scaled = graph.apply("Mul", [probability, graph.constant([1], [-slope])])
      return graph.apply("Sigmoid", [graph.apply("Sub", [scaled, graph.constant([1], [offset])])])
    case .isotonic(let bounds, let values):
      let reached = float(
        graph.apply("GreaterOrEqual", [probability, graph.constant([1, bounds.count], bounds)]))
      let rises = values.indices.map { $0 == 0 ? values[0] : values[$0] - values[$0 - 1] }
      return graph.apply("MatMul", [reached, graph.constant([bounds.count, 1], rises)])
    }
  }
}
