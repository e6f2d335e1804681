/// Words of a text by hash, without a vocabulary.
enum HashedWords {
  /// Counts by bucket, scaled to length 1, in order of the buckets.
  ///
  /// Words are runs of letters and digits in lower case.
  ///
  /// - Source: Weinberger et al., "Feature hashing for large scale multitask learning", ICML 2009, section 2, without the
  ///   sign; FNV-1a of the word's UTF-8 chooses the bucket.
  /// - Complexity: O(bytes).
  static func counts(_ text: String, buckets: Int) -> [(bucket: Int, count: Float)] {
    var counts: [Int: Float] = [:]
    for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      counts[Int(hash % UInt64(buckets)), default: 0] += 1
    }
    let ordered = counts.sorted { $0.key < $1.key }
    let length = ordered.reduce(Float(0)) { $0 + $1.value * $1.value }.squareRoot()
    return ordered.map { ($0.key, $0.value / length) }
  }
}
