/// How a file of delimited text parts its fields, and where its rows begin.
struct CSVDialect: Equatable {
  var delimiter: UInt8
  /// Behind a line `sep=;` for spreadsheet programs.
  var start = 0
  /// Line, from 1, at `start`.
  var line = 1

  /// Bytes that are looked at.
  private static let sampleBytes = 64 << 10

  /// Finds the dialect of `bytes`, UTF-8 text with `\n` line ends.
  ///
  /// The delimiter is the one that parts the start into the most even rows of more than one field; where two do, the
  /// comma is none if it stands between digits or before blanks, and else the one with more fields is.
  ///
  /// - Parameter preferred: what a file of this name has as a rule.
  /// - Complexity: O(1): at most 64 KiB are read, once a candidate.
  init(_ bytes: [UInt8], preferring preferred: UInt8) {
    if let (delimiter, end) = Self.separatorLine(bytes) {
      self.delimiter = delimiter
      start = end
      line = 2
      return
    }
    let isCut = bytes.count > Self.sampleBytes
    let sample = isCut ? Array(bytes[..<Self.sampleBytes]) : bytes
    var best = (delimiter: preferred, score: 0.0, fields: 0)
    let commasAreText = Self.commasAreText(sample)
    for delimiter in [preferred] + [0x2C, 0x09, 0x3B, 0x7C].filter({ $0 != preferred }) {
      var rows = CSVRows(sample, delimiter: delimiter)
      var counts: [Int] = []
      while let fields = rows.next() {
        if !fields.isEmpty { counts.append(fields.count) }
      }
      // The last row of a cut sample is cut too.
      if isCut, counts.count > 1 { counts.removeLast() }
      guard !counts.isEmpty else { continue }
      var tally: [Int: Int] = [:]
      for count in counts { tally[count, default: 0] += 1 }
      // Lines without the delimiter may be a title or a note.
      let parted = tally.filter { $0.key > 1 }
      guard let mode = parted.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { continue }
      var score = Double(mode.value) / Double(counts.count)
      if delimiter == 0x2C, commasAreText { score *= 0.5 }
      let isBetter =
        score > best.score + 0.05
        || score > best.score - 0.05 && mode.key > best.fields && best.delimiter != preferred
        || score > best.score - 0.001 && mode.key > best.fields
      if isBetter { best = (delimiter, score, mode.key) }
    }
    delimiter = best.delimiter
  }

  /// The delimiter of a first line `sep=;` and the position behind that line.
  private static func separatorLine(_ bytes: [UInt8]) -> (delimiter: UInt8, end: Int)? {
    let line = TextScan.line(in: bytes, from: 0, to: min(bytes.count, 40))
    var text = Array(bytes[TextScan.isBlank(line, in: bytes) ? line : TextScan.trimmed(line, in: bytes)])
    if text.first == 0x22, text.last == 0x22, text.count > 2 { text = Array(text[1..<(text.count - 1)]) }
    guard text.prefix(4).map({ ASCII.lowercased($0) }).elementsEqual("sep=".utf8) else { return nil }
    let rest = Array(text.dropFirst(4))
    let next = min(bytes.count, line.upperBound + 1)
    if rest.isEmpty { return bytes[..<line.upperBound].last == 0x09 ? (0x09, next) : nil }
    if rest.elementsEqual("\\t".utf8) { return (0x09, next) }
    return rest.count == 1 ? (rest[0], next) : nil
  }

  /// Whether nine in ten commas stand between two digits or before a blank, and another delimiter is there.
  private static func commasAreText(_ bytes: [UInt8]) -> Bool {
    var commas = 0
    var text = 0
    for index in bytes.indices where bytes[index] == 0x2C {
      commas += 1
      guard index > 0, index + 1 < bytes.count else { continue }
      let isDecimal = ASCII.isDigit(bytes[index - 1]) && ASCII.isDigit(bytes[index + 1])
      if isDecimal || bytes[index + 1] == 0x20 { text += 1 }
    }
    return text * 10 >= commas * 9
  }
}
