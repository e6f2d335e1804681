import Documents
import Synchronization
import TestSupport
import Testing

/// Token counters that differ in what they make of words, so that no property leans on one of them.
enum TokenCounter: String, CaseIterable, Sendable {
  /// Like word pieces: four letters a token, each other character its own.
  case pieces
  /// A word is a token, however long, as an unknown word is for WordPiece.
  case words
  /// A byte is a token: blanks count too.
  case bytes
  /// Three characters a token, rounded up: a sum of parts is more than the whole.
  case thirds

  func count(_ text: Substring) -> Int {
    switch self {
    case .bytes: return text.utf8.count
    case .thirds: return (text.unicodeScalars.count + 2) / 3
    case .words: return text.split(whereSeparator: { $0.isWhitespace }).count
    case .pieces:
      var tokens = 0
      var letters = 0
      for scalar in text.unicodeScalars {
        let isLetter = scalar.value < 0x80 && scalar.properties.isAlphabetic
        letters = isLetter ? letters + 1 : 0
        if isLetter ? letters % 4 == 1 : !scalar.properties.isWhitespace { tokens += 1 }
      }
      return tokens
    }
  }
}

@Suite struct ChunkerTests {
  private func chunker(
    _ strategy: ChunkingOptions.Strategy = .structure, target: Int, overlap: Int = 0,
    _ counter: TokenCounter = .words
  ) -> Chunker {
    Chunker(options: ChunkingOptions(strategy: strategy, targetTokens: target, overlapTokens: overlap)) {
      counter.count($0)
    }
  }

  private func passages(_ chunker: Chunker, _ document: ParsedDocument) -> [String] {
    chunker.chunks(of: document).map { slice($0.range, of: document) }
  }

  // MARK: Properties

