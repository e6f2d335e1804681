/// The text of a paragraph of AsciiDoc without its inline marks and macros.
///
/// - Source: AsciiDoc Language Documentation, "Text", "Links and Cross References", "Macros".
struct AsciiDocInline {
  private let raw: SourcedText
  private let bytes: [UInt8]
  private let attributes: [String: [UInt8]]
  private var out = SourcedText()
  private var hopeless: Set<UInt16> = []
  private var depth: Int

  /// - Complexity: O(text × depth of marks in each other).
  static func text(_ raw: SourcedText, attributes: [String: [UInt8]], depth: Int = 0) -> SourcedText {
    let marks: Set<UInt8> = [
      0x2A, 0x5F, 0x60, 0x2B, 0x23, 0x5E, 0x7E, 0x7B, 0x3C, 0x5B, 0x28, 0x5C, 0x3A, 0x24, 0x27,
    ]
    guard depth < 8, raw.bytes.contains(where: { marks.contains($0) }) else { return raw }
    var inline = AsciiDocInline(raw: raw, bytes: raw.bytes, attributes: attributes, depth: depth)
    inline.scan()
    return inline.out
  }

  private init(raw: SourcedText, bytes: [UInt8], attributes: [String: [UInt8]], depth: Int) {
    self.raw = raw
    self.bytes = bytes
    self.attributes = attributes
    self.depth = depth
  }

  private mutating func scan() {
    var position = 0
    var copied = 0
    while position < bytes.count {
      out.append(raw.slice(copied..<position))
      copied = position
      if let next = mark(at: position) {
        position = next
        copied = next
      } else {
        position = nextMark(after: position)
      }
    }
    out.append(raw.slice(copied..<bytes.count))
  }

  /// The next position at which a mark can stand.
  private func nextMark(after position: Int) -> Int {
    var next = position + 1
    while next < bytes.count {
      switch bytes[next] {
      case 0x2A, 0x5F, 0x60, 0x2B, 0x23, 0x5E, 0x7E, 0x7B, 0x3C, 0x5B, 0x28, 0x5C, 0x24, 0x3A, 0x27:
        return next
      default: next += 1
      }
    }
    return next
  }

  private func at(_ position: Int) -> UInt8 { bytes.indices.contains(position) ? bytes[position] : 0x20 }

  private func isWord(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || byte == 0x5F || byte >= 0x80 }

  private func has(_ word: StaticString, at position: Int) -> Bool {
    TextScan.has(word, in: bytes, at: position)
  }

  /// The first `word` from `start` on.
  private mutating func find(_ word: StaticString, from start: Int, key: UInt16, limit: Int = 4000) -> Int? {
    guard !hopeless.contains(key) else { return nil }
    var position = start
    let end = min(bytes.count, start + limit)
    while position < end {
      if has(word, at: position) { return position }
      position += 1
    }
    if end == bytes.count { hopeless.insert(key) }
    return nil
  }

  private mutating func mark(at position: Int) -> Int? {
    switch bytes[position] {
    case 0x5C:
      let next = at(position + 1)
      guard
        [0x2A, 0x5F, 0x60, 0x23, 0x7B, 0x3C, 0x5B, 0x2B, 0x5E, 0x7E, 0x5C].contains(next)
          || hasMacro(position + 1)
      else { return nil }
      out.append(raw.slice((position + 1)..<(position + 2)))
      return position + 2
    case 0x2A: return quoted(position, "*", "**", key: 1)
    case 0x5F: return quoted(position, "_", "__", key: 2)
    case 0x23: return quoted(position, "#", "##", key: 3)
    case 0x60: return backquoted(position)
    case 0x2B: return passed(position)
    case 0x24 where at(position + 1) == 0x24:
      guard let end = find("$$", from: position + 2, key: 20) else { return nil }
      out.append(raw.slice((position + 2)..<end))
      return end + 2
    case 0x5E, 0x7E: return script(position)
    case 0x7B: return attribute(position)
    case 0x3C where at(position + 1) == 0x3C: return reference(position)
    case 0x5B: return bracketed(position)
    case 0x28 where at(position + 1) == 0x28: return indexTerm(position)
    case 0x27 where at(position + 1) == 0x27 && position > 0: return nil
    case 0x3A: return macro(position)
    default: return nil
    }
  }

