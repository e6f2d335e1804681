/// Reads CSV and TSV: each record a block of `header: value` lines, so that it says what it is by itself.
///
/// The first record is the header if its fields are distinct, not empty and no numbers, and another record
/// follows; else columns are called `column 1`, `column 2` …. Empty values are left out.
package struct CSVReader: DocumentReader {
  private let format: DocumentFormat

  /// - Parameter format: `.csv` or `.tsv`: what the delimiter is where the text fits several.
  package init(format: DocumentFormat = .csv) {
    self.format = format
  }

  /// - Throws: what `TextDecoding.decode` throws; `.malformed` for broken quoting, with the line.
  /// - Complexity: O(bytes + text).
  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let bytes = try TextDecoding.decode(source.bytes, limits: limits).bytes
    let delimiter = CSVParser.sniffDelimiter(bytes, preferring: format == .tsv ? 0x09 : 0x2C)
    var parser = CSVParser(bytes: bytes, delimiter: delimiter)
    guard let first = try parser.next() else {
      throw DocumentError(.empty, "the file has no records; nothing to read")
    }
    var record = try parser.next()
    var header = first.map { Self.trimmed($0) }
    if record == nil || !Self.isHeader(header) {
      header = []
      parser = CSVParser(bytes: bytes, delimiter: delimiter)
      record = try parser.next()
    }
    var text = RecordText(limits: limits)
    while let fields = record {
      for (index, field) in fields.enumerated() {
        let value = Self.trimmed(field)
        guard !value.isEmpty else { continue }
        let name = index < header.count ? header[index] : Array("column \(index + 1)".utf8)
        try text.add(name: name, value: value)
      }
      text.endRecord()
      record = try parser.next()
    }
    return text.document(format)
  }

  private static func trimmed(_ field: [UInt8]) -> [UInt8] {
    let range = TextScan.trimmed(0..<field.count, in: field)
    return range.count == field.count ? field : Array(field[range])
  }

  private static func isHeader(_ fields: [[UInt8]]) -> Bool {
    guard Set(fields).count == fields.count else { return false }
    return fields.allSatisfy { field in
      guard let first = field.first(where: { $0 != 0x2D && $0 != 0x2B && $0 != 0x2E }) else { return false }
      return !ASCII.isDigit(first) || Double(String(decoding: field, as: UTF8.self)) == nil
    }
  }
}
