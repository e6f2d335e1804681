/// The text of a paragraph of Org without its inline marks.
///
/// - Source: Org Syntax, "Objects".
struct OrgInline {
  private let raw: SourcedText
  private let bytes: [UInt8]
  private let macros: [String: [UInt8]]
  private let depth: Int
  private var out = SourcedText()
  private var hopeless: Set<UInt8> = []

  /// - Complexity: O(text × depth of marks in each other).
  static func text(_ raw: SourcedText, macros: [String: [UInt8]], depth: Int = 0) -> SourcedText {
    let marks: Set<UInt8> = [0x2A, 0x2F, 0x5F, 0x3D, 0x7E, 0x2B, 0x5B, 0x7B, 0x3C, 0x5E, 0x5C, 0x40]
    guard depth < 6, raw.bytes.contains(where: { marks.contains($0) }) else { return raw }
    var inline = OrgInline(raw: raw, bytes: raw.bytes, macros: macros, depth: depth)
    inline.scan()
    return inline.out
  }

  private init(raw: SourcedText, bytes: [UInt8], macros: [String: [UInt8]], depth: Int) {
    self.raw = raw
    self.bytes = bytes
    self.macros = macros
    self.depth = depth
  }

  private mutating func scan() {
    var position = 0
    var copied = 0
    while position < bytes.count {
      switch bytes[position] {
      case 0x2A, 0x2F, 0x5F, 0x3D, 0x7E, 0x2B, 0x5B, 0x7B, 0x3C, 0x5E, 0x5C, 0x40:
        out.append(raw.slice(copied..<position))
        copied = position
        if let next = mark(at: position) {
          position = next
          copied = next
        } else {
          position += 1
        }
      default: position += 1
      }
    }
    out.append(raw.slice(copied..<bytes.count))
  }

  private func at(_ position: Int) -> UInt8 { bytes.indices.contains(position) ? bytes[position] : 0x20 }

  private mutating func find(_ word: StaticString, from start: Int, key: UInt8) -> Int? {
    guard !hopeless.contains(key) else { return nil }
    var position = start
    while position < bytes.count {
      if TextScan.has(word, in: bytes, at: position) { return position }
      position += 1
    }
    hopeless.insert(key)
    return nil
  }

  private mutating func nested(_ range: Range<Int>) {
    out.append(OrgInline.text(raw.slice(range), macros: macros, depth: depth + 1))
  }

  private mutating func mark(at position: Int) -> Int? {
    switch bytes[position] {
    case 0x5B where at(position + 1) == 0x5B: return link(position)
    case 0x5B where TextScan.has("[fn:", in: bytes, at: position): return footnote(position)
    case 0x7B where TextScan.has("{{{", in: bytes, at: position): return macro(position)
    case 0x3C where at(position + 1) == 0x3C: return target(position)
    case 0x5E where at(position + 1) == 0x7B, 0x5F where at(position + 1) == 0x7B: return script(position)
    case 0x5C where at(position + 1) == 0x5C && (position + 2 == bytes.count || bytes[position + 2] == 0x0A):
      return position + 2
    case 0x40 where at(position + 1) == 0x40:
      guard let end = find("@@", from: position + 2, key: 1) else { return nil }
      return end + 2
    case 0x2A, 0x2F, 0x5F, 0x3D, 0x7E, 0x2B: return emphasis(position)
    default: return nil
    }
  }

  /// `*bold*` and its like, between blanks or signs.
  private mutating func emphasis(_ position: Int) -> Int? {
    let mark = bytes[position]
    let before = at(position - 1)
    guard ASCII.isBlank(before) || [0x2D, 0x28, 0x7B, 0x27, 0x22, 0x5B].contains(before) || before >= 0xE2,
      !ASCII.isBlank(at(position + 1)), !hopeless.contains(mark)
    else { return nil }
    var end = position + 2
    var lines = 0
    while end < bytes.count {
      if bytes[end] == 0x0A {
        lines += 1
        if lines > 2 { return nil }
      }
      if bytes[end] == mark, !ASCII.isBlank(bytes[end - 1]) {
        let after = at(end + 1)
        if ASCII.isBlank(after) || after >= 0xE2
          || [0x2D, 0x2E, 0x2C, 0x3B, 0x3A, 0x21, 0x3F, 0x27, 0x22, 0x29, 0x7D, 0x5D, 0x5C].contains(after)
        {
          let inner = (position + 1)..<end
          if mark == 0x3D || mark == 0x7E { out.append(raw.slice(inner)) } else { nested(inner) }
          return end + 1
        }
      }
      end += 1
    }
    hopeless.insert(mark)
    return nil
  }

  private mutating func link(_ position: Int) -> Int? {
    guard let end = find("]]", from: position + 2, key: 2), end - position < 4000 else { return nil }
    let inner = (position + 2)..<end
    var middle = inner.lowerBound
    while middle + 1 < end, !(bytes[middle] == 0x5D && bytes[middle + 1] == 0x5B) { middle += 1 }
    guard middle + 1 < end else {
      out.append(raw.slice(inner))
      return end + 2
    }
    let address = inner.lowerBound..<middle
    let text = (middle + 2)..<end
    nested(text)
    if TextScan.has("http", in: bytes, at: address.lowerBound), !bytes[address].elementsEqual(bytes[text]) {
      out.write(" (", at: raw.sourceOffset(address.lowerBound))
      out.append(raw.slice(address))
      out.write(")", at: raw.sourceOffset(address.upperBound))
    }
    return end + 2
  }

  /// `[fn:name:text]` has its text in place; `[fn:name]` stays.
  private mutating func footnote(_ position: Int) -> Int? {
    guard let close = bytes[position...].prefix(2000).firstIndex(of: 0x5D) else { return nil }
    guard let colon = bytes[(position + 4)..<close].firstIndex(of: 0x3A) else { return nil }
    out.write(" (", at: raw.sourceOffset(colon))
    nested((colon + 1)..<close)
    out.write(")", at: raw.sourceOffset(close))
    return close + 1
  }

  private mutating func macro(_ position: Int) -> Int? {
    guard let end = find("}}}", from: position + 3, key: 3), end - position < 1000 else { return nil }
    let inner = (position + 3)..<end
    let open = bytes[inner].firstIndex(of: 0x28)
    let name = TextScan.string(inner.lowerBound..<(open ?? end), in: bytes).lowercased()
    if let value = macros[name] {
      out.replace(raw.sourceMap.sourceRange(position..<(end + 3)), with: value)
    } else if let open, bytes[end - 1] == 0x29 {
      out.append(raw.slice((open + 1)..<(end - 1)))
    }
    return end + 3
  }

  private mutating func target(_ position: Int) -> Int? {
    let isRadio = at(position + 2) == 0x3C
    guard let end = find(">>", from: position + 2, key: 4), end - position < 300 else { return nil }
    if isRadio { out.append(raw.slice((position + 3)..<max(position + 3, end))) }
    return isRadio && at(end + 2) == 0x3E ? end + 3 : end + 2
  }

  private mutating func script(_ position: Int) -> Int? {
    guard position > 0, !ASCII.isBlank(at(position - 1)),
      let end = bytes[position...].prefix(60).firstIndex(of: 0x7D), end > position + 2
    else { return nil }
    let inner = Array(bytes[(position + 2)..<end])
    out.replace(
      raw.sourceMap.sourceRange(position..<(end + 1)),
      with: ScriptDigits.text(inner, isRaised: bytes[position] == 0x5E))
    return end + 1
  }
}
