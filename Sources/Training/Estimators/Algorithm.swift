/// A family of models, with the parameters that it takes.
package enum Algorithm: String, Codable, Sendable, CaseIterable {
  /// Gradient-boosted trees.
  case boosting
  case randomForest = "random_forest"
  /// Logistic or least-squares regression with an elastic net.
  case linear
  /// Clusters around centres.
  case kmeans
  /// Principal components.
  case pca

  /// What it is for; `nil` where the target tells.
  package var task: ModelTask? {
    switch self {
    case .kmeans: .clustering
    case .pca: .projection
    case .boosting, .randomForest, .linear: nil
    }
  }

  /// Parameters by name with their defaults.
  package var defaults: [String: Double] {
    switch self {
    case .boosting:
      [
        "n_estimators": 100, "max_depth": 6, "learning_rate": 0.1, "subsample": 1, "colsample_bytree": 1,
        "min_child_weight": 1, "reg_lambda": 1, "reg_alpha": 0, "gamma": 0, "max_bin": 256,
      ]
    case .randomForest:
      // A depth of 0 is without limit; max_features 0 is the square root of the features, or a third in a regression.
      [
        "n_estimators": 100, "max_depth": 0, "max_features": 0, "min_samples_leaf": 1, "subsample": 0.632,
        "max_bin": 256,
      ]
    case .kmeans: ["n_clusters": 8, "n_init": 10, "max_iter": 300, "tol": 1e-4]
    // Below 1, the share of the variance that is to be explained.
    case .pca: ["n_components": 2]
    case .linear: ["C": 1, "alpha": 0.0001, "l1_ratio": 0, "max_iter": 1000, "tol": 1e-8]
    }
  }

  package var needsScaling: Bool { self != .boosting && self != .randomForest }

  /// The defaults with what `given` changes.
  ///
  /// - Throws: `.invalidArgument` for a name that this algorithm doesn't know, or a value out of its range.
  package func parameters(_ given: [String: Double]) throws(TrainingError) -> [String: Double] {
    for (name, value) in given {
      guard defaults[name] != nil else {
        throw TrainingError(
          .invalidArgument,
          "\(rawValue) has no parameter \(name); it has \(defaults.keys.sorted().joined(separator: ", "))")
      }
      guard let range = Self.ranges[name], range.contains(value) else {
        throw TrainingError(
          .invalidArgument,
          "\(name) is \(value); it must lie between \(Self.ranges[name]?.lowerBound ?? 0) and \(Self.ranges[name]?.upperBound ?? 0)"
        )
      }
      if Self.whole.contains(name) || name == "n_components" && value > 1, value != value.rounded() {
        throw TrainingError(.invalidArgument, "\(name) is \(value); it must be a whole number")
      }
    }
    return defaults.merging(given) { $1 }
  }

  private static let whole: Set<String> = [
    "n_estimators", "max_depth", "max_bin", "max_iter", "min_samples_leaf", "n_clusters", "n_init",
  ]
  private static let ranges: [String: ClosedRange<Double>] = [
    "n_estimators": 1...10_000, "max_depth": 0...30, "learning_rate": 1e-6...1, "subsample": 0.01...1,
    "colsample_bytree": 0.01...1, "min_child_weight": 0...1e9, "reg_lambda": 0...1e9, "reg_alpha": 0...1e9,
    "gamma": 0...1e9, "max_bin": 2...65_536, "max_features": 0...1, "min_samples_leaf": 1...1e9,
    "C": 1e-12...1e12,
    "alpha": 0...1e12, "l1_ratio": 0...1, "max_iter": 1...1_000_000, "tol": 1e-14...1,
    "n_clusters": 2...10_000, "n_init": 1...1000, "n_components": 0.01...10_000,
  ]
}
