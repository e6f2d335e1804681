/// Splits a text into lines, and each line at blanks and tabs.
enum LineFields {
  /// Numbers (from 1) and fields of the lines that have any.
  ///
  /// - Complexity: O(text).
  static func all(of text: String) -> [(number: Int, fields: [Substring])] {
    var lines: [(number: Int, fields: [Substring])] = []
    let utf8 = text.utf8
    var number = 0
    for line in utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      let fields = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
      if !fields.isEmpty { lines.append((number, fields.map { Substring($0) })) }
    }
    return lines
  }
}
