/// Numbers of lines, as editors and compilers count them.
enum LineNumbers {
  /// The lines of `bytes` that are not blank, with their numbers from 1.
  ///
  /// - Complexity: O(bytes).
  static func rows(of bytes: [UInt8]) -> [DocumentPlaces.Row] {
    var rows: [DocumentPlaces.Row] = []
    var number = 0
    var position = 0
    while position < bytes.count {
      let line = TextScan.line(in: bytes, from: position, to: bytes.count)
      number += 1
      if !TextScan.isBlank(line, in: bytes) {
        rows.append(DocumentPlaces.Row(start: position, number: number))
      }
      position = line.upperBound + 1
    }
    return rows
  }
}