  private mutating func nested(_ range: Range<Int>) {
    out.append(AsciiDocInline.text(raw.slice(range), attributes: attributes, depth: depth + 1))
  }

  // MARK: Quotes

  /// Text between single marks at the borders of words, or double ones anywhere.
  private mutating func quoted(_ position: Int, _ single: StaticString, _ double: StaticString, key: UInt16)
    -> Int?
  {
    let mark = bytes[position]
    if at(position + 1) == mark, !ASCII.isBlank(at(position + 2)),
      let end = find(double, from: position + 3, key: key + 100)
    {
      nested((position + 2)..<end)
      return end + 2
    }
    guard let end = constrained(position, single, key: key) else { return nil }
    nested((position + 1)..<end)
    return end + 1
  }

  private mutating func constrained(_ position: Int, _ mark: StaticString, key: UInt16) -> Int? {
    let before = at(position - 1)
    guard !isWord(before), before != 0x3B, before != 0x3A || bytes[position] != 0x2A,
      !ASCII.isBlank(at(position + 1))
    else { return nil }
    var from = position + 1
    while let end = find(mark, from: from, key: key) {
      if end > position + 1, !ASCII.isBlank(bytes[end - 1]), !isWord(at(end + 1)) { return end }
      from = end + 1
      if from - position > 4000 { return nil }
    }
    return nil
  }

  private mutating func backquoted(_ position: Int) -> Int? {
    // ``quoted'' and "`quoted`" are in typographic quotes.
    if at(position + 1) == 0x60 {
      let close = find("``", from: position + 2, key: 30)
      if let end = find("''", from: position + 2, key: 31), end < close ?? .max {
        out.replace(raw.sourceMap.sourceRange(position..<(position + 2)), with: "“")
        nested((position + 2)..<end)
        out.replace(raw.sourceMap.sourceRange(end..<(end + 2)), with: "”")
        return end + 2
      }
      guard let close, close > position + 2 else { return nil }
      out.append(raw.slice((position + 2)..<close))
      return close + 2
    }
    guard let end = constrained(position, "`", key: 4) else { return nil }
    // `+code+` is passed as it is.
    if end - position > 3, bytes[position + 1] == 0x2B, bytes[end - 1] == 0x2B {
      out.append(raw.slice((position + 2)..<(end - 1)))
    } else {
      out.append(AsciiDocInline.code(raw.slice((position + 1)..<end), attributes))
    }
    return end + 1
  }

  /// Code: attributes are filled in, nothing else.
  private static func code(_ raw: SourcedText, _ attributes: [String: [UInt8]]) -> SourcedText {
    guard raw.bytes.contains(0x7B) else { return raw }
    var inline = AsciiDocInline(raw: raw, bytes: raw.bytes, attributes: attributes, depth: 8)
    var position = 0
    while position < inline.bytes.count {
      if inline.bytes[position] == 0x7B, let next = inline.attribute(position) {
        position = next
      } else {
        inline.out.append(raw.slice(position..<(position + 1)))
        position += 1
      }
    }
    return inline.out
  }

  private mutating func passed(_ position: Int) -> Int? {
    if has("+++", at: position) {
      guard let end = find("+++", from: position + 3, key: 5) else { return nil }
      out.append(raw.slice((position + 3)..<end))
      return end + 3
    }
    if at(position + 1) == 0x2B {
      guard let end = find("++", from: position + 2, key: 6), end > position + 2 else { return nil }
      out.append(raw.slice((position + 2)..<end))
      return end + 2
    }
    // A plus behind a blank at the end of a line breaks the line.
    if at(position - 1) == 0x20, position + 1 == bytes.count || bytes[position + 1] == 0x0A {
      out.truncate(to: out.count - 1)
      return position + 1
    }
    guard let end = constrained(position, "+", key: 7) else { return nil }
    out.append(raw.slice((position + 1)..<end))
    return end + 1
  }

  private mutating func script(_ position: Int) -> Int? {
    let mark = bytes[position]
    var end = position + 1
    while end < bytes.count, end - position < 60, bytes[end] != mark, !ASCII.isBlank(bytes[end]) { end += 1 }
    guard end < bytes.count, bytes[end] == mark, end > position + 1 else { return nil }
    let inner = Array(bytes[(position + 1)..<end])
    out.replace(
      raw.sourceMap.sourceRange(position..<(end + 1)), with: ScriptDigits.text(inner, isRaised: mark == 0x5E))
    return end + 1
  }