  private func check(_ chunker: Chunker, _ counter: TokenCounter, _ document: ParsedDocument, _ label: String)
  {
    let bytes = Array(document.text.utf8)
    let chunks = chunker.chunks(of: document)
    #expect(chunks == chunker.chunks(of: document), "\(label): not deterministic")
    var isCovered = [Bool](repeating: false, count: bytes.count)
    var last: Chunk?
    for (index, chunk) in chunks.enumerated() {
      #expect(chunk.index == index && !chunk.range.isEmpty, "\(label)")
      #expect(chunk.range.lowerBound >= 0 && chunk.range.upperBound <= bytes.count, "\(label)")
      if let last {
        #expect(last.range.lowerBound < chunk.range.lowerBound, "\(label): chunk \(index) starts too early")
        #expect(last.range.upperBound < chunk.range.upperBound, "\(label): chunk \(index) ends too early")
      }
      for border in [chunk.range.lowerBound, chunk.range.upperBound] where border < bytes.count {
        #expect(bytes[border] & 0xC0 != 0x80, "\(label): chunk \(index) cuts a scalar")
      }
      let passage = slice(chunk.range, of: document)
      #expect(passage.contains { !$0.isWhitespace }, "\(label): chunk \(index) is blank")
      if chunker.options.strategy != .whole {
        let tokens = counter.count(chunker.indexedText(of: chunk, in: document)[...])
        let target = max(1, chunker.options.targetTokens)
        #expect(
          tokens <= target || passage.count == 1 || target < 4,
          "\(label): chunk \(index) has \(tokens) tokens: \(passage.debugDescription)")
      }
      for offset in chunk.range { isCovered[offset] = true }
      last = chunk
    }
    for block in document.blocks {
      for offset in block.range where !isCovered[offset] && bytes[offset] > 0x20 {
        Issue.record("\(label): byte \(offset) is in no chunk")
        return
      }
    }
  }

  @Test(arguments: TokenCounter.allCases, ChunkingOptions.Strategy.allCases)
  func randomDocuments(counter: TokenCounter, strategy: ChunkingOptions.Strategy) throws {
    let pieces = [
      "# Heading one\n\n", "## Second heading\n\n", "### Third\n", "A sentence of some words. ",
      "Another one, e.g. this! ",
      "word ", "\n", "\n\n", "- item text\n", "  - nested item\n",
      "| a | b |\n|---|---|\n| c | d |\n| e | f |\n\n",
      "```\nlet x = 1\n\nlet y = 2\n```\n\n", "日本語の文です。次の文。", "averyveryverylongwordwithoutanybreakatall",
      "<!-- hidden words -->\n", "👨‍👩‍👧‍👦🇩🇪🇫🇷", "e\u{301}\u{302}", "      ", "> quoted text\n", "***\n\n",
      "naïve été ",
    ]
    let seed: UInt64 = 2024
    var generator = SeededGenerator(seed: seed)
    for round in 0..<250 {
      let count = Int.random(in: 1...60, using: &generator)
      let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      let name = round % 5 == 0 ? "a.txt" : "a.md"
      guard var document = try? readDocument(SourceFile(name: name, bytes: Array(text.utf8))) else {
        continue
      }
      if round % 3 == 0 { document.title = "A title of the document" }
      let target = Int.random(in: 1...(round % 2 == 0 ? 30 : 120), using: &generator)
      let chunker = chunker(
        strategy, target: target, overlap: Int.random(in: 0...20, using: &generator), counter)
      check(chunker, counter, document, "seed \(seed) round \(round) \(chunker.identity)")
    }
  }

  @Test(arguments: ["csv", "json", "swift"])
  func randomRecordsAndCode(suffix: String) throws {
    let seed: UInt64 = 99
    var generator = SeededGenerator(seed: seed)
    for round in 0..<60 {
      let count = Int.random(in: 1...20, using: &generator)
      func words() -> String {
        String(repeating: "some words ", count: Int.random(in: 1...30, using: &generator))
      }
      let text =
        switch suffix {
        case "csv": "a,b\n" + (0..<count).map { "\($0) \(words()),\(words())\n" }.joined()
        case "json":
          "[" + (0..<count).map { "{\"k\(round)\": \"\(words())\", \"n\": \($0)}" }.joined(separator: ",")
            + "]"
        default: (0..<count).map { "func f\($0)() {\n  // \(words())\n\n  // \(words())\n}\n\n" }.joined()
        }
      let document = try readText("a." + suffix, text)
      for counter in TokenCounter.allCases {
        let chunker = chunker(target: Int.random(in: 8...60, using: &generator), overlap: 5, counter)
        check(chunker, counter, document, "seed \(seed) round \(round) \(suffix) \(chunker.identity)")
      }
    }
  }

  // MARK: Structure

  @Test func headingsStandAboveTheirText() throws {
    let document = try readText(
      "a.md", "# Guide\n\n## One\n\n" + words(30) + "\n\n## Two\n\n### Deep\n\n" + words(28))
    let chunks = chunker(target: 60).chunks(of: document)
    #expect(chunks.map(\.headingPath) == [["Guide", "One"], ["Guide", "Two", "Deep"]])
    #expect(slice(chunks[0].range, of: document).hasPrefix("# Guide\n\n## One\n\nw0"))
    #expect(slice(chunks[1].range, of: document).hasPrefix("## Two\n\n### Deep\n\nw0"))
  }

  @Test func noChunkEndsWithAHeadingThatHasText() throws {
    let text = (0..<40).map { "## H\($0)\n\n" + words(5 + $0 * 7 % 23) }.joined(separator: "\n\n")
    let document = try readText("a.md", text)
    for target in 8...60 {
      for passage in passages(chunker(target: target, overlap: 4), document) {
        let lastLine = passage.split(separator: "\n").last ?? ""
        #expect(!lastLine.hasPrefix("## "), "target \(target): \(passage.debugDescription)")
      }
    }
  }

  @Test func smallSectionsJoinUnderOneParent() throws {
    let text = "# A\n\n## B\n\none\n\n## C\n\ntwo\n\n# D\n\n" + words(36)
    let document = try readText("a.md", text)
    let chunks = chunker(target: 48).chunks(of: document)
    #expect(chunks.map(\.headingPath) == [["A"], ["D"]])
    let apart = try readText("a.md", "# A\n\n" + words(30) + "\n\n# B\n\n" + words(30))
    #expect(chunker(target: 200).chunks(of: apart).count == 1, "both are under a quarter of the target")
    #expect(chunker(target: 80).chunks(of: apart).count == 2, "neither is")
  }

  @Test func sizesAreEven() throws {
    let text = (0..<11).map { _ in words(10) }.joined(separator: "\n\n")
    let document = try readText("a.txt", text)
    // 110 words in two chunks of 100 would be 100 and 10.
    #expect(
      passages(chunker(target: 100), document).map { $0.split(whereSeparator: \.isWhitespace).count } == [
        60, 50,
      ])
  }

  @Test func longParagraphsAreCutAtSentencesWithOverlap() throws {
    let sentences = (0..<30).map { "Sentence number \($0) has six words." }
    let document = try readText("a.txt", sentences.joined(separator: " "))
    let plain = passages(chunker(target: 40), document)
    #expect(plain.allSatisfy { $0.hasPrefix("Sentence") && $0.hasSuffix(".") })
    #expect(plain.joined(separator: " ") == sentences.joined(separator: " "))
    let overlapping = chunker(target: 40, overlap: 8).chunks(of: document)
    for (last, next) in zip(overlapping, overlapping.dropFirst()) {
      #expect(
        slice(next.range.lowerBound..<last.range.upperBound, of: document).split(separator: " ").count == 6)
    }
    let words = chunker(target: 40, overlap: 4).chunks(of: document)
    for (last, next) in zip(words, words.dropFirst()) {
      #expect(slice(next.range.lowerBound..<last.range.upperBound, of: document).hasSuffix("has six words."))
    }
  }

  @Test func tablesAreCutAtRows() throws {
    let rows = (0..<30).map { "| row \($0) | value |" }
    let document = try readText("a.md", "| a | b |\n|---|---|\n" + rows.joined(separator: "\n"))
    let chunks = passages(chunker(target: 40, overlap: 7), document)
    #expect(chunks.count > 3)
    #expect(chunks.allSatisfy { $0.hasPrefix("|") && $0.hasSuffix("|") })
    #expect(chunks.filter { $0.contains("| a | b |") }.count == 1)
  }

  @Test func largeRecordsStandAloneAndSmallOnesJoin() throws {
    let large = try readText("a.csv", "q,a\n" + (0..<4).map { "\(words(8)),x\($0)\n" }.joined())
    #expect(chunker(target: 40).chunks(of: large).count == 4)
    let small = try readText("a.csv", "q,a\n" + (0..<8).map { "k\($0),x\n" }.joined())
    #expect(chunker(target: 40).chunks(of: small).count == 1)
  }

  @Test func hiddenCommentsAreInNoChunk() throws {
    let document = try readText("a.md", "one\n\n<!-- secret -->\n\ntwo\n\n---\n\nthree")
    for strategy in [ChunkingOptions.Strategy.structure, .window] {
      let passages = passages(chunker(strategy, target: 100), document)
      #expect(passages == ["one", "two\n\n---\n\nthree"])
    }
  }

  @Test func pagesAndPaths() throws {
    let document = try readText("a.txt", words(20) + "\u{0C}" + words(20))
    #expect(chunker(target: 20).chunks(of: document).map(\.page) == [1, 2])
  }

  @Test func windowsCrossStructure() throws {
    let document = try readText("a.md", (0..<40).map { "## H\($0)\n\n" + words(5) }.joined(separator: "\n\n"))
    let windows = chunker(.window, target: 50, overlap: 7).chunks(of: document)
    #expect((6...9).contains(windows.count))
    for (last, next) in zip(windows, windows.dropFirst()) {
      #expect(next.range.lowerBound < last.range.upperBound)
    }
    #expect(chunker(.whole, target: 50).chunks(of: document).count == 1)
  }

  // MARK: Indexed text

  @Test func indexedTextHasTitleAndPathOnce() throws {
    let chunker = chunker(target: 100)
    func text(_ title: String?, _ path: [String]) -> String {
      chunker.indexedText(passage: "passage", title: title, headingPath: path)
    }
    #expect(text(nil, []) == "passage")
    #expect(text("T", []) == "T\npassage")
    #expect(text("T", ["T", "A"]) == "T > A\npassage")
    #expect(text("T", ["A", "B"]) == "T > A > B\npassage")
    #expect(text(nil, ["A"]) == "A\npassage")
    #expect(text(" \n", [""]) == "passage")
  }

  @Test(arguments: TokenCounter.allCases)
  func hostileHeadingsCannotStarveTheText(counter: TokenCounter) throws {
    let long = String(repeating: "heading ", count: 5000)
    let text = "# \(long)\n\n## \(long)\n\n" + (0..<50).map { "Text \($0) here." }.joined(separator: " ")
    var document = try readText("a.md", text)
    document.title = String(repeating: "t", count: 1 << 20)
    let chunker = chunker(target: 60, overlap: 5, counter)
    check(chunker, counter, document, counter.rawValue)
    for chunk in chunker.chunks(of: document) {
      #expect(chunk.headingPath.allSatisfy { $0.utf8.count <= 203 })
      let indexed = chunker.indexedText(of: chunk, in: document)
      let passage = slice(chunk.range, of: document)
      #expect(counter.count(indexed.dropLast(passage.count)) <= 20)
    }
  }

  @Test func identityNamesTheOptions() {
    let identities = [
      chunker(target: 1), chunker(target: 2), chunker(target: 1, overlap: 1), chunker(.window, target: 1),
    ]
    .map(\.identity)
    #expect(Set(identities).count == 4)
    #expect(chunker(target: 1).identity == chunker(target: 1, .bytes).identity)
  }

  @Test func emptyDocumentHasNoChunks() {
    let document = ParsedDocument(format: .text, text: "", blocks: [])
    for strategy in ChunkingOptions.Strategy.allCases {
      #expect(chunker(strategy, target: 10).chunks(of: document).isEmpty)
    }
  }

  // MARK: Time

  /// Work is measured in bytes that the token counter is given: at most so many times the text's.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      ("one word", "x", 10 << 20), ("one line", "word and more ", 700_000), ("ideographs", "漢字", 1_500_000),
      ("one grapheme", "\u{301}", 2 << 20), ("spaces", "a                                        ", 100_000),
      ("sentences", "Short one. ", 500_000), ("flags", "🇩🇪", 300_000), ("stops", ". ", 1_000_000),
    ])
  func hostileTextTakesLinearTime(name: String, piece: String, count: Int) throws {
    let text = "a" + String(repeating: piece, count: count)
    let document = ParsedDocument(
      format: .text, text: text,
      blocks: [Block(kind: .paragraph, range: 0..<text.utf8.count - (text.last == " " ? 1 : 0))])
    for strategy in [ChunkingOptions.Strategy.structure, .window] {
      let counted = Counted()
      let chunker = Chunker(options: ChunkingOptions(strategy: strategy)) { counted.count($0) }
      let chunks = chunker.chunks(of: document)
      #expect(chunks.count > 10, "\(name)")
      #expect(counted.total <= text.utf8.count * 8, "\(name): \(counted.total) bytes for \(text.utf8.count)")
      #expect(chunks.allSatisfy { $0.range.count <= 200 * 32 })
    }
  }

  /// Counts the bytes it was asked about; two bytes a token.
  private final class Counted: Sendable {
    private let bytes = Mutex(0)
    var total: Int { bytes.withLock { $0 } }
    func count(_ text: Substring) -> Int {
      bytes.withLock { $0 += text.utf8.count }
      return (text.utf8.count + 1) / 2
    }
  }

  private func words(_ count: Int) -> String { (0..<count).map { "w\($0)" }.joined(separator: " ") }

  /// Each piece of a table that is cut says what its columns are, within the chunk's budget.
  @Test(arguments: [70, 90, 200])
  func tablesCarryTheirColumnNames(target: Int) throws {
    let names = "| Code | Weight in grams | Colour |"
    let rows = (0..<60).map { "| Q\($0) | \(700 + $0) | red |" }
    let text = (["# Parts", "", "Before.", "", names, "|---|---|---|"] + rows + ["", "After."]).joined(
      separator: "\n")
    let document = try readDocument(SourceFile(name: "a.md", bytes: Array(text.utf8)))
    let chunker = chunker(target: target, overlap: 6, .words)
    let chunks = chunker.chunks(of: document)
    check(chunker, .words, document, "target \(target)")
    #expect(chunks.count > 2)
    for (number, row) in rows.enumerated() {
      let holding = chunks.filter { slice($0.range, of: document).contains(row) }
      #expect(!holding.isEmpty, "row \(number)")
      for chunk in holding {
        let indexed = chunker.indexedText(of: chunk, in: document)
        #expect(indexed.components(separatedBy: names).count == 2, "row \(number): \(indexed)")
        #expect(indexed.contains(names + "\n|---|---|---|\n"))
      }
    }
    #expect(
      chunks.first?.header == nil
        && chunks.last.map { slice($0.range, of: document).hasSuffix("After.") } == true)
  }
}
