import Kernels

/// How well a classifier tells current rows from reference rows: the cross-validated area under the ROC curve, p by
/// permutation of the labels.
///
/// The classifier is ridge regression on the labels ±1, which is one Newton step of logistic regression with an L2
/// penalty. Predictions of rows held out follow from one inverse, whatever the labels, so a permutation costs O(n²).
package struct DomainClassifier: Hashable, Sendable, Codable {
  /// Mean over the folds; 0.5 where nothing differs.
  package var areaUnderCurve: Double
  package var pValue: Double
  /// Weights of the rows in the classifier of all rows, shape `[n + m]`: that of a feature is their product with it.
  var rowWeights: [Double] = []

  static let foldCount = 5
  /// The curvature of the logistic loss at 0 is a quarter: its unit penalty is 4 here.
  package static let penalty = 4.0

  /// - Parameters:
  ///   - products: shape `[n + m, n + m]`, of the rows' features with each other, the reference's `n` first.
  /// - Complexity: O((n + m)³ + (n + m)² × permutations).
  package init(products: [Double], n: Int, permutations: Int, seed: UInt64, threads: Int) {
    let size = Int(Double(products.count).squareRoot().rounded())
    precondition(n > 0 && n < size, "\(n) of \(size) rows are reference")
    let folds = Self.folds(n: n, size: size, seed: seed)
    // The added 1 is the intercept.
    var regular = products.map { $0 + 1 }
    for row in 0..<size { regular[row * size + row] += Self.penalty }
    let inverse = SymmetricInverse.of(regular, size: size, threads: threads)
    let blocks = Parallel.map(Self.foldCount, threads: threads) { fold in
      let rows = folds[fold]
      return SymmetricInverse.of(
        rows.flatMap { row in rows.map { inverse[row * size + $0] } }, size: rows.count, threads: 1)
    }
    let share = Double(n) / Double(size)

    @Sendable func weights(_ isCurrent: [Bool]) -> [Double] {
      let labels = isCurrent.map { $0 ? share * 2 : (share - 1) * 2 }
      return inverse.withUnsafeBufferPointer { inverse in
        labels.withUnsafeBufferPointer { labels in
          (0..<size).map { row in
            guard let x = inverse.baseAddress, let y = labels.baseAddress else { return 0 }
            return DoubleVectors.dot(x + row * size, y, size)
          }
        }
      }
    }
    @Sendable func area(_ isCurrent: [Bool]) -> Double {
      let weights = weights(isCurrent)
      var sum = 0.0
      for (rows, block) in zip(folds, blocks) {
        let right = rows.map { weights[$0] }
        var reference: [Double] = []
        var current: [Double] = []
        for (place, row) in rows.enumerated() {
          // label - (block⁻¹ weights): the prediction for a row that took no part.
          var residual = 0.0
          for other in right.indices { residual += block[place * rows.count + other] * right[other] }
          if isCurrent[row] {
            current.append(share * 2 - residual)
          } else {
            reference.append((share - 1) * 2 - residual)
          }
        }
        sum += (try? ROC.area(negatives: reference, positives: current)) ?? 0.5
      }
      return sum / Double(Self.foldCount)
    }
    let labels = (0..<size).map { $0 >= n }
    rowWeights = weights(labels)
    let observed = area(labels)
    areaUnderCurve = observed
    let reached = Parallel.map(permutations, threads: threads) { index in
      var generator = SplitMix64(seed: seed &+ UInt64(index + 1) &* 0x9E37_79B9)
      var permuted = [Bool](repeating: false, count: size)
      // Within the folds, so that every fold keeps its shares.
      for rows in folds {
        let count = rows.count { $0 >= n }
        var places = rows
        for place in 0..<count { places.swapAt(place, place + generator.below(places.count - place)) }
        for row in places.prefix(count) { permuted[row] = true }
      }
      return area(permuted) >= observed - 1e-12 ? 1 : 0
    }
    pValue = Double(reached.reduce(0, +) + 1) / Double(permutations + 1)
  }

  /// Rows of each fold, which hold about as large a share of both sides.
  package static func folds(n: Int, size: Int, seed: UInt64) -> [[Int]] {
    var generator = SplitMix64(seed: seed)
    let order = Array(0..<n).shuffled(using: &generator) + Array(n..<size).shuffled(using: &generator)
    return (0..<foldCount).map { fold in
      stride(from: fold, to: size, by: foldCount).map { order[$0] }
    }
  }

  enum CodingKeys: String, CodingKey {
    case areaUnderCurve = "auc"
    case pValue = "p_value"
  }
}
