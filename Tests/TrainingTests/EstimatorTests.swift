import Foundation
import Kernels
import TestSupport
import Testing
import Training

@Suite struct EstimatorTests {
  private func rows(_ task: ModelTask, missing: Bool, seed: UInt64 = 5) -> TrainingRows {
    let features = Samples.matrix(400, 6, missing: missing, seed: seed)
    let target = (0..<400).map { row -> Double in
      let x = features.row(row).map { $0.isNaN ? 0 : Double($0) }
      let value = x[0] - x[1] * x[2] + 0.5 * x[3]
      switch task {
      case .regression, .clustering, .projection: return value
      case .binary: return value > 0 ? 1 : 0
      case .multiclass: return value > 0.7 ? 2 : value > -0.7 ? 1 : 0
      }
    }
    return TrainingRows(features: features, target: target)
  }

  /// Our walk of the trees against XGBoost's own, to the bit.
  @Test(arguments: ModelTask.allCases.filter(\.hasTarget), [Algorithm.boosting, .randomForest])
  func treesScoreAsXGBoostDoes(task: ModelTask, algorithm: Algorithm) throws {
    let rows = rows(task, missing: true)
    let estimator = try EstimatorFit(
      algorithm, parameters: algorithm.parameters(["n_estimators": 20]), task: task,
      classCount: task == .multiclass ? 3 : 2, seed: 9
    ).fit(rows)
    guard case .trees(let trees, let sources) = estimator.form else {
      Issue.record("no trees")
      return
    }
    let fresh = Samples.matrix(333, 6, missing: true, seed: 77)
    let ours = trees.scores(fresh)
    let width = trees.base.count / sources.count
    for (place, source) in sources.enumerated() {
      let theirs = try Booster.scores(model: source, rows: fresh)
      for row in 0..<fresh.rows {
        for output in 0..<width {
          #expect(
            ours.values[row * trees.base.count + place * width + output] == theirs[row * width + output])
        }
      }
    }
  }

  @Test func theSameSeedGivesTheSameTrees() throws {
    let fit = { (seed: UInt64) in
      try EstimatorFit(
        .randomForest, parameters: Algorithm.randomForest.parameters([:]), task: .binary, classCount: 2,
        seed: seed
      ).fit(rows(.binary, missing: false))
    }
    #expect(try fit(1) == fit(1))
    #expect(try fit(1) != fit(2))
  }

  /// At the minimum no coordinate can be moved to advantage: the derivative is 0, or within the penalty where the weight is.
  @Test(arguments: ModelTask.allCases.filter(\.hasTarget), [0.0, 0.5, 1.0])
  func linearModelsAreAtTheirMinimum(task: ModelTask, ratio: Double) throws {
    let rows = rows(task, missing: false)
    let strength = 0.02
    let given = task == .regression ? ["alpha": strength] : ["C": 1 / (strength * 400)]
    let parameters = try Algorithm.linear.parameters(given.merging(["l1_ratio": ratio, "tol": 1e-9]) { $1 })
    let classes = task == .multiclass ? 3 : 2
    let model = try LinearFit(task: task, classCount: classes, parameters: parameters).fit(rows)
    let outputs = model.bias.count
    func value(_ model: LinearModel) -> Double {
      let scores = DoubleMatrix(rows.features).timesTransposed(
        DoubleMatrix(Matrix(rows: outputs, columns: 6, values: model.weights)))
      var sum = 0.0
      for row in 0..<400 {
        let own = (0..<outputs).map { scores.values[row * outputs + $0] + Double(model.bias[$0]) }
        switch task {
        case .regression, .clustering, .projection: sum += pow(own[0] - rows.target[row], 2) / 2
        case .binary: sum += log(1 + exp(rows.target[row] == 1 ? -own[0] : own[0]))
        case .multiclass: sum += log(own.reduce(0) { $0 + exp($1) }) - own[Int(rows.target[row])]
        }
      }
      let weights = model.weights.map(Double.init)
      return sum / 400 + strength
        * (ratio * weights.reduce(0) { $0 + abs($1) }
          + (1 - ratio) / 2 * weights.reduce(0) { $0 + $1 * $1 })
    }
    let least = value(model)
    for place in model.weights.indices {
      for step in [Float(-0.01), 0.01] {
        var moved = model
        moved.weights[place] += step
        #expect(value(moved) > least - 1e-9, "weight \(place) by \(step)")
      }
    }
    if ratio == 1 {
      #expect(model.weights.contains(0), "a full penalty leaves weights out: \(model.weights)")
    }
  }

  @Test func wrongParametersAreRefused() {
    for (name, value) in [("depth", 3.0), ("max_depth", 2.5), ("max_depth", 31), ("learning_rate", 0)] {
      let error = #expect(throws: TrainingError.self) { try Algorithm.boosting.parameters([name: value]) }
      #expect(error?.code == .invalidArgument && error?.message.contains(name) == true)
    }
  }

  @Test func treesThatLeadAstrayAreRefused() {
    let node = TreeEnsemble.Node(feature: 0, value: 1, left: 0, missingGoesLeft: false)
    func ensemble(_ nodes: [TreeEnsemble.Node], roots: [Int32] = [0]) -> TreeEnsemble? {
      TreeEnsemble(nodes: nodes, roots: roots, outputs: roots.map { _ in 0 }, base: [0], featureCount: 1)
    }
    #expect(ensemble([node, .leaf(1), .leaf(2)]) == nil, "back to itself")
    #expect(ensemble([.leaf(1)], roots: [1]) == nil)
    var far = node
    far.left = 2
    #expect(ensemble([far, .leaf(1), .leaf(2)]) == nil, "out of the nodes")
    var wide = node
    (wide.left, wide.feature) = (1, 1)
    #expect(ensemble([wide, .leaf(1), .leaf(2)]) == nil, "a feature that isn't there")
    wide.feature = 0
    #expect(ensemble([wide, .leaf(1), .leaf(2)]) != nil)
  }

  /// Steps of pooled means against the definition: the best fit that never falls, by brute force over short inputs.
  @Test func isotonicCalibrationIsTheBestThatRises() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<50 {
      let x = (0..<8).map { Double($0 + 1) / 10 }
      let hits = x.map { _ in Bool.random(using: &generator) }
      let calibration = Calibration(.isotonic, probabilities: x, isPositive: hits)
      let ours = x.map { calibration.calibrated($0) }
      // The greatest lower and least upper means: max over starts of min over ends.
      for place in x.indices {
        func mean(_ start: Int, _ end: Int) -> Double {
          Double(hits[start...end].count { $0 }) / Double(end - start + 1)
        }
        var expected = 0.0
        for start in 0...place {
          var least = 1.0
          for end in place..<x.count { least = min(least, mean(start, end)) }
          expected = max(expected, least)
        }
        #expect(abs(ours[place] - expected) < 1e-6)
      }
    }
  }

  @Test func sigmoidCalibrationLowersTheLoss() {
    var generator = SeededGenerator(seed: 8)
    let truth = (0..<2000).map { _ in Double.random(in: 0...1, using: &generator) }
    let hits = truth.map { Double.random(in: 0...1, using: &generator) < $0 * $0 }
    let calibration = Calibration(.sigmoid, probabilities: truth, isPositive: hits)
    func loss(_ p: [Double]) -> Double {
      zip(p, hits).reduce(0) { $0 - log(max(1e-12, $1.1 ? $1.0 : 1 - $1.0)) } / 2000
    }
    #expect(loss(truth.map { calibration.calibrated($0) }) < loss(truth) - 0.02)
  }

  @Test(arguments: ["f1", "precision>=0.8", "recall>=0.9", "0.3"])
  func thresholdsDoWhatTheySay(text: String) throws {
    var generator = SeededGenerator(seed: 6)
    let p = (0..<200).map { _ in (Double.random(in: 0...1, using: &generator) * 100).rounded() / 100 }
    let hits = p.map { Double.random(in: 0...1, using: &generator) < $0 }
    let threshold = try ThresholdRule(text).threshold(p, isPositive: hits)
    func scores(_ threshold: Double) -> (precision: Double, recall: Double) {
      let said = p.indices.filter { p[$0] >= threshold }
      let right = Double(said.count { hits[$0] })
      return (right / Double(max(1, said.count)), right / Double(hits.count { $0 }))
    }
    let own = scores(threshold)
    switch try ThresholdRule(text) {
    case .fixed(let value): #expect(threshold == value)
    case .precision(let least):
      #expect(own.precision >= least)
      #expect(Set(p).allSatisfy { scores($0).precision < least || scores($0).recall <= own.recall })
    case .recall(let least):
      #expect(own.recall >= least)
      #expect(Set(p).allSatisfy { scores($0).recall < least || scores($0).precision <= own.precision })
    case .f1:
      func f1(_ s: (precision: Double, recall: Double)) -> Double {
        2 * s.precision * s.recall / (s.precision + s.recall)
      }
      #expect(Set(p).allSatisfy { !(f1(scores($0)) > f1(own) + 1e-12) })
    }
  }
}