  // MARK: References

  private static let characters: [String: String] = [
    "nbsp": "\u{A0}", "amp": "&", "lt": "<", "gt": ">", "plus": "+", "caret": "^", "tilde": "~",
    "asterisk": "*",
    "startsb": "[", "endsb": "]", "apos": "'", "quot": "\"", "empty": "", "sp": " ", "backtick": "`",
    "two-colons": "::", "two-semicolons": ";;", "backslash": "\\", "vbar": "|", "mdash": "—", "ndash": "–",
    "zwsp": "",
    "wj": "", "deg": "°", "ldquo": "“", "rdquo": "”", "lsquo": "‘", "rsquo": "’", "brvbar": "¦", "cpp": "C++",
    "pp": "++",
    "blank": "",
  ]

  private mutating func attribute(_ position: Int) -> Int? {
    var end = position + 1
    while end < bytes.count, end - position < 80,
      ASCII.isAlphanumeric(bytes[end]) || bytes[end] == 0x2D || bytes[end] == 0x5F
    {
      end += 1
    }
    guard end < bytes.count, bytes[end] == 0x7D, end > position + 1 else { return nil }
    let name = TextScan.string((position + 1)..<end, in: bytes).lowercased()
    guard let value = attributes[name] ?? Self.characters[name].map({ Array($0.utf8) }) else { return nil }
    out.replace(raw.sourceMap.sourceRange(position..<(end + 1)), with: value)
    return end + 1
  }

  /// `<<id,text>>`.
  private mutating func reference(_ position: Int) -> Int? {
    guard let end = find(">>", from: position + 2, key: 8, limit: 400), end > position + 2 else { return nil }
    var text = (position + 2)..<end
    if let comma = bytes[text].firstIndex(of: 0x2C) {
      let label = TextScan.trimmed((comma + 1)..<end, in: bytes)
      text = label.isEmpty ? text.lowerBound..<comma : label
    }
    nested(text)
    return end + 2
  }

  /// An anchor `[[id]]`, or a role before marked text `[.big]#text#`.
  private mutating func bracketed(_ position: Int) -> Int? {
    if at(position + 1) == 0x5B {
      guard let end = find("]]", from: position + 2, key: 9, limit: 400),
        !bytes[position..<end].contains(0x0A)
      else {
        return nil
      }
      return at(end + 2) == 0x5D ? end + 3 : end + 2
    }
    guard let end = bytes[position...].prefix(100).firstIndex(of: 0x5D),
      [0x23, 0x2A, 0x5F, 0x60, 0x2B].contains(at(end + 1)), !isWord(at(position - 1)), end > position + 1,
      !ASCII.isBlank(at(end + 2)),
      bytes[position + 1] == 0x2E || bytes[position + 1] == 0x23 || at(end + 1) == 0x23
    else { return nil }
    return end + 1
  }

  /// `((term))` is a word of the text; `(((a, b)))` is for the index alone.
  private mutating func indexTerm(_ position: Int) -> Int? {
    if at(position + 2) == 0x28 {
      guard let end = find(")))", from: position + 3, key: 10, limit: 400) else { return nil }
      return end + 3
    }
    guard ASCII.isAlphanumeric(at(position + 2)),
      let end = find("))", from: position + 2, key: 11, limit: 400)
    else { return nil }
    nested((position + 2)..<end)
    return end + 2
  }

  // MARK: Macros

  private func hasMacro(_ position: Int) -> Bool {
    var end = position
    while ASCII.isLetter(at(end)) { end += 1 }
    return end > position && at(end) == 0x3A && bytes[min(end, bytes.count)...].prefix(200).contains(0x5B)
  }

