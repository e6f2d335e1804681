/// The text of a paragraph of reStructuredText without its inline marks.
///
/// - Source: Docutils' "reStructuredText Markup Specification", section "Inline Markup".
struct RSTInline {
  private let raw: SourcedText
  private let bytes: [UInt8]
  private let substitutions: [String: [UInt8]]
  private var out = SourcedText()
  /// Marks that nothing closes in the rest of the paragraph, so that no stretch is searched twice.
  private var hopeless: Set<UInt8> = []

  /// - Complexity: O(text).
  static func text(_ raw: SourcedText, substitutions: [String: [UInt8]]) -> SourcedText {
    guard raw.bytes.contains(where: { [0x60, 0x2A, 0x5F, 0x7C, 0x5C].contains($0) }) else { return raw }
    var inline = RSTInline(raw: raw, bytes: raw.bytes, substitutions: substitutions)
    inline.scan()
    return inline.out
  }

  private mutating func scan() {
    var position = 0
    var copied = 0
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 0x5C || byte == 0x60 || byte == 0x2A || byte == 0x5F || byte == 0x7C || byte == 0x3A
      else {
        position += 1
        continue
      }
      out.append(raw.slice(copied..<position))
      let next = mark(at: position)
      if let next {
        position = next
        copied = next
      } else {
        copied = position
        position += 1
      }
    }
    out.append(raw.slice(copied..<bytes.count))
  }

  private func at(_ position: Int) -> UInt8 { bytes.indices.contains(position) ? bytes[position] : 0x20 }

  /// Whether inline marks may start at `position`: behind a blank or an opening sign, before text.
  private func mayStart(_ position: Int, width: Int) -> Bool {
    let before = at(position - 1)
    let after = at(position + width)
    guard !ASCII.isBlank(after) else { return false }
    if ASCII.isBlank(before) || before >= 0x80 { return true }
    return [0x27, 0x22, 0x28, 0x5B, 0x7B, 0x3C, 0x2D, 0x2F, 0x3A].contains(before)
  }

  /// Where `close` ends a mark that was opened before `start`: behind text, before no letter.
  private mutating func end(of close: StaticString, from start: Int, key: UInt8) -> Int? {
    guard !hopeless.contains(key) else { return nil }
    let width = close.utf8CodeUnitCount
    var position = start
    while position + width <= bytes.count {
      if TextScan.has(close, in: bytes, at: position), !ASCII.isBlank(at(position - 1)), position > start,
        !ASCII.isAlphanumeric(at(position + width)) || close.utf8CodeUnitCount == 1 && at(position) == 0x60
      {
        if at(position - 1) != 0x5C || key == 1 { return position }
      }
      position += 1
    }
    hopeless.insert(key)
    return nil
  }

  /// Reads the mark at `position` and adds its text.
  ///
  /// - Returns: where it ends, or `nil` where there is none.
  private mutating func mark(at position: Int) -> Int? {
    switch bytes[position] {
    case 0x5C:
      guard position + 1 < bytes.count else { return nil }
      if ASCII.isBlank(bytes[position + 1]) { return position + 2 }
      var end = position + 2
      while end < bytes.count, ASCII.isContinuation(bytes[end]) { end += 1 }
      out.append(raw.slice((position + 1)..<end))
      return end
    case 0x60 where at(position + 1) == 0x60:
      guard mayStart(position, width: 2), let end = end(of: "``", from: position + 2, key: 1) else {
        return nil
      }
      out.append(raw.slice((position + 2)..<end))
      return end + 2
    case 0x60:
      guard mayStart(position, width: 1) else { return nil }
      return interpreted(from: position, start: position + 1)
    case 0x2A where at(position + 1) == 0x2A:
      guard mayStart(position, width: 2), let end = end(of: "**", from: position + 2, key: 2) else {
        return nil
      }
      out.append(raw.slice((position + 2)..<end))
      return end + 2
    case 0x2A:
      guard mayStart(position, width: 1), let end = end(of: "*", from: position + 1, key: 3) else {
        return nil
      }
      out.append(raw.slice((position + 1)..<end))
      return end + 1
    case 0x7C: return substitution(at: position)
    case 0x3A: return role(at: position)
    case 0x5F: return underscore(at: position)
    default: return nil
    }
  }

  /// `:role:` and the text in backquotes behind it.
  private mutating func role(at position: Int) -> Int? {
    guard mayStart(position, width: 1) else { return nil }
    var end = position + 1
    while end < bytes.count, end - position < 80,
      ASCII.isAlphanumeric(bytes[end]) || [0x3A, 0x2E, 0x2B, 0x2D, 0x5F].contains(bytes[end])
    {
      end += 1
    }
    guard end < bytes.count, bytes[end] == 0x60, bytes[end - 1] == 0x3A, end > position + 2 else {
      return nil
    }
    return interpreted(from: position, start: end + 1)
  }

  /// The text of interpreted text or a reference, without its target; a target on the web stays.
  private mutating func interpreted(from position: Int, start: Int) -> Int? {
    guard let close = end(of: "`", from: start, key: 4) else { return nil }
    var text = start..<close
    var target: Range<Int>?
    if bytes[close - 1] == 0x3E, let open = bytes[text].lastIndex(of: 0x3C), open > start,
      at(open - 1) != 0x5C
    {
      let url = (open + 1)..<(close - 1)
      let title = TextScan.trimmed(start..<open, in: bytes)
      if !title.isEmpty {
        text = title
        if isAddress(url), !bytes[title].elementsEqual(bytes[url]) { target = url }
      }
    } else if at(start) == 0x7E || at(start) == 0x21 {
      // Sphinx shows the last part of the name, or no link.
      text = (start + 1)..<close
    }
    unescape(text)
    if let target {
      out.write(" (", at: raw.sourceOffset(target.lowerBound))
      out.append(raw.slice(target))
      out.write(")", at: raw.sourceOffset(target.upperBound))
    }
    var end = close + 1
    while at(end) == 0x5F { end += 1 }
    // A role may stand behind its text.
    if at(end) == 0x3A, let colon = bytes[(end + 1)...].prefix(40).firstIndex(of: 0x3A), colon > end + 1,
      bytes[(end + 1)..<colon].allSatisfy({ ASCII.isAlphanumeric($0) || $0 == 0x2D })
    {
      end = colon + 1
    }
    return end
  }

  private func isAddress(_ range: Range<Int>) -> Bool {
    for scheme: StaticString in ["http://", "https://", "ftp://", "mailto:"]
    where TextScan.has(scheme, in: bytes, at: range.lowerBound) {
      return true
    }
    return false
  }

  private mutating func unescape(_ range: Range<Int>) {
    var copied = range.lowerBound
    for index in range where bytes[index] == 0x5C {
      guard index >= copied else { continue }
      out.append(raw.slice(copied..<index))
      copied = index + 1
    }
    if copied < range.upperBound { out.append(raw.slice(copied..<range.upperBound)) }
  }

  private mutating func substitution(at position: Int) -> Int? {
    guard mayStart(position, width: 1), let end = end(of: "|", from: position + 1, key: 5) else { return nil }
    let name = (position + 1)..<end
    guard name.count < 200, !bytes[name].contains(0x0A) else { return nil }
    var after = end + 1
    while at(after) == 0x5F { after += 1 }
    if let text = substitutions[TextScan.string(name, in: bytes).lowercased()] {
      let source = raw.sourceMap.sourceRange(position..<(end + 1))
      out.replace(source, with: text)
    } else {
      out.append(raw.slice(name))
    }
    return after
  }

  /// The underscore of a reference (`name_`, `[1]_`, `` `text`_ ``) or of a target (`` _`text` ``).
  private mutating func underscore(at position: Int) -> Int? {
    if at(position + 1) == 0x60, mayStart(position, width: 2) {
      guard let end = end(of: "`", from: position + 2, key: 4) else { return nil }
      out.append(raw.slice((position + 2)..<end))
      return end + 1
    }
    let before = at(position - 1)
    guard ASCII.isAlphanumeric(before) || before == 0x5D || before >= 0x80 else { return nil }
    var end = position
    while at(end) == 0x5F { end += 1 }
    guard end - position <= 2, !ASCII.isAlphanumeric(at(end)), at(end) < 0x80 else { return nil }
    var start = position
    while start > 0, ASCII.isAlphanumeric(bytes[start - 1]) || [0x5F, 0x2D, 0x2E].contains(bytes[start - 1]) {
      start -= 1
    }
    // `__init__` is a name.
    if bytes[start] == 0x5F, start < position { return nil }
    return end
  }
}
