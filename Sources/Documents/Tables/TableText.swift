/// The text of cells inside lines.
enum TableText {
  /// `text` on one line, without control characters and blanks around it.
  ///
  /// - Complexity: O(bytes).
  static func line(_ text: [UInt8]) -> [UInt8] {
    if !text.contains(where: { $0 < 0x20 || $0 >= 0x7F }), text.first != 0x20, text.last != 0x20 {
      return text
    }
    var clean = TextAssembler.clean(text)
    for index in clean.indices where clean[index] == 0x0A || clean[index] == 0x09 { clean[index] = 0x20 }
    let range = TextScan.trimmed(0..<clean.count, in: clean)
    return range.count == clean.count ? clean : Array(clean[range])
  }

  /// `text` with its line breaks, without control characters and blanks around it.
  ///
  /// - Complexity: O(bytes).
  static func lines(_ text: [UInt8]) -> [UInt8] {
    if !text.contains(where: { $0 < 0x20 || $0 >= 0x7F }), text.first != 0x20, text.last != 0x20 {
      return text
    }
    let clean = TextAssembler.clean(text)
    let range = TextScan.trimmed(0..<clean.count, in: clean)
    return range.count == clean.count ? clean : Array(clean[range])
  }

  /// Whether a line in a sheet is a note and no title: long, a sentence, or called so.
  static func isNote(_ line: [UInt8]) -> Bool {
    if line.count > 120 || line.last == 0x2E && line.count > 40 { return true }
    if let first = line.first, first == 0x2A || first == 0x28 { return true }
    let start = String(decoding: line.prefix(24), as: UTF8.self).lowercased()
    let marks = [
      "note", "source", "quelle", "hinweis", "anmerkung", "remark", "fuente", "nota", "fonte", "bron", "†",
      "¹",
    ]
    return marks.contains { start.hasPrefix($0) }
  }
}
