/// How exactly a local model computes; the speed that is bought with it is in `Benchmarks/engines/embed.py`.
///
/// A profile is part of a model's identity: vectors of two profiles are not mixed in a collection, which is always
/// opened with the profile that it was made with. What a processor lacks it computes in float32, which is what all
/// profiles approximate: a collection stays usable wherever it is taken.
package enum EmbeddingProfile: String, CaseIterable, Sendable {
  /// Float32.
  case exact
  /// Products of bfloat16 numbers with float32 sums: cosine to `exact` at least 0.9999.
  case faithful
  /// Products of 8-bit integers: cosine to `exact` at least 0.995.
  case fast

  /// What new collections are made with unless something else is asked for.
  package static let standard = EmbeddingProfile.faithful

  /// What a model's `weightsHash` ends with; nothing for `exact`, as in collections from before there were profiles.
  package var suffix: String { self == .exact ? "" : "+" + rawValue }

  /// The profile that vectors of that `EmbeddingModelIdentity.weightsHash` were made with.
  package init(weightsHash: String) {
    self = Self.allCases.first { $0 != .exact && weightsHash.hasSuffix($0.suffix) } ?? .exact
  }
}
