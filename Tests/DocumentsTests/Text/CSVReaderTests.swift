import Documents
import TestSupport
import Testing

@Suite struct CSVReaderTests {
  @Test(arguments: [
    ("a.csv", "name,size\nx,1\ny,\n", ["name: x\nsize: 1", "name: y"]),
    ("a.csv", "name;size\nx;1,5\ny;2,5\n", ["name: x\nsize: 1,5", "name: y\nsize: 2,5"]),
    ("a.tsv", "name\ttext\nx\ta,b\n", ["name: x\ntext: a,b"]),
    (
      "a.csv", "q,a\n\"say \"\"hi\"\"\",\"two\nlines, one cell\"\n",
      ["q: say \"hi\"\na: two\nlines, one cell"]
    ),
    ("a.csv", "1,2\n3,4\n", ["column 1: 1\ncolumn 2: 2", "column 1: 3\ncolumn 2: 4"]),
    ("a.csv", "only,one\n", ["column 1: only\ncolumn 2: one"]),
    ("a.csv", "a,b\n1,2,3\n4\n", ["a: 1\nb: 2\ncolumn 3: 3", "a: 4"]),
    ("a.csv", "pipe,note\n5\" x,ok\n", ["pipe: 5\" x\nnote: ok"]),
    ("a.csv", "name\nalpha\nbeta\n", ["name: alpha", "name: beta"]),
    ("a.csv", "a|b|c\r\n1|2|3\r\n", ["a: 1\nb: 2\nc: 3"]),
    ("a.csv", "a,b\n\n,\n1,\n", ["a: 1"]),
    ("a.csv", "a,b\n\"x\",\"\"", ["a: x"]),
  ])
  func records(name: String, text: String, expected: [String]) throws {
    let document = try readText(name, text)
    #expect(document.blocks.map { slice($0.range, of: document) } == expected)
    #expect(document.blocks.allSatisfy { $0.kind == .record })
  }

  @Test(arguments: [("a,b\n1,\"open\n", "line 2"), ("a,b\n\n\n\"x\"y,2\n", "line 4")])
  func malformed(text: String, mention: String) {
    do {
      _ = try readText("a.csv", text)
      Issue.record("read \(text.debugDescription)")
    } catch let error as DocumentError {
      #expect(error.code == .malformed && error.message.contains(mention), "\(error.message)")
    } catch {
      Issue.record(error)
    }
  }

  /// Random tables, written with every field quoted as RFC 4180 says, come back.
  @Test func roundTrip() throws {
    let seed: UInt64 = 7
    var generator = SeededGenerator(seed: seed)
    let alphabet = ["a", "b", "\"", ",", "\n", ";", "é", " x", "\t", "z "]
    for round in 0..<300 {
      let columns = Int.random(in: 2...4, using: &generator)
      let rows = (0..<Int.random(in: 2...6, using: &generator)).map { _ in
        (0..<columns).map { _ in
          "v"
            + (0..<Int.random(in: 0...5, using: &generator)).map { _ in
              alphabet.randomElement(using: &generator) ?? ""
            }.joined() + "v"
        }
      }
      let header = (0..<columns).map { "h\($0)" }
      let text = ([header] + rows).map { row in
        row.map {
          "\"" + $0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }
        .joined(separator: ",")
      }.joined(separator: "\n")
      let document = try readText("a.csv", text)
      let expected = rows.map { row in zip(header, row).map { "\($0): \($1)" }.joined(separator: "\n") }
      #expect(
        document.blocks.map { slice($0.range, of: document) } == expected, "seed \(seed) round \(round)")
    }
  }

  @Test func repeatedHeadersCannotGrowWithoutBound() {
    var limits = ReadingLimits()
    limits.textBytes = 100_000
    let text = String(repeating: "h", count: 1000) + ",b\n" + String(repeating: "1,2\n", count: 1000)
    #expect(throws: DocumentError.self) { try readText("a.csv", text, limits: limits) }
  }
}
