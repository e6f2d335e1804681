import Kernels

/// An Apache Parquet file of flat columns, as pandas, Spark, DuckDB and Polars write them.
///
/// Values are read as a CSV file would have them, so that types are inferred in the same way: dates and times in ISO
/// 8601, booleans as `true` and `false`. Numbers of fractions are numbers whatever they are. Columns of structures are
/// read under the names of their parts, joined by dots.
///
/// - Source: Apache Parquet, parquet.thrift, Encodings.md, Compression.md.
package struct ParquetFile: Sendable {
  /// Gives these bytes of the file.
  package typealias Reader = @Sendable (Range<Int>) throws(TableError) -> [UInt8]

  private struct Chunk {
    var codec: ParquetCodec
    var bytes: Range<Int>
  }

  private struct RowGroup {
    var rowCount: Int
    /// Of each column.
    var chunks: [Chunk]
  }

  private let read: Reader
  private let columns: [ParquetColumn]
  private let groups: [RowGroup]

  package var rowGroupCount: Int { groups.count }

  private static let magic = Array("PAR1".utf8)

  package init(_ bytes: [UInt8]) throws(TableError) {
    try self.init(byteCount: bytes.count) { range throws(TableError) in Array(bytes[range]) }
  }

  /// Reads what the file says of itself, at its end.
  ///
  /// - Throws: `.malformed` for what is no Parquet file, is damaged or encrypted, for columns that hold lists or maps, and
  ///   for a compression other than Snappy, gzip and zstd.
  package init(byteCount: Int, _ read: @escaping Reader) throws(TableError) {
    guard byteCount >= 12, try read(0..<4) == Self.magic, try read(byteCount - 4..<byteCount) == Self.magic
    else {
      let isEncrypted = byteCount >= 12 ? try read(byteCount - 4..<byteCount) == Array("PARE".utf8) : false
      throw TableError(
        .malformed,
        isEncrypted ? "the file is encrypted" : "the file is no Parquet file, or its end is missing")
    }
    let tail = try read(byteCount - 8..<byteCount - 4)
    let length = tail.reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= byteCount - 12 else { throw Self.damaged("its description is longer than the file") }
    var thrift = ThriftReader(try read(byteCount - 8 - length..<byteCount - 8))
    let description = try thrift.structure()
    let columns = try ParquetColumn.columns(description[2]?.list ?? [])
    var groups: [RowGroup] = []
    for group in description[4]?.list ?? [] {
      guard let rows = group[3]?.integer, rows >= 0, rows < 1 << 31, let chunks = group[1]?.list,
        chunks.count == columns.count
      else { throw Self.damaged("a row group lacks columns") }
      // Its columns need not lie anywhere.
      guard rows > 0 else { continue }
      var described: [Chunk] = []
      for (chunk, column) in zip(chunks, columns) {
        described.append(try Self.chunk(chunk, column, byteCount: byteCount))
      }
      groups.append(RowGroup(rowCount: rows, chunks: described))
    }
    self.read = read
    self.columns = columns
    self.groups = groups
  }

  private static func chunk(
    _ chunk: ThriftValue, _ column: ParquetColumn, byteCount: Int
  ) throws(TableError) -> Chunk {
    guard chunk[1] == nil else { throw TableError(.malformed, "column \(column.name) is in another file") }
    guard let data = chunk[3], let length = data[7]?.integer, let first = data[9]?.integer else {
      throw damaged("column \(column.name) is encrypted or has no description")
    }
    let start = data[11]?.integer.map { $0 > 0 ? min($0, first) : first } ?? first
    guard start >= 4, length >= 0, start <= byteCount, length <= byteCount - start else {
      throw damaged("column \(column.name) lies outside the file")
    }
    let number = data[4]?.integer ?? 0
    guard let codec = ParquetCodec(rawValue: number) else {
      let names = [3: "LZO", 4: "Brotli", 5: "LZ4", 7: "LZ4"]
      throw TableError(
        .malformed,
        "column \(column.name) is compressed by \(names[number] ?? "method \(number)"); write it with Snappy, gzip, zstd or "
          + "uncompressed")
    }
    return Chunk(codec: codec, bytes: start..<start + length)
  }

  /// Reads row groups as one table.
  ///
  /// - Parameters:
  ///   - schema: types of columns; of others they are inferred.
  ///   - groups: which; all where `nil`.
  ///   - threads: each reads columns of its own; the table doesn't depend on it.
  /// - Throws: `.malformed` for damaged pages and for encodings that are not known.
  /// - Complexity: O(bytes).
  package func table(
    _ schema: TableSchema = TableSchema(), groups range: Range<Int>? = nil, threads: Int = 1
  ) throws(TableError) -> Table {
    let chosen = groups[range ?? 0..<groups.count]
    let read = Parallel.map(columns.count, threads: max(1, min(threads, columns.count))) { place in
      Result { () throws(TableError) in try column(place, chosen, schema) }
    }
    var result: [Column] = []
    for column in read { result.append(try column.get()) }
    return try Table(columns: result)
  }

  private func column(
    _ place: Int, _ groups: ArraySlice<RowGroup>, _ schema: TableSchema
  ) throws(TableError) -> Column {
    let column = columns[place]
    let declared = schema.type(of: column.name)
    var builder =
      column.isNumber
      ? EncodedColumn(
        name: column.name, declared: declared,
        holdsFractions: column.physical == .float || column.physical == .double)
      : EncodedColumn(name: column.name, declared: declared, keepsText: true)
    for group in groups {
      let chunk = group.chunks[place]
      var pages = ParquetPages(
        column, codec: chunk.codec, bytes: try read(chunk.bytes), rowCount: group.rowCount)
      while let page = try pages.next() { try page.append(to: &builder) }
    }
    return try builder.column()
  }

  static func damaged(_ what: String) -> TableError {
    TableError(.malformed, "the file is damaged: \(what)")
  }
}
