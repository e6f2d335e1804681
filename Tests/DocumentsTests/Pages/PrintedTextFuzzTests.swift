import Documents
import Testing

@Suite struct PrintedTextFuzzTests {
  private static let texts = [
    "word", "Word", "12", "1,234.50", "$", "%", "(a)", "•", "1.", "in-", "lation", "—", ".....",
    "Contents ..... 3", "שלום",
    "漢字", "ﬁne", "\u{AD}", "soft\u{AD}", "\u{FFFD}\u{FFFD}", "\u{F0B7}", "(cid:12)", "Page", "3", "of", "9",
    "and", "\u{1}",
    "a\u{301}", "Figure", "", " ", "x\u{A0}y",
  ]

  private func page(_ number: Int, _ generator: inout MutationGenerator) -> PrintedPage {
    let extremes = [0.0, -1, 1e9, -1e9, .nan, .infinity, 1e-9]
    func coordinate(_ limit: Double) -> Double {
      if Int.random(in: 0..<60, using: &generator) == 0 {
        return extremes.randomElement(using: &generator) ?? 0
      }
      // A coarse grid makes lines and columns.
      return (Double.random(in: 0...limit, using: &generator) / 12).rounded() * 12
    }
    let count = Int.random(in: 0...120, using: &generator)
    let words = (0..<count).map { _ in
      let (left, top) = (coordinate(600), coordinate(800))
      let text = Self.texts.randomElement(using: &generator) ?? ""
      let width = Double.random(in: -5...60, using: &generator)
      return PrintedPage.Word(
        text: text,
        box: PageBox(
          left: left, top: top, right: left + width,
          bottom: top + Double.random(in: -2...20, using: &generator)),
        fontSize: coordinate(20), isBold: Bool.random(using: &generator),
        isMonospaced: Int.random(in: 0..<9, using: &generator) == 0,
        confidence: Bool.random(using: &generator) ? 0.9 : nil)
    }
    return PrintedPage(number: number, width: coordinate(600), height: coordinate(800), words: words)
  }

  @Test(arguments: 0..<40) func randomPages(seed: UInt64) {
    var generator = MutationGenerator(seed: seed)
    for _ in 0..<20 {
      let pages = (1...Int.random(in: 1...5, using: &generator)).map { page($0, &generator) }
      do throws(DocumentError) {
        let document = try PageArt.document(pages)
        #expect(document.invariantViolation() == nil, "seed \(seed)")
        #expect(document.places.pages.count == pages.count, "seed \(seed)")
        lost(pages, document, seed)
      } catch {
        #expect(error.code == .empty, "seed \(seed)")
      }
    }
  }

  /// Letters of all words are in the text, or in the notes.
  private func lost(_ pages: [PrintedPage], _ document: ParsedDocument, _ seed: UInt64) {
    let all = document.text + document.notes.map(\.note).joined()
    for word in pages.flatMap(\.words)
    where word.text.utf8.allSatisfy({ $0 > 0x60 && $0 < 0x7B }) && word.text.count > 2 {
      #expect(all.contains(word.text), "seed \(seed): \(word.text)")
    }
  }

  /// Twice the words take about twice the time: a page of tens of thousands is no trap.
  @Test(.timeLimit(.minutes(1))) func hostilePages() throws {
    var words: [PrintedPage.Word] = []
    for index in 0..<10_000 {
      let (row, column) = (index / 200, index % 200)
      words.append(
        PrintedPage.Word(
          text: "w\(index)",
          box: PageBox(
            left: Double(column) * 11, top: Double(row) * 4, right: Double(column) * 11 + 4,
            bottom: Double(row) * 4 + 3.5),
          fontSize: 3.5))
    }
    let grid = PrintedPage(number: 1, width: 2300, height: 900, words: words)
    let stack = PrintedPage(
      number: 2, width: 500, height: 500,
      words: (0..<10_000).map { index in
        PrintedPage.Word(
          text: "s\(index)", box: PageBox(left: 10, top: 10, right: 30, bottom: 20), fontSize: 10)
      })
    let clock = ContinuousClock()
    let start = clock.now
    let document = try PageArt.document([grid, stack])
    #expect(document.text.contains("w9999") && document.text.contains("s9999"))
    #expect(clock.now - start < .seconds(40))
  }
}
