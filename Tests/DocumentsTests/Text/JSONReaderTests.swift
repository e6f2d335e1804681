import Documents
import Foundation
import Testing

@Suite struct JSONReaderTests {
  @Test(arguments: [
    (
      "a.json", #"{"b": 1, "a": {"x": [true, null, "s"], "y": {}}, "b": 2.50e1}"#,
      ["b: 1", "a.x[0]: true\na.x[2]: s", "b: 2.50e1"]
    ),
    (
      "a.json", #"[{"q": "é😀 \n\"", "n": -0}, [1, [2]], "last", null, ""]"#,
      ["q: é😀 \n\"\nn: -0", "[0]: 1\n[1][0]: 2", "last"]
    ),
    ("a.json", #""scalar""#, ["scalar"]),
    ("a.jsonl", "{\"a\": 1}\n\n{\"a\": {\"b\": \"x\"}}\r\n7\n", ["a: 1", "a.b: x", "7"]),
    ("a.json", #"{"k": "lone \ud800 and \u0000 end"}"#, ["k: lone \u{FFFD} and \u{FFFD} end"]),
    ("a.json", #"{"k": "\ud800\u0041"}"#, ["k: \u{FFFD}A"]),
    ("a.json", #"{"k": "a\r\nb\rc"}"#, ["k: a\nb\nc"]),
  ])
  func records(name: String, text: String, expected: [String]) throws {
    let document = try readText(name, text)
    #expect(document.blocks.map { slice($0.range, of: document) } == expected)
  }

  @Test func titleOfAnObject() throws {
    #expect(try readText("a.json", #"{"x": 1, "title": "A  title"}"#).title == "A title")
    #expect(try readText("a.json", #"[{"title": "inner"}]"#).title == nil)
  }

  @Test(arguments: [
    "{", "[,]", "[1,,]", "{\"a\" 1}", "/* open", "01", "1.", "-", "1e", "tru", "\"open", "\"\\x\"",
    "\"\\u12g4\"",
    "[1] 2", "{a:1}",
    "\"tab\there\"", "nul", "[1 2]", "{\"a\":}", "\"\\", "\"\\u12",
  ])
  func malformed(text: String) {
    for name in ["a.json", "a.jsonl"] {
      do {
        let document = try readText(name, text)
        Issue.record("\(text.debugDescription) read as \(document.text.debugDescription)")
      } catch let error as DocumentError {
        #expect(error.code == .malformed, "\(error.message)")
        #expect(name == "a.json" || error.message.contains("line 1"))
      } catch {
        Issue.record(error)
      }
    }
  }

  @Test func depthBombs() {
    for text in [
      String(repeating: "[", count: 1_000_000), String(repeating: "{\"a\":", count: 300_000),
      String(repeating: "[", count: 300) + String(repeating: "]", count: 300),
    ] {
      do {
        _ = try readText("a.json", text)
        Issue.record("read a bomb")
      } catch let error as DocumentError {
        #expect(error.code == .tooLarge && error.message.contains("nest"), "\(error.message)")
      } catch {
        Issue.record(error)
      }
    }
    let deep = String(repeating: "[", count: 199) + "1" + String(repeating: "]", count: 199)
    #expect((try? readText("a.json", deep)) != nil)
  }

  @Test func longPathsCannotGrowWithoutBound() {
    var limits = ReadingLimits()
    limits.textBytes = 100_000
    let text =
      "{\"" + String(repeating: "k", count: 5000) + "\": [" + String(repeating: "1,", count: 1000) + "1]}"
    #expect(throws: DocumentError.self) { try readText("a.json", text, limits: limits) }
  }

  @Test func badLineOfJSONLCostsThatLine() throws {
    let document = try readText("a.jsonl", "{\"a\": 1}\n{\"a\": }\n\n{\"a\": \"é\\u00e9\"}\n{\"a\": 4")
    #expect(document.blocks.map { slice($0.range, of: document) } == ["a: 1", "a: éé"])
    #expect(document.blocks.map { document.places.place(of: $0.range).row } == [1, 4])
    #expect(document.notes.count == 2)
    #expect(document.notes[0].note.contains("line 2 ") && document.notes[0].note.contains("column 7"))
    #expect(document.notes[1].note.contains("line 5 "))
  }

  @Test func manyBadLinesAreCounted() throws {
    let text = "{\"a\": 1}\n" + String(repeating: "nonsense\n", count: 30)
    let document = try readText("a.jsonl", text)
    #expect(document.notes.count == 21)
    #expect(document.notes.last?.note.contains("10 more lines") == true)
  }

  @Test func valuesOverSeveralLines() throws {
    for name in ["a.jsonl", "a.json"] {
      let document = try readText(name, "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n")
      #expect(document.blocks.map { slice($0.range, of: document) } == ["a: 1", "a: 2"])
      #expect(document.notes.map(\.note) == ["2 JSON values in a row were read as records (JSON Lines)"])
    }
  }

  @Test(arguments: [
    (
      "// head\n{\"a\": [1, 2,], /* b */ \"c\": 3,}", ["a[0]: 1\na[1]: 2", "c: 3"],
      "2 × comment, 2 × comma at a list's end"
    ),
    ("[NaN, -Infinity, {\"x\": Infinity}]", ["NaN", "-Infinity", "x: Infinity"], "3 × number like NaN"),
    ("{\"u\": \"http://x // no comment\"}", ["u: http://x // no comment"], nil),
  ])
  func liberties(text: String, expected: [String], note: String?) throws {
    let document = try readText("a.json", text)
    #expect(document.blocks.map { slice($0.range, of: document) } == expected)
    #expect(document.notes.count == (note == nil ? 0 : 1))
    if let note { #expect(document.notes[0].note.contains(note), "\(document.notes)") }
  }

  @Test func faultHasLineAndColumn() {
    do {
      _ = try readText("a.json", "{\n \"é\": 1,\n \"ü\": oops\n}")
      Issue.record("read it")
    } catch {
      #expect("\(error)".contains("line 3, column 7"), "\(error)")
    }
  }

  /// A value's text is a copy of what the file has, escape by escape.
  @Test(arguments: [false, true]) func valuesMapBack(isUTF16: Bool) throws {
    let text = #"{"k": "aé\n\u00e9\ud83d\ude00z", "n": 12.50}"#
    let source: [UInt8] =
      isUTF16 ? [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } : Array(text.utf8)
    let document = try readDocument(SourceFile(name: "a.json", bytes: source))
    let map = try #require(document.places.sourceMap)
    func origin(of part: String) throws -> String {
      let range = try #require(document.text.range(of: part))
      let start = document.text.utf8.distance(from: document.text.startIndex, to: range.lowerBound)
      let bytes = Array(source[map.sourceRange(start..<(start + part.utf8.count))])
      if !isUTF16 { return String(decoding: bytes, as: UTF8.self) }
      let units = stride(from: 0, to: bytes.count, by: 2).map {
        UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
      }
      return String(decoding: units, as: UTF16.self)
    }
    #expect(document.text == "k: aé\né😀z\n\nn: 12.50")
    #expect(try origin(of: "aé") == "aé")
    #expect(try origin(of: "é😀") == #"\u00e9\ud83d\ude00"#)
    #expect(try origin(of: "😀z") == #"\ud83d\ude00z"#)
    #expect(try origin(of: "12.5") == "12.5")
  }
}
