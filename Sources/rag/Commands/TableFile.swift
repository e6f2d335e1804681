import Foundation
import Storage
import Tables

/// A file of records: CSV, TSV, Parquet, or a JSON object a line, by its ending.
struct TableFile {
  let path: String
  let bytes: [UInt8]

  /// - Throws: `UsageError` where the file cannot be read.
  init(_ path: String) throws {
    self.path = path
    do {
      bytes = try Folder.readFile(path)
    } catch {
      throw UsageError("\(path): the file cannot be read: \(error.message)")
    }
  }

  /// - Throws: `TableError` with the file's name.
  func table(_ schema: TableSchema = TableSchema(), threads: Int = 1) throws -> Table {
    try Self.named(path) { () throws(TableError) in
      switch (path as NSString).pathExtension.lowercased() {
      case "jsonl", "ndjson": try Table(jsonLines: bytes, schema: schema)
      case "parquet": try ParquetFile(bytes).table(schema, threads: threads)
      case "tsv": try Table(csv: bytes, schema: schema, delimiter: 0x09, threads: threads)
      default: try Table(csv: bytes, schema: schema, threads: threads)
      }
    }
  }

  /// What `read` gives; its errors name the file.
  static func named<Value>(_ path: String, _ read: () throws(TableError) -> Value) throws(TableError) -> Value
  {
    do {
      return try read()
    } catch {
      throw TableError(error.code, "\(path): \(error.message)", underlying: error)
    }
  }
}