  /// `name:target[text]`, whose name stands before the colon at `position`.
  private mutating func macro(_ position: Int) -> Int? {
    var start = position
    while start > 0, ASCII.isAlphanumeric(bytes[start - 1]) || bytes[start - 1] == 0x2D { start -= 1 }
    guard start < position, !isWord(at(start - 1)), position - start < 30, out.count >= position - start
    else {
      return nil
    }
    let name = TextScan.string(start..<position, in: bytes).lowercased()
    var open = position + 1
    while open < bytes.count, bytes[open] != 0x5B, !ASCII.isBlank(bytes[open]), bytes[open] != 0x3C,
      bytes[open] != 0x3E
    {
      open += 1
    }
    let target = (position + 1)..<open
    guard open < bytes.count, bytes[open] == 0x5B, at(position + 1) != 0x3A, let close = closingBracket(open)
    else {
      return nil
    }
    // Words before a colon are no macro unless they are known or have a target right behind.
    guard
      Self.macros.contains(name) || ["http", "https", "ftp", "irc"].contains(name)
        || !target.isEmpty && name != "c"
    else { return nil }
    let text = (open + 1)..<close
    // The name is in the text already.
    out.truncate(to: out.count - (position - start))
    show(name, whole: start..<(close + 1), target: target, text: text, label: label(text))
    return close + 1
  }

  private static let macros: Set<String> = [
    "link", "xref", "mailto", "image", "icon", "footnote", "footnoteref", "kbd", "btn", "menu", "stem",
    "latexmath",
    "asciimath", "pass", "indexterm", "indexterm2", "anchor", "linkgit", "manpage", "cve", "issue",
  ]

  private func closingBracket(_ open: Int) -> Int? {
    var depth = 0
    var position = open
    while position < bytes.count, position - open < 4000 {
      switch bytes[position] {
      case 0x5C: position += 1
      case 0x5B: depth += 1
      case 0x5D:
        depth -= 1
        if depth == 0 { return position }
      default: break
      }
      position += 1
    }
    return nil
  }

  /// The first positional attribute of a macro, which is its text.
  private func label(_ text: Range<Int>) -> Range<Int> {
    guard !text.isEmpty else { return text }
    if bytes[text.lowerBound] == 0x22,
      let end = bytes[(text.lowerBound + 1)..<text.upperBound].firstIndex(of: 0x22)
    {
      return (text.lowerBound + 1)..<end
    }
    if let equals = bytes[text].firstIndex(of: 0x3D) {
      let comma = bytes[text.lowerBound..<equals].lastIndex(of: 0x2C)
      return text.lowerBound..<(comma ?? text.lowerBound)
    }
    // `text^` opens a window.
    return bytes[text.upperBound - 1] == 0x5E ? text.lowerBound..<(text.upperBound - 1) : text
  }

  private mutating func show(
    _ name: String, whole: Range<Int>, target: Range<Int>, text: Range<Int>, label: Range<Int>
  ) {
    func write(_ words: String, _ offset: Int) { out.write(words, at: raw.sourceOffset(offset)) }
    switch name {
    case "http", "https", "ftp", "irc", "mailto":
      let isMail = name == "mailto"
      let address = isMail ? target : whole.lowerBound..<target.upperBound
      guard !label.isEmpty else { return out.append(raw.slice(address)) }
      nested(label)
      if isMail { return }
      write(" (", address.lowerBound)
      out.append(raw.slice(address))
      write(")", address.upperBound)
    case "link":
      guard !label.isEmpty else { return out.append(raw.slice(target)) }
      nested(label)
      let isAddress = has("http", at: target.lowerBound)
      guard isAddress else { return }
      write(" (", target.lowerBound)
      out.append(raw.slice(target))
      write(")", target.upperBound)
    case "image", "icon": nested(label)
    case "footnote", "footnoteref":
      guard !text.isEmpty else { return }
      write(" (", text.lowerBound)
      nested(text)
      write(")", text.upperBound)
    case "indexterm", "anchor": break
    case "menu":
      out.append(raw.slice(target))
      if !text.isEmpty {
        write(" > ", text.lowerBound)
        out.append(raw.slice(text))
      }
    case "stem", "latexmath", "asciimath", "pass", "kbd", "btn", "indexterm2": out.append(raw.slice(text))
    case "linkgit", "manpage":
      out.append(raw.slice(target))
      if !text.isEmpty {
        write("(", text.lowerBound)
        out.append(raw.slice(text))
        write(")", text.upperBound)
      }
    default:
      if label.isEmpty { out.append(raw.slice(target)) } else { nested(label) }
    }
  }
}
