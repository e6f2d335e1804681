import Documents
import Testing

@Suite struct PlainTextReaderTests {
  @Test(arguments: [
    ("one\ntwo\n\nthree", ["paragraph|one\ntwo", "paragraph|three"]),
    ("Title\n=====\n\nText", ["heading 1|Title\n=====", "paragraph|Text"]),
    ("Part\n----\nText below", ["heading 2|Part\n----", "paragraph|Text below"]),
    (
      "Short\n--------------------------------------------------",
      ["paragraph|Short\n--------------------------------------------------"]
    ),
    ("FIRST PART\n\nText", ["heading 2|FIRST PART", "paragraph|Text"]),
    ("NOT A HEADING.\n\nText", ["paragraph|NOT A HEADING.", "paragraph|Text"]),
    ("OK\n\nText", ["paragraph|OK", "paragraph|Text"]),
    ("2.1 Methods\n\nText", ["heading 2|2.1 Methods", "paragraph|Text"]),
    (
      "1. Introduction\n\nText\n\n2. Results\n\nMore",
      ["heading 1|1. Introduction", "paragraph|Text", "heading 1|2. Results", "paragraph|More"]
    ),
    ("1. Milk\n\n2. Bread\n\nText", ["paragraph|1. Milk", "paragraph|2. Bread", "paragraph|Text"]),
    ("12 Angry Men\n\nText", ["paragraph|12 Angry Men", "paragraph|Text"]),
    ("1. The end.\n\nText", ["paragraph|1. The end.", "paragraph|Text"]),
    ("日本語の題\n==========\n本文", ["heading 1|日本語の題\n==========", "paragraph|本文"]),
  ])
  func blocks(text: String, expected: [String]) throws {
    #expect(outline(try readText("a.txt", text)) == expected)
  }

  @Test func pages() throws {
    let document = try readText("a.txt", "one\n\u{0C}two\n\nstill two\u{0C}three\n\u{0C}")
    #expect(document.places.pages.map(\.start) == [0, 5, 20])
    #expect(document.blocks.map { document.page(at: $0.range.lowerBound) } == [1, 2, 2, 3])
    #expect(try readText("b.txt", "no pages").places.pages.isEmpty)
  }

  @Test func sourceOffsets() throws {
    let document = try readText("a.txt", "\u{FEFF}one\r\n\r\ntwo")
    let block = try #require(document.blocks.last)
    #expect(slice(block.range, of: document) == "two")
    #expect(document.places.sourceMap?.sourceOffset(block.range.lowerBound) == 10)
  }

  @Test func codeIsGroupedByDefinition() throws {
    let text = "import x\n\n# about f\ndef f():\n    a\n\n    b\n\n\nclass C {\n  y\n\n}\nint z;\n"
    #expect(
      outline(try readText("a.py", text)) == [
        "code|import x", "code|# about f\ndef f():\n    a\n\n    b", "code|class C {\n  y\n\n}\nint z;",
      ])
  }
}
