import Documents
import Foundation
import Kernels

extension Table {
  /// Reads RFC 4180 text with a header record. An empty field is missing; types come from `schema`, else they are
  /// inferred. Read the current table with the reference's `schema`, so that both have the same types.
  ///
  /// - Parameters:
  ///   - csv: UTF-8, with or without a byte order mark.
  ///   - delimiter: the byte between fields.
  ///   - threads: each reads a part of the columns; the table doesn't depend on it.
  /// - Throws: `.malformed` for broken quoting, records of another length, or a number that is none.
  /// - Complexity: O(bytes × threads), divided among them.
  package init(
    csv: [UInt8], schema: TableSchema = TableSchema(), delimiter: UInt8 = 0x2C, threads: Int = 1
  ) throws(TableError) {
    var bytes = csv
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    if bytes.contains(0x0D) {
      let text = bytes
      bytes = text.indices.filter { text[$0] != 0x0D || $0 + 1 == text.count || text[$0 + 1] != 0x0A }
        .map { text[$0] }
    }
    var header = CSVParser(bytes: bytes, delimiter: delimiter)
    let names: [String]
    do {
      guard let record = try header.next() else {
        throw TableError(.malformed, "the file has no records; a header record is needed")
      }
      names = record.map { String(decoding: $0, as: UTF8.self) }
    } catch let error as TableError {
      throw error
    } catch {
      throw TableError(.malformed, "\(error)", underlying: error)
    }
    // Without a quote every delimiter and line feed is one.
    let scanner =
      bytes.contains(0x22) ? nil : RecordScanner(bytes, after: header.position, line: header.line, delimiter)
    let text = bytes
    let parts = scanner == nil ? 1 : max(1, min(threads, names.count))
    let read = Parallel.map(parts, threads: parts) { part -> Result<[EncodedColumn], TableError> in
      Result { () throws(TableError) in
        try Self.columns(
          names, schema, part: part, of: parts, scanner: scanner, bytes: text, delimiter: delimiter)
      }
    }
    var columns = [Column?](repeating: nil, count: names.count)
    for (part, result) in read.enumerated() {
      for (place, builder) in try result.get().enumerated() {
        columns[part + place * parts] = try builder.column()
      }
    }
    try self.init(columns: columns.compactMap { $0 })
  }

  /// Columns `part`, `part + parts`, …
  private static func columns(
    _ names: [String], _ schema: TableSchema, part: Int, of parts: Int, scanner: RecordScanner?,
    bytes: [UInt8],
    delimiter: UInt8
  ) throws(TableError) -> [EncodedColumn] {
    let mine = Array(stride(from: part, to: names.count, by: parts))
    var keepsText = [Bool](repeating: false, count: mine.count)
    while true {
      var builders = zip(mine, keepsText).map {
        EncodedColumn(name: names[$0], declared: schema.type(of: names[$0]), keepsText: $1)
      }
      if let scanner {
        try scanner.fields(of: names.count, first: part, every: parts) { builders[$0].append($1) }
      } else {
        try quoted(bytes, delimiter, names.count, into: &builders)
      }
      let again = builders.indices.filter { builders[$0].needsText }
      if again.isEmpty { return builders }
      for place in again { keepsText[place] = true }
    }
  }

  private static func quoted(
    _ bytes: [UInt8], _ delimiter: UInt8, _ count: Int, into builders: inout [EncodedColumn]
  ) throws(TableError) {
    var parser = CSVParser(bytes: bytes, delimiter: delimiter)
    do {
      _ = try parser.next()
      while let record = try parser.next() {
        guard record.count == count else {
          throw RecordScanner.otherLength(record.count, count, line: parser.line - 1)
        }
        for index in record.indices { builders[index].append(record[index]) }
      }
    } catch let error as TableError {
      throw error
    } catch {
      throw TableError(.malformed, "\(error)", underlying: error)
    }
  }
}
