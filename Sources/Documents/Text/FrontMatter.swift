/// The YAML between `---` lines at the start of a Markdown file, as far as a strict subset goes.
///
/// Understood: `key: value` at the left margin with plain and quoted scalars, block scalars (`|`, `>`), inline
/// lists (`[a, b]`) and block lists of scalars. Everything else (maps, anchors, tags) is passed over: it gives
/// no metadata and no failure. Of a repeated key the first counts.
struct FrontMatter {
  /// Offset behind the closing line.
  let end: Int
  private(set) var metadata: [String: MetadataValue] = [:]
  private(set) var title: String?

  /// - Returns: `nil` where `bytes` don't start with front matter.
  /// - Complexity: O(front matter), or O(bytes) if it is never closed.
  init?(_ bytes: [UInt8]) {
    let first = TextScan.line(in: bytes, from: 0, to: bytes.count)
    guard Self.isMark(first, in: bytes, [0x2D]) else { return nil }
    var lines: [Range<Int>] = []
    var position = first.upperBound + 1
    while true {
      guard position < bytes.count else { return nil }
      let line = TextScan.line(in: bytes, from: position, to: bytes.count)
      position = line.upperBound + 1
      if Self.isMark(line, in: bytes, [0x2D, 0x2E]) { break }
      lines.append(line)
    }
    end = min(position, bytes.count)
    // A text may start with a thematic break; front matter starts with a key.
    let content = lines.first { line in
      !TextScan.isBlank(line, in: bytes) && bytes[line.lowerBound] != 0x23
    }
    if let content, Self.key(content, in: bytes) == nil { return nil }
    read(lines, in: bytes)
  }

  private static func isMark(_ line: Range<Int>, in bytes: [UInt8], _ marks: [UInt8]) -> Bool {
    guard line.count >= 3, let mark = marks.first(where: { $0 == bytes[line.lowerBound] }) else {
      return false
    }
    var end = line.upperBound
    while ASCII.isBlank(bytes[end - 1]) { end -= 1 }
    return end - line.lowerBound == 3 && bytes[line.lowerBound..<end].allSatisfy { $0 == mark }
  }

  /// The key at the left margin of `line` and where its value starts.
  private static func key(_ line: Range<Int>, in bytes: [UInt8]) -> (name: String, value: Int)? {
    var index = line.lowerBound
    while index < line.upperBound {
      let byte = bytes[index]
      guard ASCII.isAlphanumeric(byte) || byte == 0x5F || byte == 0x2D || byte == 0x2E || byte >= 0x80 else {
        break
      }
      index += 1
    }
    let length = index - line.lowerBound
    guard (1...128).contains(length), bytes[line.lowerBound] != 0x2D, index < line.upperBound,
      bytes[index] == 0x3A
    else { return nil }
    guard index + 1 == line.upperBound || ASCII.isSpaceOrTab(bytes[index + 1]) else { return nil }
    return (TextScan.string(line.lowerBound..<index, in: bytes), index + 1)
  }

  private mutating func read(_ lines: [Range<Int>], in bytes: [UInt8]) {
    var index = 0
    while index < lines.count {
      guard let (name, start) = Self.key(lines[index], in: bytes) else {
        index += 1
        continue
      }
      let inline = TextScan.trimmed(start..<lines[index].upperBound, in: bytes)
      index += 1
      var nested: [Range<Int>] = []
      while index < lines.count, Self.belongsToValue(lines[index], in: bytes) {
        nested.append(lines[index])
        index += 1
      }
      guard metadata[name] == nil, let (value, raw) = Self.value(inline, nested, in: bytes) else { continue }
      metadata[name] = value
      if title == nil, name == "title" || name == "Title", !raw.isEmpty { title = raw }
    }
  }

  /// Whether a line goes on with the value of the key above: indented, blank, or an item of its list.
  private static func belongsToValue(_ line: Range<Int>, in bytes: [UInt8]) -> Bool {
    guard let first = line.first else { return true }
    return ASCII.isBlank(bytes[first]) || isItem(line, in: bytes)
  }

  private static func isItem(_ line: Range<Int>, in bytes: [UInt8]) -> Bool {
    let content = TextScan.trimmed(line, in: bytes)
    return !content.isEmpty && bytes[content.lowerBound] == 0x2D
      && (content.count == 1 || ASCII.isSpaceOrTab(bytes[content.lowerBound + 1]))
  }

  private static func value(
    _ inline: Range<Int>, _ nested: [Range<Int>], in bytes: [UInt8]
  ) -> (value: MetadataValue, raw: String)? {
    let nested = nested.map { TextScan.trimmed($0, in: bytes) }
    let content = nested.filter { !$0.isEmpty }
    guard let first = inline.first, bytes[first] != 0x23 else {
      guard !content.isEmpty, content.allSatisfy({ isItem($0, in: bytes) }) else { return nil }
      var items: [String] = []
      for item in content {
        let body = TextScan.trimmed(item.lowerBound + 1..<item.upperBound, in: bytes)
        guard let scalar = FrontMatterScalar(bytes[body]) else { return nil }
        if !scalar.isNull { items.append(scalar.text) }
      }
      return (.list(items), "")
    }
    switch bytes[first] {
    case 0x5B:
      guard content.isEmpty, let items = FrontMatterScalar.list(bytes[inline]) else { return nil }
      return (.list(items), "")
    case 0x7C, 0x3E:
      guard inline.count <= 2, !content.isEmpty else { return nil }
      let text = nested.map { TextScan.string($0, in: bytes) }
        .joined(separator: bytes[first] == 0x7C ? "\n" : " ")
      let end = TextScan.trimmed(0..<text.utf8.count, in: Array(text.utf8)).upperBound
      let trimmed = String(decoding: Array(text.utf8)[..<end], as: UTF8.self)
      return (.string(trimmed), trimmed)
    default:
      guard content.isEmpty, let scalar = FrontMatterScalar(bytes[inline]), !scalar.isNull else { return nil }
      return (scalar.value, scalar.text)
    }
  }
}

