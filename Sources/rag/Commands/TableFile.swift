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
    do {
      switch (path as NSString).pathExtension.lowercased() {
      case "jsonl", "ndjson": return try Table(jsonLines: bytes, schema: schema)
      case "parquet": return try ParquetFile(bytes).table(schema, threads: threads)
      case "tsv": return try Table(csv: bytes, schema: schema, delimiter: 0x09, threads: threads)
      default: return try Table(csv: bytes, schema: schema, threads: threads)
      }
    } catch {
      throw TableError(error.code, "\(path): \(error.message)", underlying: error)
    }
  }
}
