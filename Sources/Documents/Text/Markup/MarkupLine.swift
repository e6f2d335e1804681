/// A line of a text, or the part of one that belongs to a nested block.
struct MarkupLine: Equatable {
  /// Offsets of its start, of its first byte that is not blank, and of its end before the line feed and blanks.
  var start: Int
  var text: Int
  var end: Int
  /// Column, from 0, of `text`; tabs go to stops of eight.
  var indent: Int
  /// Number of the line, from 1.
  var number: Int

  var isBlank: Bool { text >= end }
  var content: Range<Int> { text..<end }

  /// The lines of `bytes`.
  ///
  /// - Complexity: O(bytes).
  static func all(of bytes: [UInt8]) -> [MarkupLine] {
    var lines: [MarkupLine] = []
    var position = 0
    while position < bytes.count {
      let range = TextScan.line(in: bytes, from: position, to: bytes.count)
      lines.append(MarkupLine(range, in: bytes, column: 0, number: lines.count + 1))
      position = range.upperBound + 1
    }
    return lines
  }

  /// - Parameter column: of the range's start.
  init(_ range: Range<Int>, in bytes: [UInt8], column: Int, number: Int) {
    start = range.lowerBound
    var end = range.upperBound
    while end > start, ASCII.isBlank(bytes[end - 1]) { end -= 1 }
    var text = start
    var indent = column
    while text < end, ASCII.isBlank(bytes[text]) {
      indent += bytes[text] == 0x09 ? 8 - indent % 8 : 1
      text += 1
    }
    self.text = text
    self.end = end
    self.indent = indent
    self.number = number
  }

  /// What follows `offset` bytes behind `text`, as a line of its own.
  func rest(after offset: Int, in bytes: [UInt8]) -> MarkupLine {
    let start = min(text + offset, end)
    return MarkupLine(start..<end, in: bytes, column: indent + offset, number: number)
  }

  func starts(with word: StaticString, in bytes: [UInt8]) -> Bool {
    text + word.utf8CodeUnitCount <= end && TextScan.has(word, in: bytes, at: text)
  }

  func string(in bytes: [UInt8]) -> String { TextScan.string(content, in: bytes) }

  /// The byte that the whole line is made of, with how often, or `nil`.
  func repeated(in bytes: [UInt8]) -> (mark: UInt8, count: Int)? {
    guard !isBlank, bytes[content].allSatisfy({ $0 == bytes[text] }) else { return nil }
    return (bytes[text], content.count)
  }
}

extension SourcedText {
  /// Lines joined by their line feeds, each without blanks around it, or, for code, without the first `indent` columns.
  init(joining lines: some Collection<MarkupLine>, of bytes: [UInt8], indent: Int? = nil) {
    var last: MarkupLine?
    for line in lines {
      if let last { copyBreak(after: last, of: bytes) }
      last = line
      if let indent {
        var start = line.start
        var column = line.indent
        // Blanks up to the indent go; `text` is where they end at the latest.
        if line.indent >= indent {
          start = line.text
          while start > line.start, column > indent {
            start -= 1
            column -= 1
          }
        }
        copy(min(start, line.end)..<line.end, of: bytes)
      } else {
        copy(line.text..<max(line.text, line.end), of: bytes)
      }
    }
  }

  /// A line feed, from where the line ends.
  private mutating func copyBreak(after line: MarkupLine, of bytes: [UInt8]) {
    var position = line.end
    while position < bytes.count, bytes[position] != 0x0A { position += 1 }
    if position < bytes.count { copy(0x0A, at: position) } else { write("\n", at: line.end) }
  }
}
