import Documents
import TestSupport
import Testing

@Suite struct MarkdownReaderTests {
  @Test func handbook() throws {
    let bytes = try fixture("handbook.md")
    let document = try readDocument(SourceFile(name: "handbook.md", bytes: bytes))
    #expect(document.invariantViolation() == nil)
    #expect(Array(document.text.utf8) == bytes)
    #expect(document.title == "Chunking: a field guide")
    #expect(
      document.metadata == [
        "title": .string("Chunking: a field guide"), "author": .string("Ada Example"),
        "date": .string("2024-05-01"),
        "tags": .list(["retrieval", "chunking"]), "reviewers": .list(["Bo", "Cy D."]), "draft": .bool(false),
        "version": .number(1.5), "summary": .string("Why passages are cut."),
      ])
    #expect(
      outline(document) == [
        "heading 1|# Chunking",
        "paragraph|Passages are *cut* so that an index can find them.",
        "heading 2|Setext\nheading\n-------",
        "listItem 1|1. First item\n   with a second line",
        "listItem 2|- nested item\n\n     more of the nested item",
        "listItem 1|2. Second item\n\n   ```swift\n   # not a heading\n   let x = 1\n\n   ```",
        "table|| Size | Recall |\n|------|-------:|\n| 100  | 0.91   |\n| 200  | 0.93   |",
        "quote|> A quote\ngoes on lazily.",
        "code|~~~\n<!-- not a comment -->\n## not a heading\n~~~",
        "code|    indented code",
        "heading 3|### Deep `code` and [link](https://example.org/a_b) ###",
        "paragraph|Last paragraph",
      ])
  }

  @Test(arguments: [
    ("# A\ntext", ["heading 1|# A", "paragraph|text"]),
    ("#hashtag", ["paragraph|#hashtag"]),
    ("####### seven", ["paragraph|####### seven"]),
    ("```\nunclosed\n\n# x", ["code|```\nunclosed\n\n# x"]),
    ("para\n    not code", ["paragraph|para\n    not code"]),
    ("para\n- item\n- item 2", ["paragraph|para", "listItem 1|- item", "listItem 1|- item 2"]),
    ("in 1986\n1986. was a year", ["paragraph|in 1986\n1986. was a year"]),
    ("- a\n  - b\n    - c\n- d", ["listItem 1|- a", "listItem 2|- b", "listItem 3|- c", "listItem 1|- d"]),
    ("- a\n\n      - deep\n\nback", ["listItem 1|- a\n\n      - deep", "paragraph|back"]),
    ("- a\nlazy\n\nout", ["listItem 1|- a\nlazy", "paragraph|out"]),
    ("* * *\ntext", ["paragraph|text"]),
    ("a | b\n--|--\n1 | 2\n\nafter", ["table|a | b\n--|--\n1 | 2", "paragraph|after"]),
    ("a | b\nno delimiter", ["paragraph|a | b\nno delimiter"]),
    ("<!-- gone -->\nkept", ["paragraph|kept"]),
    ("<!-- never closed\nkept", ["paragraph|<!-- never closed\nkept"]),
    ("<!-- a --> tail", ["paragraph|<!-- a --> tail"]),
    ("text\n<!--\nhidden\n-->\nmore", ["paragraph|text", "paragraph|more"]),
    ("---\nHello\n---\ntext", ["heading 2|Hello\n---", "paragraph|text"]),
    ("---\nkey: v\nno end", ["paragraph|key: v\nno end"]),
    ("\tcode\n\n\tmore", ["code|\tcode\n\n\tmore"]),
    ("> q\n\n> r\n# h", ["quote|> q", "quote|> r", "heading 1|# h"]),
    ("-\n- x", ["listItem 1|-", "listItem 1|- x"]),
    ("- a\n\n  ~~~\n  code\nout", ["listItem 1|- a\n\n  ~~~\n  code", "paragraph|out"]),
  ])
  func blocks(text: String, expected: [String]) throws {
    #expect(outline(try readText("a.md", text)) == expected)
  }

  @Test(arguments: [
    ("# Plain", "Plain"), ("# With *emphasis* and `code` ##", "With emphasis and code"),
    ("# snake_case_name", "snake_case_name"),
    ("# [Link](http://x/y) and ![image](z.png)", "Link and image"), ("# C\\# and \\*", "C# and *"),
    ("# C#", "C#"),
    ("# Anchor {#anchor}", "Anchor "), ("Two\nlines\n===", "Two lines"),
    ("# a <b>bold</b> < c", "a bold < c"),
    ("# [open](never", "open(never"), ("# __init__", "init"),
  ])
  func titles(text: String, title: String) throws {
    let document = try readText("a.md", text)
    #expect(document.title == title.trimmingSuffix())
  }

  @Test(arguments: [
    ("title: A # comment", "title", MetadataValue.string("A")),
    ("k: 'it''s'", "k", .string("it's")),
    ("k: \"a\\nb\\\"\"", "k", .string("a\nb\"")),
    ("k: 007", "k", .string("007")),
    ("k: 2024-01-02", "k", .string("2024-01-02")),
    ("k: -1.5e3", "k", .number(-1500)),
    ("k: TRUE", "k", .bool(true)),
    ("k: yes", "k", .string("yes")),
    ("k: [a, 'b, c', ]", "k", .list(["a", "b, c"])),
    ("k:\n- a\n- 2 # two", "k", .list(["a", "2"])),
    ("k: |\n  one\n  two", "k", .string("one\ntwo")),
    ("k: a\nk: b", "k", .string("a")),
    ("größe: 3", "größe", .number(3)),
    ("k: http://x.org/a", "k", .string("http://x.org/a")),
  ])
  func frontMatter(yaml: String, key: String, value: MetadataValue) throws {
    let document = try readText("a.md", "---\n\(yaml)\n---\nText")
    #expect(document.metadata[key] == value)
    #expect(outline(document) == ["paragraph|Text"])
  }

  @Test(arguments: [
    "k: {a: 1}", "k: &x 1", "k: *x", "k: !tag v", "k: [a, {b: c}]", "k: [unclosed", "k: 'open", "k:\n  a: 1",
    "k: null",
    "k:", "k: a: b", "k: one\n  two",
  ])
  func frontMatterThatGivesNothing(yaml: String) throws {
    let document = try readText("a.md", "---\n\(yaml)\n---\nText")
    #expect(document.metadata.isEmpty)
    #expect(outline(document) == ["paragraph|Text"])
  }

  @Test func anySoupKeepsTheInvariants() throws {
    let pieces = [
      "# ", "## h\n", "text ", "\n", "\n\n", "- ", "  - x\n", "1. ", "```", "~~~\n", "> ", "| a | b |\n",
      "|---|---|\n", "<!--",
      "-->", "---\n", "===\n", "    ", "\t", "é日", "***", "a: b\n", "\r\n", "\u{0C}", "\u{00A0}",
    ]
    let seed: UInt64 = 42
    var generator = SeededGenerator(seed: seed)
    for round in 0..<3000 {
      let count = Int.random(in: 1...30, using: &generator)
      let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      for name in ["a.md", "a.txt", "a.swift"] {
        guard let document = try? readDocument(SourceFile(name: name, bytes: Array(text.utf8))) else {
          continue
        }
        #expect(
          document.invariantViolation() == nil,
          "seed \(seed) round \(round) \(name): \(text.debugDescription)")
      }
    }
  }

  /// Inputs that take time in the square of their size with a careless scanner.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: ["<!-- ", "- ", "> ", "[", "# a\n", "| ", "<!--\n", "1. a\n", "`", "\n", "a\n---\n"])
  func hostileTextIsLinear(piece: String) throws {
    let text = String(repeating: piece, count: 200_000) + "--> x"
    _ = try? readText("a.md", text)
  }
}

extension String {
  fileprivate func trimmingSuffix() -> String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
