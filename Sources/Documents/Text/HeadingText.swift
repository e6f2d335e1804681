/// The text of a heading without its markup.
enum HeadingText {
  /// Bytes of a heading that are kept: a longer one would be repeated with every passage below it.
  static let limit = 200

  /// The plain text of the heading `block` of a document in `format`.
  ///
  /// - Complexity: O(block).
  static func plain(_ block: Block, in bytes: [UInt8], format: DocumentFormat) -> String {
    switch format {
    case .markdown: return markdown(bytes[block.range])
    case .text:
      // An underlined heading is its line and the line of marks below.
      let line = TextScan.line(in: bytes, from: block.range.lowerBound, to: block.range.upperBound)
      return TextScan.singleLine(Array(bytes[line]), limit: limit)
    default: return TextScan.singleLine(Array(bytes[block.range]), limit: limit)
    }
  }

  /// An ATX or setext heading without marks, emphasis, code marks, tags and link targets.
  static func markdown(_ heading: ArraySlice<UInt8>) -> String {
    var content = heading
    if content.first == 0x23 {
      content = content.drop { $0 == 0x23 }
      content = trimmed(content)
      var end = content.endIndex
      while end > content.startIndex, content[end - 1] == 0x23 { end -= 1 }
      if end == content.startIndex || ASCII.isBlank(content[end - 1]) { content = content[..<end] }
    } else if let feed = content.lastIndex(of: 0x0A) {
      content = content[..<feed]
    }
    return TextScan.singleLine(inline(Array(trimmed(content))), limit: limit)
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while let last = bytes.last, ASCII.isBlank(last) { bytes.removeLast() }
    return bytes.drop { ASCII.isBlank($0) }
  }

  /// - Complexity: O(bytes).
  private static func inline(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var index = 0
    // Targets and tags that never close are looked for once.
    var hasNoParenthesis = false
    var hasNoTagEnd = false
    while index < bytes.count {
      let byte = bytes[index]
      let next = index + 1 < bytes.count ? bytes[index + 1] : 0x20
      switch byte {
      case 0x5C where !ASCII.isAlphanumeric(next) && next < 0x80 && index + 1 < bytes.count:
        out.append(next)
        index += 1
      case 0x60, 0x2A: break
      case 0x5F:
        // Between letters it is part of a name: `snake_case`.
        if let last = out.last, isWord(last), isWord(next) { out.append(byte) }
      case 0x7E where next == 0x7E: index += 1
      case 0x21 where next == 0x5B: break
      case 0x5B: break
      case 0x5D where next == 0x28 && !hasNoParenthesis:
        if let close = bytes[(index + 2)...].firstIndex(of: 0x29) {
          index = close
        } else {
          hasNoParenthesis = true
        }
      case 0x5D: break
      case 0x3C where (ASCII.isLetter(next) || next == 0x2F) && !hasNoTagEnd:
        if let close = bytes[(index + 1)...].firstIndex(of: 0x3E) {
          index = close
        } else {
          hasNoTagEnd = true
          out.append(byte)
        }
      case 0x7B where next == 0x23:
        // `{#anchor}` at the end names the heading.
        if bytes.last == 0x7D { return out }
        out.append(byte)
      default: out.append(byte)
      }
      index += 1
    }
    return out
  }

  private static func isWord(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || byte >= 0x80 }
}
