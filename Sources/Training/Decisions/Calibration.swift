import Foundation
import Kernels

/// Makes the probability of the second of two classes agree with how often it is true.
package enum Calibration: Codable, Hashable, Sendable {
  package enum Method: String, Codable, Sendable, CaseIterable {
    case none
    case sigmoid
    case isotonic
  }

  case none
  /// `1 / (1 + e^(slope x + offset))` of the score before calibration.
  case sigmoid(slope: Float, offset: Float)
  /// Steps: the value of the last bound that the probability reaches. Bounds rise; the first is 0.
  case isotonic(bounds: [Float], values: [Float])

  /// - Parameters:
  ///   - probabilities: of the second class of rows that the model didn't learn from, shape `[n]`.
  ///   - isPositive: shape `[n]`.
  /// - Complexity: O(n log n).
  package init(_ method: Method, probabilities: [Double], isPositive: [Bool], weights: [Double]? = nil) {
    switch method {
    case .none: self = .none
    case .sigmoid: self = Self.sigmoid(probabilities, isPositive, weights)
    case .isotonic: self = Self.isotonic(probabilities, isPositive, weights)
    }
  }

  /// - Parameter values: shape `[n, classes]`; of other than two classes they stay.
  func applied(to values: DoubleMatrix) -> DoubleMatrix {
    guard self != .none, values.columns == 2 else { return values }
    var values = values
    for row in 0..<values.rows {
      let positive = calibrated(values.values[2 * row + 1])
      values.values[2 * row] = 1 - positive
      values.values[2 * row + 1] = positive
    }
    return values
  }

  package func calibrated(_ probability: Double) -> Double {
    switch self {
    case .none: return probability
    case .sigmoid(let slope, let offset):
      return 1 / (1 + exp(Double(slope) * probability + Double(offset)))
    case .isotonic(let bounds, let values):
      // The last bound that is not above.
      var (low, high) = (0, bounds.count)
      while low + 1 < high {
        let middle = (low + high) / 2
        if bounds[middle] <= Float(probability) { low = middle } else { high = middle }
      }
      return Double(values[low])
    }
  }

  /// - Source: Platt, "Probabilistic outputs for support vector machines", 1999, with its smoothed targets; Lin, Lin, Weng,
  ///   "A note on Platt's probabilistic outputs", Machine Learning 2007.
  private static func sigmoid(_ x: [Double], _ isPositive: [Bool], _ weights: [Double]?) -> Calibration {
    let positives = Double(isPositive.count { $0 })
    let negatives = Double(isPositive.count) - positives
    let (high, low) = ((positives + 1) / (positives + 2), 1 / (negatives + 2))
    var search = LBFGS()
    search.tolerance = 1e-10
    let total = weights?.reduce(0, +) ?? Double(x.count)
    let found = search.minimum(from: [0, log((negatives + 1) / (positives + 1))]) { point in
      var value = 0.0
      var gradient = [0.0, 0.0]
      for row in x.indices {
        let target = isPositive[row] ? high : low
        let weight = (weights?[row] ?? 1) / total
        let score = point[0] * x[row] + point[1]
        // -t log p - (1 - t) log (1 - p) of p = 1 / (1 + e^score).
        value += weight * (max(score, 0) - (1 - target) * score + log1p(exp(-abs(score))))
        let slope = weight * (target - 1 / (1 + exp(score)))
        gradient[0] += slope * x[row]
        gradient[1] += slope
      }
      return (value, gradient)
    }
    return .sigmoid(slope: Float(found.point[0]), offset: Float(found.point[1]))
  }

  /// Pool adjacent violators.
  ///
  /// - Source: Zadrozny, Elkan, "Transforming classifier scores into accurate multiclass probability estimates", KDD 2002.
  private static func isotonic(_ x: [Double], _ isPositive: [Bool], _ weights: [Double]?) -> Calibration {
    struct Block {
      var bound: Double
      var sum: Double
      var weight: Double
      var mean: Double { sum / weight }
    }
    var blocks: [Block] = []
    for row in x.indices.sorted(by: { x[$0] < x[$1] }) {
      let weight = weights?[row] ?? 1
      let hit = isPositive[row] ? weight : 0
      if let last = blocks.last, Float(last.bound) == Float(x[row]) {
        blocks[blocks.count - 1].sum += hit
        blocks[blocks.count - 1].weight += weight
      } else {
        blocks.append(Block(bound: x[row], sum: hit, weight: weight))
      }
      while blocks.count > 1, blocks[blocks.count - 2].mean >= blocks[blocks.count - 1].mean {
        let last = blocks.removeLast()
        blocks[blocks.count - 1].sum += last.sum
        blocks[blocks.count - 1].weight += last.weight
      }
    }
    guard !blocks.isEmpty else { return .none }
    var bounds = blocks.map { Float($0.bound) }
    bounds[0] = 0
    return .isotonic(bounds: bounds, values: blocks.map { Float($0.mean) })
  }
}
