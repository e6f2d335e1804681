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
  /// Decides the levels of the nodes.
  package var seed: UInt64 = 0x5241_4731

  package init() {}

  var M0: Int { 2 * M }

  /// Level of a node: a function of seed and ordinal alone, so that it does not depend on the order of insertion.
  func level(of ordinal: UInt32) -> Int {
    var z = seed &+ (UInt64(ordinal) &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    // Each further level with probability 1/M: the paper's ⌊−ln(u) / ln(M)⌋, without a logarithm.
    var level = 0
    while z % UInt64(max(2, M)) == 0, level < 15 {
      level += 1
      z /= UInt64(max(2, M))
    }
    return level
  }
}
