/// Finds the blocks of Markdown text, line by line.
///
/// Lists give a block an item with its depth; what is nested in an item other than items (a paragraph, code)
/// stays in the item's block. Quotes are one block, whatever they hold.
struct MarkdownBlocks {
  let bytes: [UInt8]
  private(set) var blocks: [Block] = []

  private var position: Int
  /// Columns at which the content of each open list item starts, outermost first.
  private var openItems: [Int] = []
  /// The last search for the end of a comment and what it found, so that no stretch is searched twice.
  private var lastClose = (from: 0, close: -1)

  init(bytes: [UInt8], start: Int) {
    self.bytes = bytes
    position = start
  }

  /// - Complexity: O(bytes).
  mutating func scan() {
    while position < bytes.count {
      let line = self.line(at: position)
      guard !line.isBlank else {
        position = line.next
        continue
      }
      if line.indent < (openItems.last ?? 0) + 4, let marker = listMarker(line), !isThematicBreak(line) {
        item(line, marker)
        continue
      }
      openItems.removeAll(keepingCapacity: true)
      if line.indent >= 4 {
        indentedCode(line)
      } else if let fence = fence(line) {
        append(.code, line.start, fencedEnd(after: line, fence))
      } else if let level = headingLevel(line) {
        append(.heading, line.text, line.end, level: level)
        position = line.next
      } else if let end = commentEnd(line) {
        position = end
      } else if isThematicBreak(line) {
        position = line.next
      } else if bytes[line.text] == 0x3E {
        quote(line)
      } else if isTableStart(line) {
        table(line)
      } else {
        paragraph(line)
      }
    }
  }

  // MARK: Lines

  private struct Line {
    /// Offset of the line, of its first byte that is no space, of its end, of the next line.
    var start: Int
    var text: Int
    var end: Int
    var next: Int
    /// Columns of white space in front, tabs to stops of four.
    var indent: Int

    var isBlank: Bool { text == end }
  }

  private func line(at start: Int) -> Line {
    let range = TextScan.line(in: bytes, from: start, to: bytes.count)
    var text = start
    var indent = 0
    while text < range.upperBound, ASCII.isBlank(bytes[text]) {
      indent += bytes[text] == 0x09 ? 4 - indent % 4 : 1
      text += 1
    }
    return Line(
      start: start, text: text, end: range.upperBound, next: min(range.upperBound + 1, bytes.count),
      indent: indent)
  }

  private mutating func append(_ kind: Block.Kind, _ start: Int, _ end: Int, level: Int = 0) {
    var end = end
    while end > start, ASCII.isBlank(bytes[end - 1]) { end -= 1 }
    if start < end { blocks.append(Block(kind: kind, range: start..<end, level: level)) }
  }

  // MARK: What a line starts

  /// The level of an ATX heading, or `nil`.
  private func headingLevel(_ line: Line) -> Int? {
    guard line.indent < 4 else { return nil }
    var index = line.text
    while index < line.end, bytes[index] == 0x23 { index += 1 }
    let level = index - line.text
    guard (1...6).contains(level), index == line.end || ASCII.isSpaceOrTab(bytes[index]) else { return nil }
    return level
  }

  /// The level of a setext underline, or `nil`.
  private func underlineLevel(_ line: Line) -> Int? {
    guard !line.isBlank, line.indent < 4 else { return nil }
    let mark = bytes[line.text]
    guard mark == 0x3D || mark == 0x2D else { return nil }
    let content = TextScan.trimmed(line.text..<line.end, in: bytes)
    return content.allSatisfy { bytes[$0] == mark } ? (mark == 0x3D ? 1 : 2) : nil
  }

  private func isThematicBreak(_ line: Line) -> Bool {
    guard !line.isBlank, line.indent < 4 else { return false }
    let mark = bytes[line.text]
    guard mark == 0x2A || mark == 0x2D || mark == 0x5F else { return false }
    var count = 0
    for index in line.text..<line.end where !ASCII.isBlank(bytes[index]) {
      guard bytes[index] == mark else { return false }
      count += 1
    }
    return count >= 3
  }

