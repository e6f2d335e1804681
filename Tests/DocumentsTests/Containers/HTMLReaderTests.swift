import Documents
import Testing

@Suite struct HTMLReaderTests {
  private func read(_ html: String, limits: ReadingLimits = ReadingLimits()) throws -> ParsedDocument {
    let document = try HTMLReader().read(
      SourceFile(name: "page.html", bytes: Array(html.utf8)), limits: limits)
    ContainerSupport.checkInvariants(document)
    return document
  }

  @Test(arguments: [
    ("<p>one  two\n three</p>", ["paragraph one two three"]),
    ("<p>a<b>b</b> <i>c</i>d</p>", ["paragraph ab cd"]),
    ("text<div>block</div>tail", ["paragraph text", "paragraph block", "paragraph tail"]),
    ("<h1>Big</h1><h3>Small <em>one</em></h3>", ["heading1 Big", "heading3 Small one"]),
    ("<p>a&nbsp;&nbsp;b &amp; &lt;c&gt; &eacute;&#8212;</p>", ["paragraph a b & <c> é—"]),
    ("<p>one<br>two<br><br>three</p>", ["paragraph one\ntwo", "paragraph three"]),
    (
      "<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>",
      ["listItem1 - a", "listItem2 - b", "listItem2 - c", "listItem1 - d"]
    ),
    ("<ol start=3><li>x<li>y</ol>", ["listItem1 3. x", "listItem1 4. y"]),
    (
      "<dl><dt>T</dt><dd>D1</dd><dd>D2</dd><dt>U</dt></dl>",
      ["listItem1 T: D1", "listItem1 T: D2", "listItem1 U"]
    ),
    (
      "<table><caption>Cap</caption><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2<br>3</td></tr></table>",
      ["paragraph Cap", "table A | B\n1 | 2 3"]
    ),
    (
      "<table><tr><td><h2>Layout</h2><p>text</p></td><td>side</td></tr></table>",
      ["heading2 Layout", "paragraph text", "paragraph side"]
    ),
    ("<pre>\n  let a = 1\n\n    b\n</pre>", ["code   let a = 1\n\n    b"]),
    ("<pre><code>x &lt; y</code></pre><p>use <code>z</code></p>", ["code x < y", "paragraph use z"]),
    ("<blockquote><p>said</p><p>more</p></blockquote>", ["quote said", "quote more"]),
    ("<p>see <img src=x alt='a chart'> here <img alt=''></p>", ["paragraph see a chart here"]),
    (
      "<nav>menu</nav><script>var a='<p>no</p>'</script><style>p{}</style><template>t</template>"
        + "<noscript>n</noscript><p hidden>h</p><p style='display: none'>d</p><!-- c --><p>yes</p>",
      ["paragraph yes"]
    ),
    ("<p>un<b>closed<p>next<li>loose", ["paragraph unclosed", "paragraph next", "paragraph loose"]),
    ("<p>日本<ruby>語<rt>ご</rt></ruby> 🙂</p>", ["paragraph 日本語 🙂"]),
  ])
  func blocks(html: String, expected: [String]) throws {
    #expect(ContainerSupport.outline(try read(html)) == expected)
  }

  @Test func titleAndMetadata() throws {
    let document = try read(
      """
      <!DOCTYPE html><html lang="en"><head><title> A &amp; B </title><meta name="Author" content="Ann">
      <meta name="keywords" content="x, y ,z"><meta name="description" content="what it is">
      <meta property="article:published_time" content="2024-05-06T07:08:09Z"></head><body><p>t</p></body></html>
      """)
    #expect(document.title == "A & B")
    #expect(
      document.metadata == [
        "language": .string("en"), "author": .string("Ann"), "keywords": .list(["x", "y", "z"]),
        "description": .string("what it is"), "date": .string("2024-05-06T07:08:09Z"),
      ])
    #expect(try read("<h1>First</h1><p>t</p>").title == "First")
  }

  private struct Encoded: Sendable {
    var markup = ""
    var bytes: [UInt8] = []
    var expected: String
  }

  private static let encoded: [Encoded] = [
    Encoded(markup: "<meta charset=windows-1251><p>", bytes: [0xCF, 0xF0, 0xE8], expected: "При"),
    Encoded(
      markup: "<meta http-equiv=a content='text/html; charset=Shift_JIS'><p>",
      bytes: [0x93, 0xFA, 0x96, 0x7B],
      expected: "日本"),
    Encoded(markup: "<p>caf", bytes: [0xE9], expected: "café"),
    Encoded(markup: "<meta charset=iso-8859-1><p>caf", bytes: [0xC3, 0xA9], expected: "café"),
    Encoded(bytes: [0xFF, 0xFE, 0x3C, 0, 0x70, 0, 0x3E, 0, 0xE9, 0, 0xE5, 0x65], expected: "é日"),
    Encoded(bytes: [0, 0x3C, 0, 0x70, 0, 0x3E, 0, 0xE9, 0x65, 0xE5], expected: "é日"),
    Encoded(bytes: [0xEF, 0xBB, 0xBF, 0x3C, 0x70, 0x3E, 0xC3, 0xA9], expected: "é"),
    Encoded(markup: "<meta charset=utf-8><p>bad ", bytes: [0xFF, 0x41], expected: "bad \u{FFFD}A"),
  ]

  @Test(arguments: encoded)
  private func encodings(_ sample: Encoded) throws {
    let bytes = Array(sample.markup.utf8) + sample.bytes
    let document = try HTMLReader().read(SourceFile(name: "p.html", bytes: bytes), limits: ReadingLimits())
    #expect(document.text == sample.expected)
  }

  @Test func failures() {
    func code(_ bytes: [UInt8], _ limits: ReadingLimits = ReadingLimits()) -> DocumentError.Code? {
      ContainerSupport.failure { () throws(DocumentError) in
        try HTMLReader().read(SourceFile(name: "p.html", bytes: bytes), limits: limits)
      }?.code
    }
    #expect(code([]) == .empty)
    #expect(code(Array("<script>only()</script>".utf8)) == .empty)
    #expect(code((0...255).map { UInt8($0) } + (0...255).map { UInt8($0) }) == .undecodable)
    var limits = ReadingLimits()
    limits.textBytes = 100
    #expect(code(Array("<p>".utf8) + [UInt8](repeating: 0x61, count: 101), limits) == .tooLarge)
    #expect(code(Array("<p>".utf8) + [UInt8](repeating: 0x61, count: 100), limits) == nil)
    limits.fileBytes = 10
    #expect(code(Array("<p>0123456789".utf8), limits) == .tooLarge)
  }

  @Test(.timeLimit(.minutes(1))) func deepNestingKeepsTextOrRefuses() throws {
    let kept =
      String(repeating: "<div><b>", count: 300) + "deep" + String(repeating: "</b></div>", count: 300)
    #expect(try read(kept + "<p>after").text.contains("deep"))
    let bomb = String(repeating: "<b>", count: 2_000_000)
    #expect(
      ContainerSupport.failure { () throws(DocumentError) in
        try HTMLReader().read(SourceFile(name: "b.html", bytes: Array(bomb.utf8)), limits: ReadingLimits())
      }?.code == .malformed)
  }

  @Test(.timeLimit(.minutes(1))) func manyAttributesInOneTagAreRefused() {
    let attributes = (0..<400_000).map { " a\($0)='>'" }.joined()
    #expect(
      ContainerSupport.failure { () throws(DocumentError) in
        try HTMLReader().read(
          SourceFile(name: "b.html", bytes: Array("<p\(attributes)>x</p>".utf8)), limits: ReadingLimits())
      }?.code == .malformed)
  }
}
