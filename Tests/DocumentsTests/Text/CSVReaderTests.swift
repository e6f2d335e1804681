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
    ("a.csv", "1,2\n3,4\n", ["1 | 2", "3 | 4"]),
    ("a.csv", "only,one\n", ["only | one"]),
    ("a.csv", "a,b\n1,2,3\n4\n", ["a: 1\nb: 2\n3", "a: 4"]),
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

  /// Delimiters, decimal commas, separator lines, titles, years, blank lines, repeated and missing names.
  @Test(arguments: [
    ("sep=;\nName;Alter\nIda;7\n", "Name: Ida\nAlter: 7"),
    ("\"sep=|\"\r\nA|B\r\n1|2\r\n", "A: 1\nB: 2"),
    (
      "Region,2021,2022\nBavaria,10,20\nSaxony,30,40\n",
      "Region: Bavaria\n2021: 10\n2022: 20\n\nRegion: Saxony\n2021: 30\n2022: 40"
    ),
    ("Preis;Menge\n1,50;2,5\n3,75;4,5\n", "Preis: 1,50\nMenge: 2,5\n\nPreis: 3,75\nMenge: 4,5"),
    ("1,50;2,5\n3,75;4,5\n", "1,50 | 2,5\n\n3,75 | 4,5"),
    ("a\tb, c\n1\tx, y\n2\tz, w\n", "a: 1\nb, c: x, y\n\na: 2\nb, c: z, w"),
    ("Export of 2024-05-01\n\nname,size\nx,1\n", "Export of 2024-05-01\n\nname: x\nsize: 1"),
    (
      "Depot list\nmade by hand\nname,size,room\nx,1,a\ny,2,b\n",
      "Depot list\n\nmade by hand\n\nname: x\nsize: 1\nroom: a\n\nname: y\nsize: 2\nroom: b"
    ),
    ("name,size\nx,1\n\ny,2\n", "name: x\nsize: 1\n\nname: y\nsize: 2"),
    ("name,town\nx,Ulm\n\ny,Bonn\n", "name: x\ntown: Ulm\n\nname: y\ntown: Bonn"),
    ("tool,torque\nwrench,40\n\ncity,toll\nGraz,7\n", "tool: wrench\ntorque: 40\n\ncity: Graz\ntoll: 7"),
    (",a,b\n0,x,1\n1,y,2\n", "0\na: x\nb: 1\n\n1\na: y\nb: 2"),
    ("id,name,name\n1,x,y\n", "id: 1\nname: x\nname (2): y"),
    ("code,zip\n007,01234\n", "code: 007\nzip: 01234"),
    ("a,,c\n1,,3\n4,,6\n", "a: 1\nc: 3\n\na: 4\nc: 6"),
    ("name, note\nx, \"one, two\"\n", "name: x\nnote: one, two"),
    ("name,note\nx,\"one\" \n", "name: x\nnote: one"),
  ])
  func shapes(text: String, expected: String) throws {
    #expect(try readText("a.csv", text).text == expected)
  }

  /// A broken row costs itself, and is named with its line.
  @Test(arguments: [
    (
      "a,b\n1,\"open\n2,fine\n", ["a: 1\nb: open", "a: 2\nb: fine"], "line 2: a quoted field is never closed"
    ),
    (
      "a,b\n1,\"open\n2,\"fine\"\n", ["a: 1\nb: open", "a: 2\nb: fine"],
      "line 2: a quoted field is never closed"
    ),
    ("a,b\n\n\n\"x\"y,2\n3,4\n", ["a: x\"y\nb: 2", "a: 3\nb: 4"], "line 4"),
    (
      "id,text\n1,\"ok\"\n2,\"said \"hi\" twice\"\n3,\"fine\"\n",
      ["id: 1\ntext: ok", "id: 2\ntext: said \"hi\" twice", "id: 3\ntext: fine"], "line 3: a quote inside"
    ),
    ("a,b\n1,2\n3\n4,5\n", ["a: 1\nb: 2", "a: 3", "a: 4\nb: 5"], "line 3 has fewer fields than the 2"),
    (
      "a,b\n1,2\n3,4,5\n4,5\n", ["a: 1\nb: 2", "a: 3\nb: 4\n5", "a: 4\nb: 5"],
      "line 3 has more fields than the 2"
    ),
  ])
  func brokenRows(text: String, expected: [String], note: String) throws {
    let document = try readText("a.csv", text)
    #expect(document.blocks.map { slice($0.range, of: document) } == expected)
    #expect(document.notes.contains { $0.note.contains(note) }, "\(document.notes)")
  }

  /// Rows lead to their lines, values to their bytes, in each encoding and with each end of line.
  @Test(arguments: [
    ("name,note\nIda,\"say \"\"hi\"\"\"\nJörg,\"two\nlines\"\n", "Jörg"),
    ("\u{FEFF}name,note\r\nIda,\"a\"\"b\"\"c\"\r\nJörg,x\u{AD}y\u{1}z\r\n", "Jörg"),
    ("Titel\n\nname;note\nIda;1,5\nJörg;2,5\n", "Jörg"),
  ])
  func places(text: String, name: String) throws {
    let bytes = Array(text.utf8)
    let document = try readDocument(SourceFile(name: "a.csv", bytes: bytes))
    let map = try #require(document.places.sourceMap)
    let whole = Array(document.text.utf8)
    func source(_ value: String) throws -> String {
      let value = Array(value.utf8)
      let start = try #require(whole.indices.first { whole[$0...].starts(with: value) })
      return String(decoding: bytes[map.sourceRange(start..<(start + value.count))], as: UTF8.self)
    }
    #expect(try source(name) == name)
    #expect(try source("Ida") == "Ida")
    if text.contains("Titel") { #expect(try source("Titel") == "Titel") }
    if text.contains("say") { #expect(try source("say \"hi\"") == "say \"\"hi\"\"") }
    if text.contains("a\"\"b") { #expect(try source("b\"c") == "b\"\"c") }
    if text.contains("x\u{AD}y") { #expect(try source("xyz") == "x\u{AD}y\u{1}z") }
    // A record leads to the values of its row, the first to the last.
    let last = try #require(document.blocks.last)
    let row = String(decoding: bytes[map.sourceRange(last.range)], as: UTF8.self)
    #expect(row.hasPrefix(name) && !row.contains("Ida"))
    let lines = document.places.rows.map(\.number)
    let line = text.utf8.prefix(text.utf8.count - 1).split(separator: 0x0A, omittingEmptySubsequences: false)
    for number in lines { #expect(number <= line.count) }
    #expect(document.places.place(of: last.range).row == (text.contains("Titel") ? 5 : 3))
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
