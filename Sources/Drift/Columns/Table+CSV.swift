import Documents

extension Table {
  /// Reads RFC 4180 text with a header record. An empty field is missing; types come from `schema`, else they are
  /// inferred. Read the current table with the reference's `schema`, so that both have the same types.
  ///
  /// - Parameters:
  ///   - csv: UTF-8, with or without a byte order mark.
  ///   - delimiter: the byte between fields.
  /// - Throws: `.malformed` for broken quoting, records of another length, or a number that is none.
  /// - Complexity: O(bytes).
  package init(csv: [UInt8], schema: TableSchema = TableSchema(), delimiter: UInt8 = 0x2C) throws(DriftError)
  {
    var bytes = csv.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(csv.dropFirst(3)) : csv
    if bytes.contains(0x0D) {
      let text = bytes
      bytes = text.indices.filter { text[$0] != 0x0D || $0 + 1 == text.count || text[$0 + 1] != 0x0A }
        .map { text[$0] }
    }
    var parser = CSVParser(bytes: bytes, delimiter: delimiter)
    var builders: [EncodedColumn] = []
    do {
      guard let header = try parser.next() else {
        throw DriftError(.malformed, "the file has no records; a header record is needed")
      }
      builders = header.map { EncodedColumn(name: String(decoding: $0, as: UTF8.self)) }
      while let record = try parser.next() {
        guard record.count == builders.count else {
          throw DriftError(
            .malformed,
            "line \(parser.line - 1): \(record.count) fields where the header has \(builders.count)")
        }
        for index in record.indices { builders[index].append(record[index]) }
      }
    } catch let error as DriftError {
      throw error
    } catch {
      throw DriftError(.malformed, "\(error)", underlying: error)
    }
    var columns: [Column] = []
    for builder in builders { columns.append(try builder.column(schema.type(of: builder.name))) }
    try self.init(columns: columns)
  }
}