/// A scalar of YAML 1.2's core schema, plain or quoted.
struct FrontMatterScalar {
  let text: String
  let isQuoted: Bool

  /// - Returns: `nil` for what is no scalar: a map, an alias, a tag, an unclosed quote.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard let first = bytes.first else {
      (text, isQuoted) = ("", false)
      return
    }
    switch first {
    case 0x22, 0x27:
      guard let (content, end) = Self.quoted(bytes) else { return nil }
      guard Self.isEnd(bytes[end...]) else { return nil }
      (text, isQuoted) = (content, true)
    case 0x7B, 0x5B, 0x26, 0x2A, 0x21, 0x7C, 0x3E, 0x25, 0x40, 0x60: return nil
    default:
      var end = bytes.startIndex
      while end < bytes.endIndex {
        let byte = bytes[end]
        if byte == 0x23, end > bytes.startIndex, ASCII.isBlank(bytes[end - 1]) { break }
        // `a: b` inside a value is a map.
        if byte == 0x3A, end + 1 == bytes.endIndex || ASCII.isBlank(bytes[end + 1]) { return nil }
        end += 1
      }
      while end > bytes.startIndex, ASCII.isBlank(bytes[end - 1]) { end -= 1 }
      (text, isQuoted) = (String(decoding: bytes[..<end], as: UTF8.self), false)
    }
  }

  var isNull: Bool { !isQuoted && ["", "~", "null", "Null", "NULL"].contains(text) }

  var value: MetadataValue {
    guard !isQuoted else { return .string(text) }
    switch text {
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: return Self.number(text).map { .number($0) } ?? .string(text)
    }
  }

  /// A decimal number, if `Double` keeps it exactly enough to be shown again: ids and postcodes stay strings.
  private static func number(_ text: String) -> Double? {
    var digits = text.utf8[...]
    if digits.first == 0x2D || digits.first == 0x2B { digits.removeFirst() }
    guard let first = digits.first, ASCII.isDigit(first), digits.count <= 15 else { return nil }
    if first == 0x30, digits.count > 1, ASCII.isDigit(digits[digits.index(after: digits.startIndex)]) {
      return nil
    }
    guard
      digits.allSatisfy({ ASCII.isDigit($0) || $0 == 0x2E || $0 | 0x20 == 0x65 || $0 == 0x2D || $0 == 0x2B })
    else { return nil }
    guard let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// The items of `[a, "b"]`, or `nil` where one is no scalar.
  static func list(_ bytes: ArraySlice<UInt8>) -> [String]? {
    var items: [String] = []
    var index = bytes.startIndex + 1
    while true {
      while index < bytes.endIndex, ASCII.isBlank(bytes[index]) { index += 1 }
      guard index < bytes.endIndex else { return nil }
      if bytes[index] == 0x5D { return isEnd(bytes[(index + 1)...]) ? items : nil }
      var end = index
      if bytes[index] == 0x22 || bytes[index] == 0x27 {
        guard let (_, close) = quoted(bytes[index...]) else { return nil }
        end = close
      }
      while end < bytes.endIndex, bytes[end] != 0x2C, bytes[end] != 0x5D { end += 1 }
      guard end < bytes.endIndex, let scalar = FrontMatterScalar(bytes[index..<end]) else { return nil }
      if !scalar.isNull { items.append(scalar.text) }
      index = bytes[end] == 0x2C ? end + 1 : end
    }
  }

  /// Whether nothing but white space and a comment is left.
  private static func isEnd(_ rest: ArraySlice<UInt8>) -> Bool {
    guard let first = rest.first(where: { !ASCII.isBlank($0) }) else { return true }
    return first == 0x23
  }

  /// The text of the quoted scalar at the start of `bytes` and the offset behind it.
  private static func quoted(_ bytes: ArraySlice<UInt8>) -> (text: String, end: Int)? {
    let quote = bytes[bytes.startIndex]
    var out: [UInt8] = []
    var index = bytes.startIndex + 1
    while index < bytes.endIndex {
      let byte = bytes[index]
      index += 1
      if byte == quote {
        guard quote == 0x27, index < bytes.endIndex, bytes[index] == quote else {
          return (String(decoding: out, as: UTF8.self), index)
        }
        out.append(quote)
        index += 1
      } else if byte == 0x5C, quote == 0x22 {
        guard index < bytes.endIndex else { return nil }
        switch bytes[index] {
        case 0x6E: out.append(0x0A)
        case 0x74: out.append(0x09)
        case 0x22, 0x5C, 0x2F: out.append(bytes[index])
        default: return nil
        }
        index += 1
      } else {
        out.append(byte)
      }
    }
    return nil
  }
}
