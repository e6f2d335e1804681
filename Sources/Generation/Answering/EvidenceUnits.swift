import Documents

/// A sentence, list item or table row of a passage: the smallest thing that can be quoted.
struct EvidenceUnit: Hashable {
  /// Index of its passage.
  var passage: Int
  /// UTF-8 byte range in the passage's text, without blanks at its ends.
  var range: Range<Int>
  var text: String
  /// Of a table row: the line of its column names, where it is known.
  var columns: String?
  /// The column names stand before the passage.
  var isContinued = false
  /// The question that stands right above it, which it answers.
  var question: String?
}

/// Cuts passages into units.
enum EvidenceUnits {
  /// Longest unit, UTF-8 bytes; a longer one is cut at a blank.
  private static let maximumBytes = 600

  /// The units of a passage, in order.
  ///
  /// - Complexity: O(text).
  static func units(of passage: Passage, number: Int) -> [EvidenceUnit] {
    units(of: passage.text, passage: number, header: passage.header)
  }

  /// The units of a text, in order; headings, rules, column names of tables and code are left out.
  ///
  /// - Parameters:
  ///   - minimumBytes: shorter ones say nothing by themselves, UTF-8 bytes; a row counts with its column names.
  ///   - header: column names of the table that the text goes on with.
  /// - Complexity: O(text).
  static func units(
    of text: String, passage: Int, minimumBytes: Int = 12, header: String? = nil
  ) -> [EvidenceUnit] {
    let bytes = Array(text.utf8)
    var units: [EvidenceUnit] = []
    var inCode = false
    var previousRow: Range<Int>?
    var columns = header.map(TableRowText.names)
    var isContinued = header != nil
    // Whether the first row of a table without a rule was taken for its column names.
    var isGuess = false
    // A question waits for what stands below it: by itself it is no answer.
    var question: String?
    var waiting: EvidenceUnit?
    for block in blocks(bytes) {
      let line = bytes[block]
      if let last = previousRow, last.upperBound + 1 < block.lowerBound || !isRow(line) {
        // The table has ended.
        columns = nil
        isContinued = false
      }
      if columns == nil || isGuess, isHeadingOrRule(line), let header = previousRow,
        line.contains(UInt8(ascii: "|"))
      {
        // What stood above the first rule of a table were its column names.
        units.removeAll { header.contains($0.range.lowerBound) }
        columns = String(decoding: bytes[trim(bytes, header)], as: UTF8.self)
        isContinued = false
        isGuess = false
      } else if !isRow(line) {
        columns = nil
        isContinued = false
      }
      let isFirstRow = isRow(line) && previousRow == nil && columns == nil
      previousRow = isRow(line) ? block : nil
      if line.starts(with: "```".utf8) || line.starts(with: "~~~".utf8) {
        inCode.toggle()
        continue
      }
      if !inCode, isHeadingOrRule(line) {
        let text = line.drop { $0 == UInt8(ascii: "#") || $0 == 0x20 }
        question = isQuestion(text) ? String(decoding: text, as: UTF8.self) : nil
      }
      if inCode || isHeadingOrRule(line) { continue }
      let sentences = isRow(line) ? [block] : SentenceBorders.split(block, in: bytes)
      for sentence in sentences {
        // A short row says something with the names of its columns.
        let least = minimumBytes - (columns ?? question ?? "").utf8.count
        for range in cut(bytes, trim(bytes, sentence)) where range.count >= least && !range.isEmpty {
          let unit = EvidenceUnit(
            passage: passage, range: range, text: String(decoding: bytes[range], as: UTF8.self),
            columns: columns, isContinued: isContinued, question: question)
          if columns == nil, isQuestion(bytes[range]) {
            // A question above another question stays a unit.
            if let waiting { units.append(waiting) }
            waiting = unit
            question = unit.text
          } else {
            waiting = nil
            question = nil
            units.append(unit)
          }
        }
      }
      if isFirstRow, isNames(line) {
        isGuess = true
        columns = String(decoding: bytes[trim(bytes, block)], as: UTF8.self)
      }
    }
    if let waiting { units.append(waiting) }
    return units
  }

