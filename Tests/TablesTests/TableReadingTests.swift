import Foundation
import Tables
import TestSupport
import Testing

@Suite struct TableReadingTests {
  private func table(_ text: String, threads: Int = 1) throws -> Table {
    try Table(csv: Array(text.utf8), threads: threads)
  }

  private func shown(_ table: Table) throws -> [String] {
    table.columns.map { "\($0.name): \($0.values)" }
  }

  /// Numbers, whole numbers, categories, texts, gaps, and a column that turns out to hold a word in its last row.
  private func lines(_ rows: Int, quoted: Bool) -> String {
    var generator = SeededGenerator(seed: 9)
    func field(_ text: String) -> String { quoted ? "\"\(text)\"" : text }
    var lines = ["a,b,c,d,e,f"]
    for row in 0..<rows {
      let number = Double.random(in: -1e3...1e3, using: &generator)
      lines.append(
        [
          "\(number)", row % 7 == 0 ? "" : "\(row)", ["x", "y"][row % 2], field("text number \(row)"),
          row == rows - 1 ? "end" : "\(row * 3)", "\(row % 4)",
        ].joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  @Test func quotesAndThreadsChangeNothing() throws {
    let plain = try table(lines(200, quoted: false))
    for threads in [2, 4, 9] {
      #expect(try shown(table(lines(200, quoted: false), threads: threads)) == shown(plain))
    }
    #expect(try shown(table(lines(200, quoted: true))) == shown(plain))
    #expect(plain.columns.map(\.type) == [.numerical, .numerical, .categorical, .text, .text, .categorical])
    guard case .text(let late) = plain.columns[4].values else {
      Issue.record("no text")
      return
    }
    #expect(late.count == 200 && late[1] == "3" && late[199] == "end")
  }

  @Test(arguments: [
    "0", "-0", "1", "+1", "00012", "3.25", "-3.250", ".5", "5.", "1e5", "1E-7", "nan", "inf", "-", "+", ".",
    "", "1.2.3",
    "0x1p3", "123456789012345678", "9007199254740993", "1234567890123456789012", "0.1", "0.3",
    "1.7976931348623157e308",
    "0.00000000000000000000000000001", "2.2250738585072011e-308", " 1", "1 ", "1_000",
  ])
  func numbersAreReadAsSwiftReadsThem(_ text: String) throws {
    let want = Double(text)
    let columns = try Table(
      csv: Array("n\n1.5\n2.5\n3.5\n4.5\n5.5\n6.5\n7.5\n8.5\n9.5\n10.5\n11.5\n\(text)\n".utf8)
    ).columns
    if text.isEmpty { return }
    guard let want else {
      #expect(columns[0].type != .numerical)
      return
    }
    guard case .numerical(let values, _) = columns[0].values else {
      Issue.record("\(text) is no number here")
      return
    }
    #expect(values[11].bitPattern == want.bitPattern, "\(values[11]) \(want)")
  }

  @Test func decimalsAreRoundedOnce() throws {
    var generator = SeededGenerator(seed: 4)
    let texts = (0..<5000).map { _ in
      let digits = Int.random(in: 1...17, using: &generator)
      let number = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &generator)) }.joined()
      let cut = Int.random(in: 1...digits, using: &generator)
      return cut < digits ? number.prefix(cut) + "." + number.dropFirst(cut) : number[...]
    }
    let table = try table("n\n" + texts.joined(separator: "\n") + "\n")
    guard case .numerical(let values, _) = table.columns[0].values else {
      Issue.record("no numbers")
      return
    }
    #expect(zip(values, texts).allSatisfy { $0.bitPattern == Double(String($1))?.bitPattern })
  }

  @Test func shortAndLongRecordsAreToldWithTheirLine() throws {
    for (text, line) in [("a,b\n1,2\n3\n", "line 3: 1 fields"), ("a,b\n\n1,2,3\n", "line 3: 3 fields")] {
      let error = #expect(throws: TableError.self) { try table(text) }
      #expect(error?.message.contains(line) == true, "\(error?.message ?? "")")
    }
    // No line feed at the end, blank lines, an empty last field.
    #expect(try table("a,b\n1,\n\n2,x").rowCount == 2)
  }
}
