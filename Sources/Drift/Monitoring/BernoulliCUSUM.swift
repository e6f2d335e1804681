import Foundation

/// Cumulative sum of log likelihood ratios of a changed rate: the quickest finder of a change of known size.
///
/// - Source: Page, Biometrika 41, 1954; Reynolds, Stoumbos, J. Quality Technology 31, 1999.
package struct BernoulliCUSUM: Hashable, Sendable, Codable {
  package let rate: Double
  package let changedRate: Double
  /// Nats. The mean number of rows to a false alarm is at least e to its power.
  package let threshold: Double
  package private(set) var sum = 0.0

  package init(rate: Double, changedRate: Double, threshold: Double) {
    precondition((0.0..<1).contains(rate) && rate > 0, "rate \(rate)")
    precondition((0.0..<1).contains(changedRate) && changedRate > 0, "changed rate \(changedRate)")
    self.rate = rate
    self.changedRate = changedRate
    self.threshold = threshold
  }

  /// - Returns: whether to alarm; the sum stays until ``reset()``.
  package mutating func observe(_ isEvent: Bool) -> Bool {
    sum += isEvent ? log(changedRate / rate) : log((1 - changedRate) / (1 - rate))
    sum = max(0, sum)
    return sum >= threshold
  }

  package mutating func reset() {
    sum = 0
  }
}