  /// The units of a passage, or all of it where it has none: a listing, a heading.
  static func quotable(of passage: Passage, number: Int) -> [EvidenceUnit] {
    let units = units(of: passage, number: number)
    guard units.isEmpty else { return units }
    let bytes = Array(passage.text.utf8)
    let range = trim(bytes, bytes.indices)
    return range.isEmpty
      ? []
      : [EvidenceUnit(passage: number, range: range, text: String(decoding: bytes[range], as: UTF8.self))]
  }

  /// Paragraphs, with list items and table rows on their own.
  private static func blocks(_ bytes: [UInt8]) -> [Range<Int>] {
    var blocks: [Range<Int>] = []
    var start = 0
    var current: Range<Int>?
    func isNewItem(_ line: ArraySlice<UInt8>) -> Bool {
      let trimmed = line.drop { $0 == 0x20 || $0 == 0x09 }
      guard let first = trimmed.first else { return true }
      if [UInt8(ascii: "#"), UInt8(ascii: "|"), UInt8(ascii: ">"), UInt8(ascii: "`")].contains(first) {
        return true
      }
      if [UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "+")].contains(first) {
        return trimmed.dropFirst().first == 0x20
      }
      let digits = trimmed.prefix { (48...57).contains($0) }
      let rest = trimmed.dropFirst(digits.count)
      return !digits.isEmpty && (rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ")"))
        && rest.dropFirst().first == 0x20
    }
    while start <= bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      let line = bytes[start..<end]
      let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0C }
      if isBlank || isNewItem(line) || current.map({ isRow(bytes[$0]) }) == true || isRow(line) {
        if let current { blocks.append(current) }
        current = isBlank ? nil : start..<end
      } else {
        current = (current?.lowerBound ?? start)..<end
      }
      start = end + 1
    }
    if let current { blocks.append(current) }
    return blocks.filter { !$0.isEmpty }
  }

  /// A table row: cells between bars.
  private static func isRow(_ line: ArraySlice<UInt8>) -> Bool {
    var bars = 0
    for index in line.indices where line[index] == UInt8(ascii: "|") { bars += 1 }
    return bars >= 1 && !line.contains(0x0A)
  }

  /// Whether a table's first row names its columns where no rule says so: no figure is in it.
  private static func isNames(_ line: ArraySlice<UInt8>) -> Bool { !line.contains { (48...57).contains($0) } }

  private static func isQuestion(_ text: ArraySlice<UInt8>) -> Bool {
    let end = text.suffix(4)
    return end.last == UInt8(ascii: "?")
      || ["？", "؟"].contains { end.suffix($0.utf8.count).elementsEqual($0.utf8) }
  }

  private static func isHeadingOrRule(_ line: ArraySlice<UInt8>) -> Bool {
    let trimmed = line.drop { $0 == 0x20 }
    if trimmed.first == UInt8(ascii: "#") { return true }
    return trimmed.allSatisfy { "-=_*|: \t+".utf8.contains($0) }
  }

  private static func trim(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0C }
    var low = range.lowerBound
    var high = range.upperBound
    while low < high, isBlank(bytes[low]) { low += 1 }
    while high > low, isBlank(bytes[high - 1]) { high -= 1 }
    return low..<high
  }

  private static func cut(_ bytes: [UInt8], _ range: Range<Int>) -> [Range<Int>] {
    var rest = range
    var pieces: [Range<Int>] = []
    while rest.count > maximumBytes {
      let limit = rest.lowerBound + maximumBytes
      // At a blank, or else at the beginning of a scalar.
      let blank = bytes[rest.lowerBound..<limit].lastIndex(of: 0x20) ?? rest.lowerBound
      var border = blank > rest.lowerBound ? blank : limit
      while border > rest.lowerBound, bytes[border] & 0xC0 == 0x80 { border -= 1 }
      pieces.append(trim(bytes, rest.lowerBound..<border))
      rest = trim(bytes, border..<rest.upperBound)
    }
    return pieces + [rest]
  }
}
