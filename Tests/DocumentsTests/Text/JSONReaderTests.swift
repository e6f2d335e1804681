import Documents
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
    "{", "[1,]", "{\"a\" 1}", "{\"a\":1,}", "01", "1.", "-", "1e", "tru", "\"open", "\"\\x\"", "\"\\u12g4\"",
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

  @Test func wrongLineOfJSONLIsNamed() {
    do {
      _ = try readText("a.jsonl", "{\"a\": 1}\n{\"a\": }\n")
      Issue.record("read it")
    } catch {
      #expect("\(error)".contains("line 2"))
    }
  }
}
