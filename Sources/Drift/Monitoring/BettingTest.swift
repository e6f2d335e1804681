import Foundation

/// Tests whether the mean of values in 0…1 is still the reference's, at any time and as often as one looks.
///
/// Wealth of a bettor against it: the chance that it ever reaches 1 / alpha without drift is at most alpha. Half the
/// wealth bets on a rise, half on a fall, each on a grid of fixed shares; or all of it on one of them, which tests
/// that the mean is at most, or at least, the reference's.
///
/// - Source: Waudby-Smith, Ramdas, "Estimating means of bounded random variables by betting", J. Royal Stat. Society B
///   86, 2024, section 4; Ville's inequality.
package struct BettingTest: Hashable, Sendable, Codable {
  /// What is bet on.
  package enum Direction: String, Codable, Sendable {
    case both, rise, fall
  }

  package let mean: Double
  package let alpha: Double
  package let direction: Direction
  /// Logarithms of the wealth of each bettor.
  private var logWealth: [Double]
  /// The largest logarithm of the whole wealth so far, nats.
  package private(set) var largestLogWealth = 0.0

  private static let shares = [0.02, 0.05, 0.1, 0.2, 0.4, 0.8]

  /// - Parameters:
  ///   - mean: of the reference, inside 0…1.
  ///   - alpha: chance of a false alarm, ever.
  package init(mean: Double, alpha: Double = 0.05, direction: Direction = .both) {
    precondition(mean > 0 && mean < 1 && alpha > 0 && alpha < 1, "mean \(mean), alpha \(alpha)")
    self.mean = mean
    self.alpha = alpha
    self.direction = direction
    logWealth = [Double](repeating: 0, count: (direction == .both ? 2 : 1) * Self.shares.count)
  }

  /// - Parameter value: 0…1; what is beyond is clamped.
  /// - Complexity: O(1).
  package mutating func observe(_ value: Double) {
    let x = min(1, max(0, value))
    var bettor = 0
    for share in Self.shares {
      // A bet of `share` of what could be lost at most.
      if direction != .fall {
        logWealth[bettor] += log(1 + share * (x - mean) / mean)
        bettor += 1
      }
      if direction != .rise {
        logWealth[bettor] += log(1 - share * (x - mean) / (1 - mean))
        bettor += 1
      }
    }
    let top = logWealth.max() ?? 0
    let sum = logWealth.reduce(0.0) { $0 + exp($1 - top) } / Double(logWealth.count)
    largestLogWealth = max(largestLogWealth, top + log(sum))
  }

  /// Valid at any time.
  package var pValue: Double { exp(-largestLogWealth) }
  package var isAlarm: Bool { pValue <= alpha }
}
