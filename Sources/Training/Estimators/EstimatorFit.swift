import Kernels

/// Fits an estimator of an algorithm.
package struct EstimatorFit: Sendable {
  package var algorithm: Algorithm
  /// All of them: `Algorithm.parameters`.
  package var parameters: [String: Double]
  package var task: ModelTask
  package var classCount: Int
  package var seed: UInt64

  package init(
    _ algorithm: Algorithm, parameters: [String: Double], task: ModelTask, classCount: Int, seed: UInt64
  ) {
    self.algorithm = algorithm
    self.parameters = parameters
    self.task = task
    self.classCount = classCount
    self.seed = seed
  }

  /// - Throws: `.unfit`; `.failed` with XGBoost's message.
  package func fit(_ rows: TrainingRows) throws(TrainingError) -> Estimator {
    if task.isClassification {
      let seen = Set(rows.target).count
      guard seen == classCount else {
        throw TrainingError(
          .unfit,
          "the rows to learn from have \(seen) of \(classCount) classes; there are too few rows of some")
      }
    }
    switch algorithm {
    case .linear:
      let model = try LinearFit(task: task, classCount: classCount, parameters: parameters).fit(rows)
      return Estimator(.linear(model), link: link)
    case .kmeans:
      return Estimator(.centres(try CentreFit(parameters: parameters, seed: seed).fit(rows)), link: link)
    case .pca: return Estimator(.components(try ComponentFit(parameters: parameters).fit(rows)), link: link)
    case .boosting: return try boosted(rows)
    case .randomForest: return try forest(rows)
    }
  }

  private var link: Link {
    switch (task, algorithm) {
    case (.regression, _), (.clustering, _), (.projection, _): .identity
    case (_, .randomForest): .proportion
    case (.binary, _): .logistic
    case (.multiclass, _): .softmax
    }
  }

  private func boosted(_ rows: TrainingRows) throws(TrainingError) -> Estimator {
    var given: [(name: String, value: String)] = []
    for (name, own) in [
      ("max_depth", "max_depth"), ("eta", "learning_rate"), ("subsample", "subsample"),
      ("colsample_bytree", "colsample_bytree"), ("min_child_weight", "min_child_weight"),
      ("lambda", "reg_lambda"),
      ("alpha", "reg_alpha"), ("gamma", "gamma"), ("max_bin", "max_bin"),
    ] { given.append((name, Self.written(parameters[own, default: 0]))) }
    switch task {
    case .regression, .clustering, .projection:
      given += [("objective", "reg:squarederror"), ("base_score", "\(Float(rows.mean { $0 }))")]
    case .binary: given += [("objective", "binary:logistic"), ("base_score", "\(Float(rows.mean { $0 }))")]
    case .multiclass: given += [("objective", "multi:softprob"), ("num_class", "\(classCount)")]
    }
    let model = try booster(given, rounds: Int(parameters["n_estimators", default: 100]))
      .train(rows.features, labels: rows.target.map { Float($0) }, weights: rows.weights?.map { Float($0) })
    return try estimator([model])
  }

  /// Trees grown apart, each from a part of the rows and of the features at each node. A forest of squared errors on 0 and 1
  /// splits as one of Gini impurities does, and its leaves hold shares of the class; of several classes each has one.
  private func forest(_ rows: TrainingRows) throws(TrainingError) -> Estimator {
    let width = Double(max(1, rows.features.columns))
    let asked = parameters["max_features", default: 0]
    let share = asked > 0 ? asked : task == .regression ? 1 / 3 : width.squareRoot() / width
    var given: [(name: String, value: String)] = []
    for (name, own) in [
      ("max_depth", "max_depth"), ("min_child_weight", "min_samples_leaf"), ("max_bin", "max_bin"),
      ("subsample", "subsample"),
    ] { given.append((name, Self.written(parameters[own, default: 0]))) }
    given += [
      ("colsample_bynode", Self.written(max(share, 1 / width))), ("eta", "1"), ("lambda", "0"),
      ("num_parallel_tree", Self.written(parameters["n_estimators", default: 100])),
      ("objective", "reg:squarederror"),
    ]
    var models: [[UInt8]] = []
    for output in 0..<(task == .multiclass ? classCount : 1) {
      let labels = rows.target.map { task == .multiclass ? Float($0 == Double(output) ? 1 : 0) : Float($0) }
      let start = task == .regression ? Float(rows.mean { $0 }) : 0
      models.append(
        try booster(given + [("base_score", "\(start)")], rounds: 1)
          .train(rows.features, labels: labels, weights: rows.weights?.map { Float($0) }))
    }
    return try estimator(models)
  }

  private func booster(_ given: [(name: String, value: String)], rounds: Int) -> Booster {
    Booster(parameters: given + [("seed", "\(seed % 2_147_483_647)")], rounds: rounds)
  }

  private func estimator(_ models: [[UInt8]]) throws(TrainingError) -> Estimator {
    Estimator(.trees(try TreeEnsemble(xgboost: models), sources: models), link: link)
  }

  /// Whole numbers without a fraction, as XGBoost wants them.
  private static func written(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}
