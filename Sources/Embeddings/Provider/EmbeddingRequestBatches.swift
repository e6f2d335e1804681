/// Cuts a list of texts into requests.
enum EmbeddingRequestBatches {
  /// Ranges that cover `sizes` in order, each with at most `maximumCount` texts and `maximumBytes` bytes; a text
  /// over `maximumBytes` gets a range of its own.
  ///
  /// - Complexity: O(n).
  static func ranges(of sizes: [Int], maximumCount: Int, maximumBytes: Int) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    var bytes = 0
    for (index, size) in sizes.enumerated() {
      if index > start && (index - start == maximumCount || bytes + size > maximumBytes) {
        ranges.append(start..<index)
        start = index
        bytes = 0
      }
      bytes += size
    }
    if start < sizes.count { ranges.append(start..<sizes.count) }
    return ranges
  }
}
