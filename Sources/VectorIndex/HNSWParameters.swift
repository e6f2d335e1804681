/// Parameters of the graph, by the paper's names.
///
/// - Source: Malkov, Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical Navigable
///   Small World graphs", IEEE TPAMI 2020.
package struct HNSWParameters: Codable, Hashable, Sendable {
  /// Most neighbours of a node on the upper levels; level 0 has twice as many.
  package var M = 16
  /// Candidates that are kept while a node is inserted.
  package var efConstruction = 200
  /// Candidates that are kept while a query walks the graph.
  package var efSearch = 128
  /// Decides the levels of the nodes, the order in which they are inserted, and ties between neighbours.
  package var seed: UInt64 = 0x5241_4731

  package init() {}

  var M0: Int { 2 * M }

  /// The order in which nodes are inserted, a function of seed and count alone: neighbouring ordinals are often chunks of
  /// one document, and those of a batch do not see each other.
  func insertionOrder(_ count: Int) -> [UInt32] {
    (0..<UInt32(count)).map { (hash: hash(~$0), ordinal: $0) }.sorted { $0 < $1 }.map(\.ordinal)
  }

  /// Level of a node: a function of seed and ordinal alone, so that it does not depend on the order of insertion.
  func level(of ordinal: UInt32) -> Int {
    var z = hash(ordinal)
    // Each further level with probability 1/M: the paper's ⌊−ln(u) / ln(M)⌋, without a logarithm.
    var level = 0
    while z % UInt64(max(2, M)) == 0, level < 15 {
      level += 1
      z /= UInt64(max(2, M))
    }
    return level
  }

  /// What decides among candidates that are equally far from a node.
  func salt(of ordinal: UInt32) -> UInt32 { UInt32(truncatingIfNeeded: hash(ordinal) >> 16) }

  /// - Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 (SplitMix64).
  private func hash(_ ordinal: UInt32) -> UInt64 {
    var z = seed &+ (UInt64(ordinal) &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
