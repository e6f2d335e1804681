import Testing

import Documents

/// Tesseract's table of words, as it writes it and as nothing should write it.
@Suite struct RecognisedTextTests {
  private static let head =
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
  private static let page = head + "1\t1\t0\t0\t0\t0\t0\t0\t600\t400\t-1\t\n"

  private func text(_ tsv: String) -> RecognisedText? { RecognisedText(tsv: Array(tsv.utf8)) }

  @Test func words() throws {
    let rows = [
      Self.page, "4\t1\t1\t1\t1\t0\t10\t20\t90\t12\t-1\t\n",
      "5\t1\t1\t1\t1\t1\t10\t20\t40\t12\t96.5\tPrüfer\n",
      "5\t1\t1\t1\t1\t2\t60\t20\t40\t12\t50\tob\n", "5\t1\t1\t1\t2\t1\t10\t40\t40\t12\t90\tda\n",
    ]
    let found = text(rows.joined())
    let text = try #require(found)
    #expect(text.width == 600 && text.height == 400)
    #expect(text.words.map(\.text) == ["Prüfer", "ob", "da"])
    #expect(text.words[0].box == PageBox(left: 10, top: 20, right: 50, bottom: 32))
    #expect(text.lines.map(\.count) == [2, 1])
    #expect(abs(text.confidence - (96.5 * 6 + 50 * 2 + 90 * 2) / 10) < 1e-9)
  }

  private static let hostileRows: [(row: String, expected: [String])] = [
    // Cut off; blank words, no area, outside of the page, numbers that are none.
    ("5\t1\t1\t1\t1\t1\t10\t20\t40", []), ("5\t1\t1\t1\t1\t1\t10\t20\t40\t12\t95\t   \n", []),
    ("5\t1\t1\t1\t1\t1\t10\t20\t0\t12\t95\ta\n", []), ("5\t1\t1\t1\t1\t1\t700\t20\t40\t12\t95\ta\n", []),
    ("5\t1\t1\t1\t1\t1\t-7\t20\t40\t12\t95\ta\n", []),
    ("5\t1\t1\t1\t1\t1\t10\t20\t99999999999999999999\t12\t95\ta\n", []),
    ("5\t1\t1\t1\t1\t1\t10\t20\t9223372036854775807\t12\t95\ta\n", []),
    ("5\t1\t1\t1\t1\t1\t10\t20\t40\t12\tnan\ta\n", []), ("5\t1\t1\t1\t1\t1\t10\t20\t40\t12\tinf\ta\n", []),
    ("5\t1\t1\t1\t1\t1\t10\t20\t40\t12\t1e400\ta\n", []),
    // A tab in a word; a box that reaches over the edge; a second page's size.
    ("5\t1\t1\t1\t1\t1\t10\t20\t40\t12\t95\ta\tb\n", ["a b"]),
    ("5\t1\t1\t1\t1\t1\t590\t390\t40\t40\t950\tedge\n", ["edge"]),
    ("1\t2\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n5\t2\t1\t1\t1\t1\t10\t20\t40\t12\t95\tkept\n", ["kept"]),
  ]

  @Test(arguments: [
    "", head, "1\t1\t0\t0\t0\t0\t0\t0\t0\t0\t-1\t\n", "5\t1\t1\t1\t1\t1\t10\t20\t40\t12\t96\tno page\n",
  ])
  func withoutPage(tsv: String) {
    #expect(text(tsv) == nil)
  }

  @Test(arguments: hostileRows)
  func hostile(row: String, expected: [String]) {
    let text = text(Self.page + row)
    #expect(text?.words.map(\.text) == expected)
    for word in text?.words ?? [] {
      #expect(word.box.right <= 600 && word.box.bottom <= 400 && (0...100).contains(word.confidence))
    }
  }

  @Test func mutatedTablesAreNoTrap() throws {
    let seed: UInt64 = 77_003
    print("seed \(seed)")
    var generator = MutationGenerator(seed: seed)
    var table = Self.page
    for word in 0..<40 {
      table +=
        "5\t1\t1\t1\t\(word / 5)\t\(word)\t\(word * 9)\t\(word * 7)\t40\t12\t9\(word % 10)\tword\(word)\n"
    }
    let good = Array(table.utf8)
    var read = 0
    for _ in 0..<3000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...20, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: index)
        default: bytes.insert([0x09, 0x0A, 0x2D, 0x39].randomElement(using: &generator) ?? 0x39, at: index)
        }
      }
      guard let text = RecognisedText(tsv: bytes) else { continue }
      let page = RecognisedPage(text, number: 1, scale: 0.24).page
      #expect(
        page.words.allSatisfy { $0.box.left.isFinite && $0.box.bottom.isFinite && $0.fontSize.isFinite })
      read += 1
    }
    #expect(read > 2000)
  }

  @Test func bulletsAreRepaired() throws {
    func lines(_ starts: [String]) -> RecognisedText {
      var text = RecognisedText(width: 1000, height: 1000, words: [])
      for (row, start) in starts.enumerated() {
        for (column, word) in [start, "Item", "text"].enumerated() {
          let left = Double(50 + column * 60)
          let top = Double(row * 40)
          let box = PageBox(left: left, top: top, right: left + 40, bottom: top + 20)
          let line = RecognisedText.Line(block: 1, paragraph: 1, line: row)
          text.words.append(.init(text: word, box: box, confidence: 90, line: line))
        }
      }
      text.repairBullets()
      return text
    }
    func first(_ starts: [String]) -> [String] { lines(starts).lines.map { $0[0].text } }
    #expect(first(["e", "¢", "©"]) == ["•", "•", "•"])
    #expect(first(["e", "e", "o"]) == ["e", "e", "o"], "letters alone are words")
    #expect(first(["©", "The", "A"]) == ["©", "The", "A"], "one sign is no list")
  }
}
