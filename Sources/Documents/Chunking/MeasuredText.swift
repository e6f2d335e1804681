/// A document's text with its token counter: measures and splits ranges of it.
struct MeasuredText {
  /// A token stands for at most this many bytes. No script comes near; but a run of spaces has no tokens at
  /// all and some tokenizers give an endless word a single one, and chunks of either must end somewhere.
  static let bytesPerToken = 32

  let text: String
  let bytes: [UInt8]
  private let countTokens: @Sendable (Substring) -> Int

  init(_ text: String, countTokens: @escaping @Sendable (Substring) -> Int) {
    var text = text
    text.makeContiguousUTF8()
    self.text = text
    bytes = Array(text.utf8)
    self.countTokens = countTokens
  }

  func substring(_ range: Range<Int>) -> Substring {
    let start = text.utf8.index(text.utf8.startIndex, offsetBy: range.lowerBound)
    return text[start..<text.utf8.index(start, offsetBy: range.count)]
  }

  /// Tokens of `range`, at least 1; more than `limit` without counting where its bytes say so.
  ///
  /// - Complexity: O(limit) bytes, whatever the range.
  func cost(_ range: Range<Int>, limit: Int) -> Int {
    let floor = (range.count + Self.bytesPerToken - 1) / Self.bytesPerToken
    if floor > limit { return floor }
    return max(1, floor, countTokens(substring(range)))
  }

  /// A copy of `range`: graphemes of a slice are looked up in all of the text around it, however long.
  private func detached(_ range: Range<Int>) -> String { TextScan.string(range, in: bytes) }

  // MARK: Cutting

  /// Borders to cut at, from the best to the last resort.
  enum Border {
    case blankLines, sentences, lines, words
    /// Graphemes, in pieces of at most so many bytes: one by one would overstate their tokens.
    case graphemes(Int)
  }

  static func borders(for kind: Block.Kind) -> [Border] {
    switch kind {
    case .heading, .paragraph, .quote, .listItem:
      [.blankLines, .sentences, .lines, .words, .graphemes(16), .graphemes(1)]
    case .table: [.lines, .words, .graphemes(16), .graphemes(1)]
    case .code: [.blankLines, .lines, .words, .graphemes(16), .graphemes(1)]
    case .record: [.lines, .sentences, .words, .graphemes(16), .graphemes(1)]
    }
  }

  struct Piece: Equatable {
    var range: Range<Int>
    var cost: Int
  }

  /// Cuts `range` into pieces of at most `limit` tokens, each at the best border that gives that.
  ///
  /// Blanks between pieces belong to none.
  ///
  /// - Complexity: O(range × borders), in bytes and in tokens counted.
  func pieces(of range: Range<Int>, at borders: [Border], limit: Int) -> [Piece] {
    var out: [Piece] = []
    cut(range, at: borders[...], limit: limit, into: &out)
    return out
  }

  private func cut(_ range: Range<Int>, at borders: ArraySlice<Border>, limit: Int, into out: inout [Piece]) {
    guard let border = borders.first else { return }
    let rest = borders.dropFirst()
    let parts = split(range, at: border)
    for part in parts {
      // What this border leaves whole is known to be too long.
      if parts.count == 1, part == range, !rest.isEmpty {
        cut(part, at: rest, limit: limit, into: &out)
        continue
      }
      let cost = cost(part, limit: limit)
      if cost <= limit || rest.isEmpty {
        out.append(Piece(range: part, cost: cost))
      } else {
        cut(part, at: rest, limit: limit, into: &out)
      }
    }
  }

  private func split(_ range: Range<Int>, at border: Border) -> [Range<Int>] {
    switch border {
    case .blankLines: splitBlankLines(range)
    case .sentences: SentenceBorders.split(range, in: bytes)
    case .lines: splitRuns(range) { $0 == 0x0A }
    case .words: splitRuns(range) { ASCII.isBlank($0) }
    case .graphemes(let size): splitGraphemes(range, size: size)
    }
  }

  private func splitRuns(_ range: Range<Int>, where isBorder: (UInt8) -> Bool) -> [Range<Int>] {
    var out: [Range<Int>] = []
    var start = range.lowerBound
    for index in range where isBorder(bytes[index]) {
      let part = trimmedEnd(start..<index)
      if !part.isEmpty { out.append(part) }
      start = index + 1
    }
    let part = trimmedEnd(start..<range.upperBound)
    if !part.isEmpty { out.append(part) }
    return out
  }

