/// The statistic that decides on a column.
package enum DriftMethod: String, Codable, Sendable, CaseIterable {
  case kolmogorovSmirnov = "ks"
  case wasserstein
  case jensenShannon = "jensenshannon"
  /// With the reference as exact truth.
  case chiSquareFixed = "chisquare"
  case chiSquareTwoSample = "chisquare_two_sample"
  case z
  /// Of texts by their words.
  case domainClassifier = "domain_classifier"
}
