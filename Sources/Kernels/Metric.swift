/// How near two vectors are. Scores are larger-is-better: `l2Squared` scores are negated distances.
package enum Metric: String, Codable, CaseIterable, Hashable, Sendable {
  case innerProduct, cosine, l2Squared
}
