/// The message inside a signed one whose signature and text are one file (S/MIME `signed-data`).
///
/// - Source: RFC 5652 section 5.1 (`SignedData`), X.690 (BER).
package enum CMSContent {
  private struct Element {
    var tag: UInt8
    var content: Range<Int>
    var end: Int
  }

  /// The signed bytes, or `nil` where the data is encrypted, damaged or without them.
  ///
  /// - Complexity: O(bytes).
  package static func signedContent(_ bytes: [UInt8]) -> [UInt8]? {
    guard let outer = element(bytes, at: 0, limit: bytes.count), outer.tag == 0x30,
      let kind = element(bytes, at: outer.content.lowerBound, limit: outer.content.upperBound),
      kind.tag == 0x06,
      // 1.2.840.113549.1.7.2, signedData
      bytes[kind.content].elementsEqual([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02]),
      let wrapped = element(bytes, at: kind.end, limit: outer.content.upperBound), wrapped.tag == 0xA0,
      let signed = element(bytes, at: wrapped.content.lowerBound, limit: wrapped.content.upperBound),
      signed.tag == 0x30,
      let version = element(bytes, at: signed.content.lowerBound, limit: signed.content.upperBound),
      let digests = element(bytes, at: version.end, limit: signed.content.upperBound), digests.tag == 0x31,
      let info = element(bytes, at: digests.end, limit: signed.content.upperBound), info.tag == 0x30,
      let type = element(bytes, at: info.content.lowerBound, limit: info.content.upperBound),
      let content = element(bytes, at: type.end, limit: info.content.upperBound), content.tag == 0xA0
    else { return nil }
    var out: [UInt8] = []
    gather(bytes, content.content, &out, depth: 0)
    return out.isEmpty ? nil : out
  }

  /// Joins octet strings, which may be made of others.
  private static func gather(_ bytes: [UInt8], _ range: Range<Int>, _ out: inout [UInt8], depth: Int) {
    var index = range.lowerBound
    while depth < 8, index < range.upperBound, let found = element(bytes, at: index, limit: range.upperBound)
    {
      if found.tag == 0x04 {
        out += bytes[found.content]
      } else if found.tag == 0x24 {
        gather(bytes, found.content, &out, depth: depth + 1)
      }
      guard found.end > index else { return }
      index = found.end
    }
  }

  /// The element at `index`, whose content may have no stated length: then it ends with two zeros.
  private static func element(_ bytes: [UInt8], at index: Int, limit: Int, depth: Int = 0) -> Element? {
    guard index + 1 < limit, limit <= bytes.count, depth < 32 else { return nil }
    let tag = bytes[index]
    var position = index + 2
    let first = Int(bytes[index + 1])
    if first < 0x80 {
      guard position + first <= limit else { return nil }
      return Element(tag: tag, content: position..<(position + first), end: position + first)
    }
    if first > 0x80 {
      let count = first & 0x7F
      guard count <= 4, position + count <= limit else { return nil }
      var length = 0
      for offset in 0..<count { length = length << 8 | Int(bytes[position + offset]) }
      position += count
      guard length <= limit - position else { return nil }
      return Element(tag: tag, content: position..<(position + length), end: position + length)
    }
    let start = position
    while position + 1 < limit {
      if bytes[position] == 0, bytes[position + 1] == 0 {
        return Element(tag: tag, content: start..<position, end: position + 2)
      }
      guard let inner = element(bytes, at: position, limit: limit, depth: depth + 1), inner.end > position
      else {
        return nil
      }
      position = inner.end
    }
    return nil
  }
}
