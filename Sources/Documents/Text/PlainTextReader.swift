/// Reads plain text: paragraphs, headings where they can hardly be anything else, pages at form feeds.
///
/// A heading is one line, alone between blank lines, of at most 100 bytes, that
/// - is underlined with `=`, `-` or `~` (levels 1, 2, 3), or
/// - is in capitals (level 2), or
/// - carries a section number (`2.1 Methods`, level by depth) and is no item of a numbered list.
package struct PlainTextReader: DocumentReader {
  package init() {}

  /// - Throws: what `TextDecoding.decode` throws; any text is plain text.
  /// - Complexity: O(bytes).
  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let decoded = try TextDecoding.decode(source.bytes, limits: limits, isFromTerminal: true)
    let bytes = decoded.bytes
    let blocks = Self.blocks(of: bytes)
    var title: String?
    if let heading = blocks.first(where: { $0.kind == .heading && $0.level == 1 }) {
      title = HeadingText.plain(heading, in: bytes, format: .text)
    }
    return ParsedDocument(
      format: .text, title: title, text: decoded.text, blocks: blocks,
      places: DocumentPlaces(
        pages: Self.pages(of: bytes).map { DocumentPlaces.Page(start: $0) }, sourceMap: decoded.sourceMap),
      notes: decoded.notes)
  }

  /// Byte offsets of the pages that form feeds part, or none without form feeds.
  private static func pages(of bytes: [UInt8]) -> [Int] {
    var starts: [Int] = []
    for (index, byte) in bytes.enumerated() where byte == 0x0C {
      if starts.isEmpty { starts.append(0) }
      // A form feed that ends the file opens no page.
      if index + 1 < bytes.count { starts.append(index + 1) }
    }
    return starts
  }

  private static func blocks(of bytes: [UInt8]) -> [Block] {
    var blocks: [Block] = []
    var numbered: [Int] = []
    var position = 0
    while let paragraph = nextParagraph(in: bytes, from: position) {
      position = paragraph.upperBound
      let first = TextScan.line(in: bytes, from: paragraph.lowerBound, to: paragraph.upperBound)
      var level: Int?
      var body: Range<Int>?
      if let (underline, end) = underline(below: first, in: bytes, to: paragraph.upperBound) {
        level = underline
        let rest = TextScan.trimmed(end..<paragraph.upperBound, in: bytes)
        if !rest.isEmpty { body = rest }
      } else if first.upperBound == paragraph.upperBound, first.count <= 100 {
        if isCapitals(bytes[first]) {
          level = 2
        } else if let depth = sectionDepth(bytes[first]) {
          numbered.append(blocks.count)
          level = depth
        }
      }
      guard let level else {
        blocks.append(Block(kind: .paragraph, range: paragraph))
        continue
      }
      let end = body.map { TextScan.trimmed(paragraph.lowerBound..<$0.lowerBound, in: bytes).upperBound }
      blocks.append(
        Block(kind: .heading, range: paragraph.lowerBound..<(end ?? paragraph.upperBound), level: level))
      if let body { blocks.append(Block(kind: .paragraph, range: body)) }
    }
    // Numbered lines in a row are a list, whose items happen to have blank lines between them.
    let isNumbered = Set(numbered)
    for index in numbered {
      let hasNeighbour = [index - 1, index + 1].contains {
        isNumbered.contains($0) && blocks[$0].level == blocks[index].level
      }
      let isLast = index + 1 == blocks.count
      if hasNeighbour || isLast { blocks[index].kind = .paragraph }
    }
    for index in blocks.indices where blocks[index].kind == .paragraph { blocks[index].level = 0 }
    return blocks
  }

  /// The next run of lines without a blank line or form feed, without blanks at its ends.
  private static func nextParagraph(in bytes: [UInt8], from position: Int) -> Range<Int>? {
    var start = position
    while start < bytes.count, ASCII.isBlank(bytes[start]) { start += 1 }
    guard start < bytes.count else { return nil }
    var end = start
    while end < bytes.count, bytes[end] != 0x0C {
      let line = TextScan.line(in: bytes, from: end, to: bytes.count)
      if let feed = bytes[line].firstIndex(of: 0x0C) {
        end = feed
        break
      }
      if TextScan.isBlank(line, in: bytes) { break }
      end = min(line.upperBound + 1, bytes.count)
    }
    return TextScan.trimmed(start..<end, in: bytes)
  }

  /// The level and end of the line of marks below `line`, if it is about as long as the line.
  private static func underline(below line: Range<Int>, in bytes: [UInt8], to end: Int) -> (
    level: Int, end: Int
  )? {
    guard line.count <= 100, line.upperBound < end else { return nil }
    let below = TextScan.line(in: bytes, from: line.upperBound + 1, to: end)
    let marks = TextScan.trimmed(below, in: bytes)
    guard let first = marks.first, marks.allSatisfy({ bytes[$0] == bytes[first] }) else { return nil }
    let levels: [UInt8: Int] = [0x3D: 1, 0x2D: 2, 0x7E: 3]
    guard let level = levels[bytes[first]] else { return nil }
    // Wide characters take two columns and three bytes, so the line's length is known within bounds only.
    let shortest = bytes[line].count { !ASCII.isContinuation($0) }
    guard marks.count >= 3, marks.count * 2 >= shortest, marks.count <= max(line.count, shortest * 2) + 4
    else {
      return nil
    }
    return (level, below.upperBound)
  }

  /// At least four letters, all capitals, most of the line, and no sentence's end.
  private static func isCapitals(_ line: ArraySlice<UInt8>) -> Bool {
    var letters = 0
    for byte in line {
      if ASCII.isLower(byte) || byte >= 0x80 { return false }
      if ASCII.isUpper(byte) { letters += 1 }
    }
    guard letters >= 4, letters * 2 >= line.count, let last = line.last else { return false }
    return last != 0x2E && last != 0x2C && last != 0x3B && last != 0x21
  }

  /// The depth of the number of a section heading such as `3.2 Results`, or `nil`.
  private static func sectionDepth(_ line: ArraySlice<UInt8>) -> Int? {
    var depth = 0
    var index = line.startIndex
    while index < line.endIndex, ASCII.isDigit(line[index]) {
      let start = index
      while index < line.endIndex, ASCII.isDigit(line[index]) { index += 1 }
      guard index - start <= 3 else { return nil }
      depth += 1
      guard index < line.endIndex, line[index] == 0x2E else { break }
      index += 1
    }
    guard (1...6).contains(depth), index < line.endIndex, ASCII.isSpaceOrTab(line[index]) else { return nil }
    // A bare number (`12 Angry Men`) is no section number: one level needs its dot.
    if depth == 1, line[index - 1] != 0x2E { return nil }
    while index < line.endIndex, ASCII.isSpaceOrTab(line[index]) { index += 1 }
    guard index < line.endIndex, ASCII.isUpper(line[index]) || line[index] >= 0xC3, let last = line.last
    else {
      return nil
    }
    return ASCII.isAlphanumeric(last) || last >= 0x80 || last == 0x29 || last == 0x3F ? depth : nil
  }
}
