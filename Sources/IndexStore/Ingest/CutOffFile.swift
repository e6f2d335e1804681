/// Finds signs that a file was not written to its end.
///
/// Each format that has an end mark is known by its first bytes, whatever the file is called.
enum CutOffFile {
  /// What is missing; `nil` where the file may be complete.
  ///
  /// - Complexity: O(1) but for files of zeros.
  static func sign(in bytes: [UInt8]) -> String? {
    guard let first = bytes.first else { return "the file is empty" }
    if first == 0, bytes.allSatisfy({ $0 == 0 }) { return "the file holds zeros alone" }
    for mark in marks where bytes.starts(with: mark.start) {
      return holds(mark.end, in: bytes.suffix(mark.within))
        ? nil : "the end of the file is missing (\(mark.name))"
    }
    if bytes.count >= zeroTail, bytes.suffix(zeroTail).allSatisfy({ $0 == 0 }), !isBinary(bytes) {
      return "the end of the file holds zeros alone"
    }
    return nil
  }

  private struct Mark {
    var name: String
    var start: [UInt8]
    var end: [UInt8]
    /// Bytes before the end of the file in which the mark must stand.
    var within: Int
  }

  private static let zeroTail = 512

  private static let marks = [
    // ISO 32000-1, 7.5.5; readers look into the last 1024 bytes, and some writers add more.
    Mark(name: "PDF", start: Array("%PDF-".utf8), end: Array("%%EOF".utf8), within: 4096),
    // APPNOTE.TXT 4.3.16: the end record and a comment of at most 65,535 bytes.
    Mark(name: "ZIP", start: [0x50, 0x4B, 3, 4], end: [0x50, 0x4B, 5, 6], within: 65_557),
    Mark(name: "PNG", start: [0x89, 0x50, 0x4E, 0x47], end: Array("IEND".utf8), within: 4096),
    Mark(name: "JPEG", start: [0xFF, 0xD8, 0xFF], end: [0xFF, 0xD9], within: 65_536),
    Mark(name: "RTF", start: Array("{\\rtf".utf8), end: Array("}".utf8), within: 64),
  ]

  private static func holds(_ mark: [UInt8], in tail: ArraySlice<UInt8>) -> Bool {
    guard tail.count >= mark.count else { return false }
    for start in stride(from: tail.endIndex - mark.count, through: tail.startIndex, by: -1)
    where tail[start] == mark[0] && tail[start..<start + mark.count].elementsEqual(mark) {
      return true
    }
    return false
  }

  /// Whether zeros are among the first bytes: then they are part of the format.
  private static func isBinary(_ bytes: [UInt8]) -> Bool { bytes.prefix(256).contains(0) }
}
