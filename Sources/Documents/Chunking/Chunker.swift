/// Cuts documents into passages of about a target size in a model's tokens.
///
/// `structure` follows the document. A section is what is under one heading; its heading belongs to its first
/// chunk. Blocks of a section share chunks of even size up to the target; a block is cut only when it is
/// larger than a chunk. Sections under a quarter of the target join a neighbour under the same parent if both
/// fit into one chunk. Records of a quarter of the target and more stand alone. A cut falls on the best
/// border that is small enough: paragraphs and quotes at sentences, tables at rows, code at blank lines, then
/// lines; after these words, and inside a word graphemes. Each further piece of a cut block repeats up to
/// `overlapTokens` of the text before it: whole pieces where they fit, else words; of tables and code only
/// whole rows and lines. A chunk is one range of the text; one that goes on with a table has the table's column
/// names as its `header`, and is indexed and shown with them in front.
///
/// A chunk never spans text that a format hides from its reader (a comment in Markdown), except between a
/// heading and the text below.
package struct Chunker: Sendable {
  package let options: ChunkingOptions
  let countTokens: @Sendable (Substring) -> Int

  /// - Parameters:
  ///   - options: `targetTokens` under 1 counts as 1, `overlapTokens` over a third of what a chunk holds as that.
  ///   - countTokens: tokens of the model in a piece of text, without special tokens; linear in its argument.
  package init(options: ChunkingOptions, countTokens: @escaping @Sendable (Substring) -> Int) {
    self.options = options
    self.countTokens = countTokens
  }

  /// Names what the cuts depend on, for lineage: another text means other chunks.
  package var identity: String {
    "chunker-1 \(options.strategy.rawValue) target=\(options.targetTokens) overlap=\(options.overlapTokens)"
  }

  /// The passages of `document`, in order; together they cover all text of its blocks.
  ///
  /// Starts ascend; only where a block was cut does a chunk start before the last one's end. What
  /// `indexedText` makes of a chunk has at most `targetTokens` tokens, unless one grapheme has more
  /// (`whole` knows no limit).
  ///
  /// - Complexity: O(text), and as much for the tokens of a constant number of copies of it.
  package func chunks(of document: ParsedDocument) -> [Chunk] {
    guard let first = document.blocks.first, let last = document.blocks.last else { return [] }
    let passages: [Passage]
    switch options.strategy {
    case .whole:
      passages = [Passage(range: first.range.lowerBound..<last.range.upperBound, headingPath: [])]
    case .structure:
      passages = StructureChunking(document: document, chunker: self).passages()
    case .window:
      passages = WindowChunking(document: document, chunker: self).passages()
    }
    return passages.enumerated().map { index, passage in
      Chunk(
        index: index, range: passage.range, page: document.page(at: passage.range.lowerBound),
        headingPath: passage.headingPath, header: passage.header)
    }
  }

  /// What the indexes see of a chunk: title and heading path on one line, column names of its table, the passage.
  ///
  /// - Complexity: O(chunk).
  package func indexedText(of chunk: Chunk, in document: ParsedDocument) -> String {
    let utf8 = document.text.utf8
    let start = utf8.index(utf8.startIndex, offsetBy: chunk.range.lowerBound)
    let end = utf8.index(start, offsetBy: chunk.range.count)
    let header = chunk.header.map { header in
      let start = utf8.index(utf8.startIndex, offsetBy: header.lowerBound)
      return document.text[start..<utf8.index(start, offsetBy: header.count)]
    }
    return indexedText(
      passage: document.text[start..<end], header: header, title: document.title,
      headingPath: chunk.headingPath)
  }

  /// `indexedText(of:in:)` from what a catalog keeps of a chunk.
  package func indexedText(
    passage: Substring, header: Substring? = nil, title: String?, headingPath: [String]
  ) -> String {
    let prefix = prefix(title: title, headingPath: headingPath)
    return [prefix.isEmpty ? nil : prefix[...], header, passage].compactMap { $0 }.joined(separator: "\n")
  }

  // MARK: Budget

  /// Tokens that passages under `headingPath` may have beside their prefix.
  func budget(title: String?, headingPath: [String]) -> Int {
    let prefix = prefix(title: title, headingPath: headingPath)
    guard !prefix.isEmpty else { return max(1, options.targetTokens) }
    return max(1, options.targetTokens - countTokens((prefix + "\n")[...]))
  }

  /// Tokens of overlap inside a chunk of `budget` tokens.
  func overlap(budget: Int) -> Int { max(0, min(options.overlapTokens, budget / 3)) }

  /// Sections and records below this many tokens are joined with others.
  var smallTokens: Int { max(1, options.targetTokens / 4) }

  /// Title and headings joined by ` > `, in at most a third of the target.
  ///
  /// Where that is too little, the title, then the innermost heading, then the next are kept; what does not
  /// fit is cut at a word. So a hostile heading cannot starve the passage.
  private func prefix(title: String?, headingPath: [String]) -> String {
    var parts = headingPath.filter { !$0.isEmpty }
    let title = title.map { TextScan.singleLine(Array($0.utf8), limit: 1000) } ?? ""
    if !title.isEmpty {
      parts.removeAll { $0 == title }
      parts.insert(title, at: 0)
    }
    guard !parts.isEmpty else { return "" }
    let limit = max(1, options.targetTokens / 3)
    let whole = parts.joined(separator: " > ")
    if whole.utf8.count <= limit * MeasuredText.bytesPerToken, countTokens((whole + "\n")[...]) <= limit {
      return whole
    }
    var kept: [(position: Int, text: String)] = []
    var left = limit
    for position in [0] + (1..<parts.count).reversed() {
      let share = position == 0 && parts.count > 1 ? left * 2 / 3 : left
      let (text, cost) = cut(parts[position], tokens: share)
      guard !text.isEmpty else { break }
      kept.append((position, text))
      left -= cost
    }
    kept.sort { $0.position < $1.position }
    return kept.map(\.text).joined(separator: " > ")
  }

  /// The words at the start of `text` that have at most `tokens` tokens with a separator.
  private func cut(_ text: String, tokens: Int) -> (text: String, cost: Int) {
    let separator = countTokens(" > ")
    var cost = separator
    var words: [Substring] = []
    for word in text.split(separator: " ") {
      guard word.utf8.count <= tokens * MeasuredText.bytesPerToken else { break }
      let more = max(1, countTokens(word))
      guard cost + more <= tokens else { break }
      cost += more
      words.append(word)
    }
    return (words.joined(separator: " "), cost)
  }
}

/// A chunk before it has a number.
struct Passage: Equatable {
  var range: Range<Int>
  var headingPath: [String]
  /// Column names of the table that the passage goes on with.
  var header: Range<Int>?
}