  private struct Fence {
    var mark: UInt8
    var count: Int
  }

  private func fence(_ line: Line) -> Fence? {
    guard !line.isBlank else { return nil }
    let mark = bytes[line.text]
    guard mark == 0x60 || mark == 0x7E else { return nil }
    var index = line.text
    while index < line.end, bytes[index] == mark { index += 1 }
    let count = index - line.text
    guard count >= 3 else { return nil }
    if mark == 0x60, bytes[index..<line.end].contains(0x60) { return nil }
    return Fence(mark: mark, count: count)
  }

  private struct Marker {
    /// Column at which the item's content starts.
    var content: Int
    var isOrdered: Bool
    /// Whether it may stand in the middle of a paragraph.
    var interrupts: Bool
  }

  private func listMarker(_ line: Line) -> Marker? {
    guard !line.isBlank else { return nil }
    var index = line.text
    var isOne = false
    let isOrdered = ASCII.isDigit(bytes[index])
    if isOrdered {
      while index < line.end, index - line.text < 10, ASCII.isDigit(bytes[index]) { index += 1 }
      guard index - line.text < 10, index < line.end, bytes[index] == 0x2E || bytes[index] == 0x29 else {
        return nil
      }
      isOne = index - line.text == 1 && bytes[line.text] == 0x31
    } else {
      guard bytes[index] == 0x2D || bytes[index] == 0x2A || bytes[index] == 0x2B else { return nil }
    }
    index += 1
    let width = index - line.text
    guard index < line.end else {
      return Marker(content: line.indent + width + 1, isOrdered: isOrdered, interrupts: false)
    }
    guard ASCII.isSpaceOrTab(bytes[index]) else { return nil }
    var spaces = 0
    while index < line.end, ASCII.isSpaceOrTab(bytes[index]) {
      spaces += bytes[index] == 0x09 ? 4 - (line.indent + width + spaces) % 4 : 1
      index += 1
    }
    guard index < line.end else {
      return Marker(content: line.indent + width + 1, isOrdered: isOrdered, interrupts: false)
    }
    // Five spaces and more are indented code one space after the marker.
    return Marker(
      content: line.indent + width + (spaces > 4 ? 1 : spaces), isOrdered: isOrdered,
      interrupts: !isOrdered || isOne)
  }

  private func isTableStart(_ line: Line) -> Bool {
    guard line.next < bytes.count, bytes[line.text..<line.end].contains(0x7C) else { return false }
    let below = self.line(at: line.next)
    guard !below.isBlank, below.indent < 4 else { return false }
    return isDelimiterRow(below)
  }

  private func isDelimiterRow(_ line: Line) -> Bool {
    var hasDash = false
    var hasBar = false
    for index in line.text..<line.end {
      switch bytes[index] {
      case 0x2D: hasDash = true
      case 0x7C: hasBar = true
      case 0x3A, 0x20, 0x09: break
      default: return false
      }
    }
    return hasDash && hasBar
  }

  /// Where a comment that starts at `line` and has nothing but white space after it ends, or `nil`.
  private mutating func commentEnd(_ line: Line) -> Int? {
    guard line.indent < 4, TextScan.has("<!--", in: bytes, at: line.text) else { return nil }
    let close = commentClose(from: line.text + 4)
    guard close < bytes.count else { return nil }
    let rest = TextScan.line(in: bytes, from: close + 3, to: bytes.count)
    return TextScan.isBlank(rest, in: bytes) ? rest.upperBound : nil
  }

  /// Offset of the first `-->` from `start` on, or the text's end.
  private mutating func commentClose(from start: Int) -> Int {
    if start >= lastClose.from, start <= lastClose.close { return lastClose.close }
    var close = start
    while close < bytes.count, !TextScan.has("-->", in: bytes, at: close) { close += 1 }
    lastClose = (start, close)
    return close
  }

