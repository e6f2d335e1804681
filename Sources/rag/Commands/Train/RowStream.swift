import Foundation
import Tables

/// Reads a file of records part by part, in memory that doesn't depend on its length; a Parquet file by row groups.
struct RowStream {
  /// Bytes of a part, before it is cut at the end of a record.
  private static let part = 4 << 20

  private let path: String
  private let handle: FileHandle
  private let schema: TableSchema
  private let isJSON: Bool
  private let delimiter: UInt8
  private var header: [UInt8] = []
  private var rest: [UInt8] = []
  private var isAtEnd = false
  /// With the row groups that are still to be read.
  private var parquet: (file: ParquetFile, groups: Range<Int>)?

  /// - Parameter path: `-` is standard input, read as CSV unless `isJSON`.
  /// - Throws: `UsageError` where the file cannot be read.
  init(_ path: String, schema: TableSchema, isJSON: Bool? = nil) throws {
    self.path = path
    self.schema = schema
    let ending = (path as NSString).pathExtension.lowercased()
    self.isJSON = isJSON ?? ["jsonl", "ndjson"].contains(ending)
    delimiter = ending == "tsv" ? 0x09 : 0x2C
    if path == "-" {
      handle = .standardInput
    } else {
      guard let opened = FileHandle(forReadingAtPath: path) else {
        throw UsageError("\(path): the file cannot be read")
      }
      handle = opened
    }
    if ending == "parquet" { parquet = try Self.opened(path) }
  }

  private static func opened(_ path: String) throws -> (file: ParquetFile, groups: Range<Int>) {
    let map = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    let file = try TableFile.named(path) { () throws(TableError) in
      try ParquetFile(byteCount: map.count) { range throws(TableError) in Array(map[range]) }
    }
    return (file, 0..<file.rowGroupCount)
  }

  /// The rows of the next row group that has any.
  private mutating func nextGroup(of file: ParquetFile, _ groups: Range<Int>) throws -> Table? {
    for group in groups {
      parquet = (file, group + 1..<groups.upperBound)
      let table = try TableFile.named(path) { () throws(TableError) in
        try file.table(schema, groups: group..<group + 1)
      }
      if table.rowCount > 0 { return table }
    }
    return nil
  }

  /// The next rows; `nil` after the last.
  ///
  /// - Throws: `TableError` with the file's name.
  mutating func next() throws -> Table? {
    if let (file, groups) = parquet { return try nextGroup(of: file, groups) }
    while true {
      if !isAtEnd {
        let data = try handle.read(upToCount: Self.part) ?? Data()
        if data.isEmpty { isAtEnd = true } else { rest += Array(data) }
      }
      let end = isAtEnd ? rest.count : endOfLastRecord()
      if end == 0 {
        if isAtEnd { return nil }
        continue
      }
      var bytes = Array(rest[..<end])
      rest = Array(rest[end...])
      if !isJSON {
        if header.isEmpty {
          let line = endOfFirstRecord(bytes)
          header = Array(bytes[..<line])
          if header.last != 0x0A { header.append(0x0A) }
          bytes = Array(bytes[line...])
          if bytes.isEmpty { continue }
        }
        bytes = header + bytes
      }
      let table = try TableFile.named(path) { () throws(TableError) in
        isJSON
          ? try Table(jsonLines: bytes, schema: schema)
          : try Table(csv: bytes, schema: schema, delimiter: delimiter)
      }
      if table.rowCount > 0 { return table }
      if isAtEnd { return nil }
    }
  }

  /// Behind the last line feed that is outside quotes; 0 where there is none.
  private func endOfLastRecord() -> Int {
    var isQuoted = false
    var end = 0
    for (place, byte) in rest.enumerated() {
      if byte == 0x22, !isJSON { isQuoted.toggle() }
      if byte == 0x0A, !isQuoted { end = place + 1 }
    }
    return end
  }

  private func endOfFirstRecord(_ bytes: [UInt8]) -> Int {
    var isQuoted = false
    for (place, byte) in bytes.enumerated() {
      if byte == 0x22 { isQuoted.toggle() }
      if byte == 0x0A, !isQuoted { return place + 1 }
    }
    return bytes.count
  }
}
