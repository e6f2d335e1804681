/// How a check decides.
package struct DriftSettings: Hashable, Sendable, Codable {
  package var profile = DriftProfile.strict
  /// Profile `strict`: largest corrected p that counts as drift.
  package var alpha = 0.05
  package var adjustment = PValueAdjustment.benjaminiHochberg
  /// Profile `strict`: smallest Kolmogorov-Smirnov distance or total variation that counts as drift.
  package var effectFloor = 0.1
  /// Profile `strict`: fewer rows on a side, after cleaning, are `insufficient`.
  package var minimumCount = 100
  /// Profile `evidently`: share of drifted columns from which on the dataset drifts.
  package var driftShare = 0.5
  package var seed: UInt64 = 42
  /// Results don't depend on it.
  package var threads = 2

  package init(profile: DriftProfile = .strict) {
    self.profile = profile
  }

  enum CodingKeys: String, CodingKey {
    case profile, alpha, adjustment, seed, threads
    case effectFloor = "effect_floor"
    case minimumCount = "minimum_count"
    case driftShare = "drift_share"
  }
}
