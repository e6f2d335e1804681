/// Which of a sender's versions of one text says it best.
enum EmailAlternatives {
  /// Words of a text, without what only differs by its marks.
  ///
  /// - Complexity: O(bytes).
  static func words(_ bytes: [UInt8]) -> Set<[UInt8]> {
    var words: Set<[UInt8]> = []
    var word: [UInt8] = []
    for byte in bytes {
      if ASCII.isAlphanumeric(byte) || byte >= 0x80 {
        word.append(ASCII.lowercased(byte))
      } else {
        if word.count > 1 { words.insert(word) }
        word = []
      }
    }
    if word.count > 1 { words.insert(word) }
    return words
  }

  /// Whether the HTML version is taken: the plain one lacks most of its words, or it has a table with named columns.
  static func prefersHTML(plain: [UInt8], html: [UInt8], htmlHasTable: Bool) -> Bool {
    let plainWords = words(plain)
    let htmlWords = words(html)
    if htmlWords.isEmpty { return false }
    if plainWords.isEmpty { return true }
    let shared = htmlWords.count { plainWords.contains($0) }
    if shared * 10 < htmlWords.count * 6 { return htmlWords.count * 5 >= plainWords.count * 4 }
    return htmlHasTable
  }
}