  /// Whether `line` ends a paragraph above it by starting something else.
  private mutating func interruptsParagraph(_ line: Line) -> Bool {
    guard line.indent < 4 else { return false }
    if fence(line) != nil || headingLevel(line) != nil || isThematicBreak(line) || bytes[line.text] == 0x3E {
      return true
    }
    if let marker = listMarker(line), marker.interrupts { return true }
    return commentEnd(line) != nil || isTableStart(line)
  }

  // MARK: Blocks

  private mutating func paragraph(_ first: Line) {
    var last = first
    position = first.next
    while position < bytes.count {
      let line = self.line(at: position)
      if line.isBlank { break }
      if let level = underlineLevel(line) {
        position = line.next
        append(.heading, first.text, line.end, level: level)
        return
      }
      if interruptsParagraph(line) { break }
      last = line
      position = line.next
    }
    append(.paragraph, first.text, last.end)
  }

  private mutating func indentedCode(_ first: Line) {
    var end = first.end
    position = first.next
    while position < bytes.count {
      let line = self.line(at: position)
      if !line.isBlank {
        guard line.indent >= 4 else { break }
        end = line.end
      }
      position = line.next
    }
    append(.code, first.start, end)
  }

  /// Moves behind the fence that closes `fence`, or to where its list item ends.
  ///
  /// - Returns: the end of the last line of the code.
  private mutating func fencedEnd(after first: Line, _ fence: Fence, content: Int = 0) -> Int {
    var end = first.end
    position = first.next
    while position < bytes.count {
      let line = self.line(at: position)
      if !line.isBlank, line.indent < content { return end }
      position = line.next
      end = line.end
      guard !line.isBlank, bytes[line.text] == fence.mark, line.indent < content + 4 else { continue }
      let mark = TextScan.trimmed(line.text..<line.end, in: bytes)
      if mark.count >= fence.count, mark.allSatisfy({ bytes[$0] == fence.mark }) { return end }
    }
    return end
  }

  private mutating func quote(_ first: Line) {
    var end = first.end
    position = first.next
    while position < bytes.count {
      let line = self.line(at: position)
      if line.isBlank { break }
      // A line without the mark goes on with the quote's paragraph, if it starts nothing of its own.
      if line.indent < 4, bytes[line.text] != 0x3E, interruptsParagraph(line) { break }
      end = line.end
      position = line.next
    }
    append(.quote, first.text, end)
  }

  private mutating func table(_ first: Line) {
    // The line below the column names is their rule.
    var end = line(at: first.next).end
    let header = end
    position = first.next
    while position < bytes.count {
      let line = self.line(at: position)
      if line.isBlank || !isTableRow(line) { break }
      end = line.end
      position = line.next
    }
    append(.table, first.text, end)
    if let range = blocks.last?.range {
      blocks[blocks.count - 1].header = range.lowerBound..<min(header, range.upperBound)
    }
  }

  private mutating func isTableRow(_ line: Line) -> Bool {
    bytes[line.text..<line.end].contains(0x7C) || !(interruptsParagraph(line))
  }

  private mutating func item(_ first: Line, _ marker: Marker) {
    while let content = openItems.last, first.indent < content { openItems.removeLast() }
    openItems.append(marker.content)
    let level = openItems.count
    var end = first.end
    var isAfterBlank = false
    position = first.next
    while position < bytes.count {
      let line = self.line(at: position)
      if line.isBlank {
        isAfterBlank = true
        position = line.next
        continue
      }
      if listMarker(line) != nil, line.indent < marker.content + 4, !isThematicBreak(line) { break }
      if line.indent < marker.content {
        if isAfterBlank || underlineLevel(line) != nil || interruptsParagraph(line) { break }
      } else if let fence = fence(line) {
        end = fencedEnd(after: line, fence, content: marker.content)
        // Code is no paragraph: a line at the margin below it does not go on with the item.
        isAfterBlank = true
        continue
      }
      isAfterBlank = false
      end = line.end
      position = line.next
    }
    append(.listItem, first.text, end, level: level)
  }
}
