import Kernels

/// How exactly a local model computes; the speed that is bought with it is in `Benchmarks/engines/embed.py`.
///
/// The profile that vectors were truly computed with is part of their model's identity. A collection grows and is
/// built again with its own profile alone; it can be searched with vectors of another, so that it answers on a
/// processor that lacks its instructions, where float32 is computed, which all profiles approximate.
package enum EmbeddingProfile: String, CaseIterable, Sendable {
  /// Float32.
  case exact
  /// Products of bfloat16 numbers with float32 sums: cosine to `exact` at least 0.9999.
  case faithful
  /// Products of 8-bit integers: cosine to `exact` at least 0.995.
  case fast

  /// What new collections are made with unless something else is asked for: the best that is fast here.
  package static let standard = EncoderKernels.isBFloat16Fast ? faithful : exact

  /// What this processor computes a model of that shape with when asked for this profile.
  package func realized(by configuration: BertConfiguration) -> EmbeddingProfile {
    EncoderKernels.current != nil && PackedBertLayers.accept(configuration) ? self : .exact
  }

  /// What a model's `weightsHash` ends with; nothing for `exact`, as in collections from before there were profiles.
  package var suffix: String { self == .exact ? "" : "+" + rawValue }

  /// The profile that vectors of that `EmbeddingModelIdentity.weightsHash` were made with.
  package init(weightsHash: String) {
    self = Self.allCases.first { $0 != .exact && weightsHash.hasSuffix($0.suffix) } ?? .exact
  }
}
