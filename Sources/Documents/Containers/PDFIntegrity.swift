/// Whether a PDF is all there: programs repair files that were cut off, and show what is left of them.
///
/// A PDF ends with `startxref`, an offset and `%%EOF` (ISO 32000-1, 7.5.5), also after each update. One that is arranged
/// for the web says its length at the start (annex F).
package struct PDFIntegrity {
  private let bytes: [UInt8]

  /// Programs append bytes: mail and web servers, printers.
  private static let tail = 64 << 10

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Whether the file has a header within its first 1024 bytes.
  package var hasHeader: Bool {
    let head = bytes.prefix(1024)
    return head.indices.contains { head[$0...].starts(with: [0x25, 0x50, 0x44, 0x46, 0x2D]) }
  }

  /// Why the file is taken for one that was cut off or is still being written, or `nil`.
  ///
  /// - Complexity: O(1): 64 KiB at the end and 2 KiB at the start.
  package var damage: String? {
    if let length = linearLength, length > bytes.count {
      return "it says that it has \(length) bytes and has \(bytes.count)"
    }
    let tail = bytes.suffix(Self.tail)
    return Self.find("startxref", in: tail) == nil ? "its end is missing" : nil
  }

  /// The length that a file arranged for the web says it has.
  private var linearLength: Int? {
    let head = bytes.prefix(2048)
    guard let start = Self.find("/Linearized", in: head) else { return nil }
    let end = Self.find(">>", in: head[start...]) ?? head.endIndex
    guard var index = Self.find("/L ", in: head[start..<end]) else { return nil }
    index += 3
    var value = 0
    while index < end, ASCII.isDigit(bytes[index]), value < 1 << 40 {
      value = value * 10 + Int(bytes[index] & 15)
      index += 1
    }
    return value > 0 ? value : nil
  }

  private static func find(_ word: String, in bytes: ArraySlice<UInt8>) -> Int? {
    let word = Array(word.utf8)
    guard bytes.count >= word.count else { return nil }
    // From the end, where it is looked for.
    var index = bytes.endIndex - word.count
    while index >= bytes.startIndex {
      if bytes[index] == word[0], bytes[index...].starts(with: word) { return index }
      index -= 1
    }
    return nil
  }
}
