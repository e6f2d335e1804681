/// Finds passages that say nearly the same, word for word.
///
/// - Source: Broder, "On the resemblance and containment of documents", 1997: resemblance of sets of word shingles.
package enum NearDuplicates {
  /// Words a shingle.
  static let width = 4
  /// Share of common shingles from which two passages count as equal.
  static let threshold = 0.8

  /// Places of the texts that are not nearly equal to one before.
  ///
  /// - Complexity: O(texts² × words).
  package static func distinct(_ texts: [String]) -> [Int] {
    var kept: [(place: Int, shingles: Set<Int>)] = []
    for (place, text) in texts.enumerated() {
      let shingles = shingles(of: text)
      let isRepeated = kept.contains { other in
        let most = min(other.shingles.count, shingles.count)
        let least = max(other.shingles.count, shingles.count)
        // Sets of very different size cannot resemble each other.
        guard Double(most) >= threshold * Double(least) else { return false }
        let common = other.shingles.intersection(shingles).count
        return Double(common) >= threshold * Double(other.shingles.count + shingles.count - common)
      }
      if !isRepeated { kept.append((place, shingles)) }
    }
    return kept.map(\.place)
  }

  /// Hashes of all runs of `width` words, of the whole text where it is shorter.
  static func shingles(of text: String) -> Set<Int> {
    let words = text.lowercased().split { !($0.isLetter || $0.isNumber) }
    guard words.count > width else { return [words.joined(separator: " ").hashValue] }
    return Set((0...(words.count - width)).map { words[$0..<$0 + width].joined(separator: " ").hashValue })
  }
}
