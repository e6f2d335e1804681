import Foundation
import Kernels

/// Fits trees that correct the order of a question's candidates: LambdaMART on top of the scores that they have.
///
/// Trees begin from the present scores and, where a feature says how well a candidate fits, may only rise with it: judgements
/// are few, and what is learned from them must not unlearn what is known. How many trees, and how far the present scores
/// are stretched, is chosen by cross-validation over questions; none is a choice, too.
///
/// - Source: Burges, "From RankNet to LambdaRank to LambdaMART", MSR-TR-2010-82; XGBoost's `rank:ndcg`.
package struct RankingFit: Sendable {
  /// Candidates of one question.
  package struct Group: Sendable {
    /// Shape `[candidates, features]`.
    package var features: Matrix
    /// What orders them now.
    package var scores: [Double]
    /// Judged gain of each, 0 where none was judged.
    package var gains: [Double]

    package init(features: Matrix, scores: [Double], gains: [Double]) {
      self.features = features
      self.scores = scores
      self.gains = gains
    }
  }

  package struct Fitted: Sendable {
    /// `nil` where no tree helps: the order stays as it is.
    package var trees: TreeEnsemble?
    /// XGBoost's JSON.
    package var source: [UInt8]
    /// The score of a candidate is this times its present score, and the trees' sum.
    package var scale: Double
    package var rounds: Int
    /// nDCG@10 over the folds' held-out questions, by what was tried; the first is the present order.
    package var tried: [(rounds: Int, scale: Double, value: Double)]
  }

  package var depth = 2
  package var learningRate = 0.05
  package var folds = 5
  package var seed: UInt64 = 42
  package var threads = 1
  /// Features that a score may only rise with.
  package var rising: [Bool]

  package init(rising: [Bool]) {
    self.rising = rising
  }

  private static let rounds = [10, 25, 50, 100, 200]
  private static let scales = [1.0, 3, 10]

  /// - Parameter groups: those without a judged candidate, or with nothing else, teach nothing and are passed over.
  /// - Throws: `.unfit` where nothing is left to learn from; `.failed` with XGBoost's message.
  package func fit(_ groups: [Group]) throws(TrainingError) -> Fitted {
    let telling = groups.filter { group in group.gains.contains { $0 > 0 } && group.gains.contains(0) }
    guard telling.count >= 2 * folds else {
      throw TrainingError(
        .unfit, "\(telling.count) questions have a judged candidate; at least \(2 * folds) are needed")
    }
    let settings = Self.scales.flatMap { scale in Self.rounds.map { (rounds: $0, scale: scale) } }
    let sums = Parallel.map(folds, threads: threads) { fold in
      Result { () throws(TrainingError) in
        let train = telling.indices.filter { $0 % folds != fold }.map { telling[$0] }
        let held = telling.indices.filter { $0 % folds == fold }.map { telling[$0] }
        var values = [held.reduce(0) { $0 + Self.gain($1, $1.scores) }]
        for (rounds, scale) in settings {
          let trees = try TreeEnsemble(xgboost: [try grown(train, rounds: rounds, scale: scale)])
          values.append(held.reduce(0) { $0 + Self.gain($1, Self.scores($1, trees, scale)) })
        }
        return values
      }
    }
    var totals = [Double](repeating: 0, count: settings.count + 1)
    for result in sums { totals = zip(totals, try result.get()).map { $0 + $1 } }
    let values = totals.map { $0 / Double(telling.count) }
    let best = values.indices.max { (values[$0], $1) < (values[$1], $0) } ?? 0
    let tried =
      [(rounds: 0, scale: 1.0, value: values[0])]
      + zip(settings, values.dropFirst()).map { (rounds: $0.rounds, scale: $0.scale, value: $1) }
    guard best > 0 else { return Fitted(trees: nil, source: [], scale: 1, rounds: 0, tried: tried) }
    let chosen = settings[best - 1]
    let source = try grown(telling, rounds: chosen.rounds, scale: chosen.scale)
    return Fitted(
      trees: try TreeEnsemble(xgboost: [source]), source: source, scale: chosen.scale, rounds: chosen.rounds,
      tried: tried)
  }

  private func grown(_ groups: [Group], rounds: Int, scale: Double) throws(TrainingError) -> [UInt8] {
    let rows = groups.flatMap(\.features.values)
    let constraints = rising.map { $0 ? "1" : "0" }.joined(separator: ",")
    return try Booster(
      parameters: [
        ("objective", "rank:ndcg"), ("eta", "\(learningRate)"), ("max_depth", "\(depth)"),
        ("min_child_weight", "0.1"),
        ("monotone_constraints", "(\(constraints))"), ("seed", "\(seed % 2_147_483_647)"),
      ], rounds: rounds
    ).train(
      Matrix(rows: rows.count / rising.count, columns: rising.count, values: rows),
      labels: groups.flatMap { $0.gains.map { Float($0) } }, weights: nil,
      groups: groups.map { UInt32($0.gains.count) },
      margins: groups.flatMap { $0.scores.map { Float(scale * $0) } })
  }

  private static func scores(_ group: Group, _ trees: TreeEnsemble, _ scale: Double) -> [Double] {
    zip(trees.scores(group.features).values, group.scores).map { Double($0) + scale * $1 }
  }

  /// nDCG@10 among the candidates.
  private static func gain(_ group: Group, _ scores: [Double]) -> Double {
    func sum(_ gains: some Sequence<Double>) -> Double {
      gains.prefix(10).enumerated().reduce(0) { $0 + $1.element / log2(Double($1.offset + 2)) }
    }
    let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    return sum(order.map { group.gains[$0] }) / sum(group.gains.sorted(by: >))
  }
}
