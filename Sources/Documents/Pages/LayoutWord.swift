/// A word as the layout of a page sees it.
struct LayoutWord: Equatable, Sendable {
  enum Kind: Sendable {
    /// Has letters.
    case text
    /// Digits without letters: an amount, a year, a share.
    case number
    /// A currency or percent sign or a parenthesis by itself: it belongs to the number beside it.
    case sign
    /// A dash or another mark that stands where a number could.
    case mark
  }

  /// Not empty, without control characters and line ends, ligatures spelled out.
  var text: String
  var box: PageBox
  /// Height of the type, in the page's units.
  var size: Double
  var isBold: Bool
  var isMonospaced: Bool
  var kind: Kind
  /// Whether it comes from recognition, which knows no gaps narrower than a space.
  var isRecognised: Bool

  /// Whether the line is read from right to left by this word.
  var isRightToLeft: Bool {
    // Nothing below has a lead byte under 0xD6.
    guard text.utf8.contains(where: { $0 >= 0xD6 }) else { return false }
    return text.unicodeScalars.contains {
      (0x0590...0x08FF).contains($0.value) || (0xFB1D...0xFDFF).contains($0.value)
        || (0xFE70...0xFEFC).contains($0.value)
    }
  }
}

extension LayoutWord {
  /// Words of a line in the order of reading: from right to left where most of them are of such a script, with runs of
  /// the other direction as they stand.
  ///
  /// - Parameter numbers: numbers of words from left to right.
  /// - Complexity: O(words).
  static func ordered(_ numbers: [Int], _ words: [LayoutWord]) -> [Int] {
    guard isRightToLeft(numbers, words) else { return numbers }
    var out: [Int] = []
    var run: [Int] = []
    for number in numbers.reversed() {
      if words[number].kind == .text, !words[number].isRightToLeft {
        run.append(number)
        continue
      }
      out += run.reversed()
      run = []
      out.append(number)
    }
    return out + run.reversed()
  }

  /// Whether most words are of a script that is read from right to left.
  static func isRightToLeft(_ numbers: some Sequence<Int>, _ words: [LayoutWord]) -> Bool {
    var rightToLeft = 0
    var leftToRight = 0
    for number in numbers where words[number].kind == .text {
      if words[number].isRightToLeft { rightToLeft += 1 } else { leftToRight += 1 }
    }
    return rightToLeft > leftToRight
  }

  /// The words of a page that show something, and where dots lead from one word to another.
  ///
  /// - Returns: the words; the boxes of leaders (dots or underscores that fill a line); how many words hold nothing
  ///   but glyphs without a meaning, and are left out.
  /// - Complexity: O(bytes).
  static func words(
    of page: PrintedPage
  ) -> (words: [LayoutWord], leaders: [PageBox], meaningless: Int) {
    var words: [LayoutWord] = []
    var leaders: [PageBox] = []
    var meaningless = 0
    words.reserveCapacity(page.words.count)
    let dots = spacedDots(page.words)
    for (index, source) in page.words.enumerated() {
      if dots.contains(index) {
        leaders.append(source.box.sane)
        continue
      }
      let box = source.box.sane
      let text = LayoutText.clean(source.text)
      if text.isEmpty { continue }
      if LayoutText.isMeaningless(text) {
        meaningless += 1
        continue
      }
      let height = box.height > 0 ? box.height : 1
      let size = source.fontSize.isFinite && source.fontSize > 0 ? min(source.fontSize, 1e5) : height
      for (part, share) in LayoutText.partsAroundLeaders(text) {
        let partBox = PageBox(
          left: box.left + box.width * share.lowerBound, top: box.top,
          right: box.left + box.width * share.upperBound, bottom: box.bottom)
        if LayoutText.isLeader(part) {
          leaders.append(partBox)
        } else {
          words.append(
            LayoutWord(
              text: part, box: partBox, size: size, isBold: source.isBold,
              isMonospaced: source.isMonospaced, kind: LayoutText.kind(of: part),
              isRecognised: source.confidence != nil))
        }
      }
    }
    return (words, leaders, meaningless)
  }

  /// Numbers of words that are single dots, four and more beside each other.
  private static func spacedDots(_ words: [PrintedPage.Word]) -> Set<Int> {
    var found: Set<Int> = []
    var run: [Int] = []
    for (index, word) in words.enumerated() {
      guard word.text == "." || word.text == "·" else { continue }
      if let last = run.last, last != index - 1 || !word.box.sane.isOnLine(of: words[last].box.sane) {
        if run.count >= 4 { found.formUnion(run) }
        run = []
      }
      run.append(index)
    }
    if run.count >= 4 { found.formUnion(run) }
    return found
  }
}