  /// Lines keep their indentation, but a line of blanks is nothing.
  private func trimmedEnd(_ range: Range<Int>) -> Range<Int> {
    var end = range.upperBound
    while end > range.lowerBound, ASCII.isBlank(bytes[end - 1]) { end -= 1 }
    return range.lowerBound..<end
  }

  private func splitBlankLines(_ range: Range<Int>) -> [Range<Int>] {
    var out: [Range<Int>] = []
    var start = range.lowerBound
    var position = range.lowerBound
    while position < range.upperBound {
      let line = TextScan.line(in: bytes, from: position, to: range.upperBound)
      if TextScan.isBlank(line, in: bytes) {
        let part = trimmedEnd(start..<line.lowerBound)
        if !part.isEmpty { out.append(part) }
        start = min(line.upperBound + 1, range.upperBound)
      }
      position = line.upperBound + 1
    }
    let part = trimmedEnd(start..<range.upperBound)
    if !part.isEmpty { out.append(part) }
    return out
  }

  private func splitGraphemes(_ range: Range<Int>, size: Int) -> [Range<Int>] {
    var out: [Range<Int>] = []
    var start = range.lowerBound
    while start < range.upperBound {
      let end = graphemeBorder(after: start, size: size, end: range.upperBound)
      out.append(start..<end)
      start = end
    }
    return out
  }

  /// The last grapheme border within `size` bytes of `start`, or the first one after it.
  ///
  /// A grapheme of more than 64 bytes (marks can be piled up without end) is cut at a scalar.
  private func graphemeBorder(after start: Int, size: Int, end: Int) -> Int {
    let view = TextScan.scalarBorder(min(end, start + size + 64), in: bytes)
    var border = start
    for character in detached(start..<view) {
      let next = border + character.utf8.count
      // The last grapheme in view may go on behind it.
      if border > start, next - start > size || (next == view && view < end) { break }
      border = next
      if border - start >= size { break }
    }
    return border
  }

  // MARK: Overlap

  /// Where text of at most `tokens` tokens starts that ends at `end`: at a word, or at a grapheme of a long word.
  ///
  /// - Parameter floor: the text starts here at the earliest.
  /// - Returns: the start and its tokens; `end` itself where nothing fits.
  /// - Complexity: O(tokens).
  func overlapStart(before end: Int, floor: Int, tokens: Int) -> Piece {
    var start = end
    var used = 0
    var position = end
    while position > floor {
      var wordEnd = position
      while wordEnd > floor, position - wordEnd < 256, ASCII.isBlank(bytes[wordEnd - 1]) { wordEnd -= 1 }
      var word = wordEnd
      while word > floor, wordEnd - word < 256, !ASCII.isBlank(bytes[word - 1]) { word -= 1 }
      guard word < wordEnd, word == 0 || ASCII.isBlank(bytes[word - 1]) else { break }
      let cost = cost(word..<wordEnd, limit: tokens)
      guard used + cost <= tokens else { break }
      used += cost
      start = word
      position = word
    }
    if start < end || tokens < 1 { return Piece(range: start..<end, cost: used) }
    return graphemesBefore(end, floor: floor, tokens: tokens)
  }

  private func graphemesBefore(_ end: Int, floor: Int, tokens: Int) -> Piece {
    var low = max(floor, end - tokens * 4)
    while low < end, ASCII.isContinuation(bytes[low]) { low += 1 }
    guard low < end, !bytes[low..<end].contains(where: { ASCII.isBlank($0) }) else {
      return Piece(range: end..<end, cost: 0)
    }
    var borders: [Int] = []
    var position = low
    for character in detached(low..<end) {
      // The first border in view may lie inside a grapheme.
      if position > low { borders.append(position) }
      position += character.utf8.count
    }
    var count = min(tokens, borders.count)
    while count > 0 {
      let range = borders[borders.count - count]..<end
      let cost = cost(range, limit: tokens)
      if cost <= tokens { return Piece(range: range, cost: cost) }
      count /= 2
    }
    return Piece(range: end..<end, cost: 0)
  }
}
