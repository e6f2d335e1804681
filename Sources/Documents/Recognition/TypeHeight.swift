/// The height of type, told from the boxes of words: a box holds only what its letters reach.
package enum TypeHeight {
  /// Shares of the type's height that letters take, as in most text faces: from the baseline to the top of an `x`, to the
  /// top of an `h` or a capital, and from the foot of a `p` to the baseline.
  private static let middle = 0.48
  private static let ascent = 0.71
  private static let descent = 0.21

  /// The size of a line's type: the median of what its words say.
  ///
  /// - Complexity: O(text + words × log words).
  package static func size(of words: [(text: String, height: Double)]) -> Double {
    var sizes: [Double] = []
    for word in words where hasLetterOrDigit(word.text) {
      let share =
        (hasAscender(word.text) ? ascent : middle) + (hasDescender(word.text) ? descent : 0)
      sizes.append(word.height / share)
    }
    if sizes.isEmpty { return words.map(\.height).max() ?? 0 }
    sizes.sort()
    return sizes[sizes.count / 2]
  }

  static func hasDescender(_ text: String) -> Bool {
    text.utf8.contains { descending[Int($0)] }
  }

  static func hasLetterOrDigit(_ text: String) -> Bool {
    text.utf8.contains { ASCII.isAlphanumeric($0) || $0 >= 0x80 }
  }

  /// Whether a letter is taller than an `x`; letters outside of ASCII have marks above or are capitals more often
  /// than not.
  private static func hasAscender(_ text: String) -> Bool {
    text.utf8.contains { $0 >= 0x80 || ascending[Int($0)] }
  }

  private static let descending = table("gjpqyQ,;()[]{}|/\\_@$")
  private static let ascending = table("ABCDEFGHIJKLMNOPQRSTUVWXYZbdfhklijt0123456789()[]{}|/\\!?$%&@#\"'")

  private static func table(_ letters: String) -> [Bool] {
    var table = [Bool](repeating: false, count: 256)
    for letter in letters.utf8 { table[Int(letter)] = true }
    return table
  }
}
