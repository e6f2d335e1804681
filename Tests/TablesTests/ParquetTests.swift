import Foundation
import Tables
import TestSupport
import Testing

/// Files of four writers, in all encodings and compressions that are read, give the table of the CSV file of the same rows.
@Suite struct ParquetTests {
  private static func bytes(_ name: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/parquet")
    return Array(try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// Of each column, its name and values.
  private static func shown(_ table: Table, without left: [String] = []) -> [String] {
    table.columns.filter { !left.contains($0.name) }.map { "\($0.name): \($0.values)" }
  }

  @Test(arguments: [
    "pyarrow-snappy", "pyarrow-zstd-pages", "pyarrow-gzip-groups", "pyarrow-plain", "pyarrow-second",
    "pyarrow-encodings", "pyarrow-old-times", "pyarrow-short-decimals", "polars", "duckdb", "duckdb-second",
    "fastparquet",
  ])
  func filesReadAsTheirRows(_ name: String) throws {
    let rows = name == "fastparquet" ? "fastparquet.csv" : "table.csv"
    let file = try ParquetFile(Self.bytes(name + ".parquet"))
    let want = try Table(csv: Self.bytes(rows))
    // That old type of times has no zone.
    let left = name == "pyarrow-old-times" ? ["stamp_utc"] : []
    for threads in [1, 3] {
      let got = try file.table(threads: threads)
      #expect(got.rowCount == 70)
      #expect(Self.shown(got, without: left) == Self.shown(want, without: left))
    }
  }

  @Test func declaredTypesHold() throws {
    let schema = TableSchema(
      numerical: ["small"], categorical: ["fraction", "day", "whole"], text: ["word", "flag"])
    let got = try ParquetFile(Self.bytes("pyarrow-snappy.parquet")).table(schema)
    let want = try Table(csv: Self.bytes("table.csv"), schema: schema)
    #expect(Self.shown(got) == Self.shown(want))
    #expect(throws: TableError.self) {
      try ParquetFile(Self.bytes("pyarrow-snappy.parquet")).table(TableSchema(numerical: ["text"]))
    }
  }

  @Test func rowGroupsAreReadApart() throws {
    let file = try ParquetFile(Self.bytes("pyarrow-gzip-groups.parquet"))
    #expect(file.rowGroupCount == 6)
    let types = try file.table().schema
    var numbers: [Double] = []
    for group in 0..<6 {
      let part = try file.table(types, groups: group..<group + 1)
      #expect(part.rowCount == (group < 5 ? 13 : 5))
      guard case .numerical(let values, _) = try #require(part["steps"]).values else {
        Issue.record("steps are no numbers")
        return
      }
      numbers += values
    }
    #expect(numbers == (0..<70).map { 1_000_000 + 3 * Double($0) })
  }

  @Test func structuresAreColumnsOfTheirOwn() throws {
    let table = try ParquetFile(Self.bytes("pyarrow-structures.parquet")).table()
    #expect(
      Self.shown(table)
        == Self.shown(
          try Table(csv: Array("id,place.city,place.zone\n0,A,1\n1,,2\n2,,\n3,B,\n4,C,3\n".utf8))))
  }

  @Test func columnsWithoutGapsHaveNoLevels() throws {
    let table = try ParquetFile(Self.bytes("pyarrow-required.parquet")).table()
    #expect(
      Self.shown(table)
        == Self.shown(try Table(csv: Self.bytes("table.csv"))).filter {
          $0.hasPrefix("whole:") || $0.hasPrefix("text:")
        })
    #expect(try ParquetFile(Self.bytes("pyarrow-empty.parquet")).table().rowCount == 0)
  }

  @Test(arguments: [
    ("pyarrow-lists", "column tags holds a list"), ("pyarrow-brotli", "compressed by Brotli"),
    ("table.csv", "no Parquet file"),
  ])
  func whatIsNotReadIsTold(_ name: String, _ message: String) throws {
    let error = #expect(throws: TableError.self) {
      _ = try ParquetFile(Self.bytes(name.contains(".") ? name : name + ".parquet")).table()
    }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  /// No byte that is changed and no end that is missing stops the program; most are told.
  @Test(arguments: ["pyarrow-second", "pyarrow-required", "pyarrow-encodings", "pyarrow-old-times", "duckdb"])
  func damagedFilesAreErrors(_ name: String) throws {
    let whole = try Self.bytes(name + ".parquet")
    var generator = SeededGenerator(seed: 4)
    var found = 0
    for round in 0..<1500 {
      var bytes = whole
      if round % 5 == 0 {
        bytes.removeLast(Int.random(in: 1..<bytes.count, using: &generator))
      } else {
        for _ in 0...round % 3 {
          bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^=
            1 << UInt8.random(in: 0..<8, using: &generator)
        }
      }
      do {
        let table = try ParquetFile(bytes).table()
        #expect(table.rowCount <= 1 << 24)
      } catch {
        found += 1
      }
    }
    #expect(found >= 500)
  }

  /// With checksums, a changed byte of a page is always found.
  @Test func checksumsFindChangedPages() throws {
    let whole = try Self.bytes("pyarrow-second.parquet")
    let plain = Self.shown(try ParquetFile(whole).table())
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<300 {
      var bytes = whole
      bytes[Int.random(in: 4..<bytes.count / 2, using: &generator)] ^=
        1 << UInt8.random(in: 0..<8, using: &generator)
      if let table = try? ParquetFile(bytes).table() { #expect(Self.shown(table) == plain) }
    }
  }
}
