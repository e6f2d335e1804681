extension RecognisedText {
  /// Bullets are in no alphabet that Tesseract learned: it reads `•` as `¢`, `©` or `e`.
  ///
  /// A sign of those in front of two lines or more that start at the same left edge is a bullet, and so is then a
  /// letter of those in front of another such line; a letter alone is a word.
  /// - Complexity: O(lines²) in the lines that begin with one of them, few as they are.
  package mutating func repairBullets() {
    var starts: [(word: Int, isSign: Bool)] = []
    for index in words.indices where index == 0 || words[index - 1].line != words[index].line {
      let isFollowed = index + 1 < words.count && words[index + 1].line == words[index].line
      // © before a year is what it is.
      guard isFollowed, !words[index + 1].text.utf8.allSatisfy(ASCII.isDigit) else { continue }
      if Self.signs.contains(words[index].text) { starts.append((index, true)) }
      if Self.letters.contains(words[index].text) { starts.append((index, false)) }
    }
    guard starts.contains(where: \.isSign), starts.count <= Self.mostStarts else { return }
    let tolerance = width / 200
    var bullets: [Int] = []
    for start in starts {
      let left = words[start.word].box.left
      let beside = starts.filter { abs(words[$0.word].box.left - left) <= tolerance }
      if beside.count >= 2, beside.contains(where: \.isSign) { bullets.append(start.word) }
    }
    for word in bullets { words[word].text = "•" }
  }

  private static let signs: Set<String> = ["¢", "©", "®", "°", "•"]
  private static let letters: Set<String> = ["e", "o"]
  private static let mostStarts = 2000
}
