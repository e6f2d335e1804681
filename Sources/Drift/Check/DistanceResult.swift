/// A distance between the sides of a column, beside what it is where nothing has moved.
package struct DistanceResult: Hashable, Sendable, Codable {
  package var name: String
  package var value: Double
  /// The 95% quantile of the same distance over permutations of the rows, of at most 2,000 a side. A distance that is
  /// not above it says nothing, whatever a fixed threshold says.
  package var noise: Double
  /// What is commonly called drift.
  package var threshold: Double

  package init(name: String, value: Double, noise: Double, threshold: Double = 0.1) {
    self.name = name
    self.value = value
    self.noise = noise
    self.threshold = threshold
  }
}
