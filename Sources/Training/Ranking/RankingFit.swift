import Kernels

/// Fits trees that put the candidates of a question in order: LambdaMART.
///
/// - Source: Burges, "From RankNet to LambdaRank to LambdaMART", MSR-TR-2010-82; XGBoost's `rank:ndcg`.
package struct RankingFit: Sendable {
  /// Candidates of one question.
  package struct Group: Sendable {
    /// Shape `[candidates, features]`.
    package var features: Matrix
    /// Judged gain of each, 0 where none was judged.
    package var gains: [Double]

    package init(features: Matrix, gains: [Double]) {
      self.features = features
      self.gains = gains
    }
  }

  package var parameters: [String: Double]
  package var seed: UInt64

  /// Shallow and slow: judgements are few.
  package init(parameters: [String: Double] = [:], seed: UInt64 = 42) {
    self.parameters = ["n_estimators": 100, "max_depth": 3, "learning_rate": 0.05, "min_child_weight": 1]
      .merging(parameters) { $1 }
    self.seed = seed
  }

  /// - Parameter groups: those without a judged candidate, or with nothing else, teach nothing and are passed over.
  /// - Returns: the trees, and their source in XGBoost's JSON.
  /// - Throws: `.unfit` where nothing is left to learn from; `.failed` with XGBoost's message.
  package func fit(_ groups: [Group]) throws(TrainingError) -> (trees: TreeEnsemble, source: [UInt8]) {
    let telling = groups.filter { group in group.gains.contains { $0 > 0 } && group.gains.contains(0) }
    guard let width = telling.first?.features.columns, telling.count >= 10 else {
      throw TrainingError(.unfit, "\(telling.count) questions have a judged candidate; at least 10 are needed")
    }
    let rows = telling.flatMap(\.features.values)
    let source = try Booster(
      parameters: [
        ("objective", "rank:ndcg"), ("eta", "\(parameters["learning_rate", default: 0.05])"),
        ("max_depth", "\(Int(parameters["max_depth", default: 3]))"),
        ("min_child_weight", "\(parameters["min_child_weight", default: 1])"), ("seed", "\(seed % 2_147_483_647)"),
      ], rounds: Int(parameters["n_estimators", default: 100])
    ).train(
      Matrix(rows: rows.count / width, columns: width, values: rows),
      labels: telling.flatMap { $0.gains.map { Float($0) } }, weights: nil,
      groups: telling.map { UInt32($0.gains.count) })
    return (try TreeEnsemble(xgboost: [source]), source)
  }
}
