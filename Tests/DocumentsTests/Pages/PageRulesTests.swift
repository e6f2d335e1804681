import Documents
import Testing

@Suite struct PageRulesTests {
  @Test(arguments: [
    // Evidence of the document decides.
    ("instal-", "lation", ["installation"], HyphenRule.Join.joined),
    ("tide-", "gauge", ["tide-gauge"], .kept),
    // No evidence: joined, but for words that like hyphens, single letters and words of a document that breaks none.
    ("mainte-", "nance", [], .joined),
    ("well-", "known", [], .kept),
    ("e-", "mail", [], .kept),
    ("copper-", "green", ["copper", "green"], .kept),
    ("state-of-the-", "art", ["state-of-the-art"], .kept),
    ("E-Mail-Adres-", "se", [], .joined),
    // Digits, capitals, addresses.
    ("2019-", "2020", [], .kept),
    ("COVID-", "19", [], .kept),
    ("Nord-", "Süd", [], .kept),
    ("http://a.example/foo-", "bar", [], .kept),
    ("INTER-", "NATIONAL", ["INTERNATIONAL"], .joined),
    // Suspended hyphens, dashes, soft hyphens, none.
    ("Haupt-", "und", [], .suspended),
    ("word", "next", [], .apart),
    ("-", "next", [], .apart),
    ("soft\u{AD}", "ened", [], .joined),
    ("737–", "9", [], .kept),
    ("of –", "9", [], .apart),
    ("https://", "www.example.org", [], .kept),
  ])
  func hyphens(left: String, right: String, others: [String], expected: HyphenRule.Join) {
    let rule = HyphenRule(lines: [["a", left], [right, "b"], []] + others.map { ["so", $0, "it", "is"] })
    #expect(rule.join(left, right) == expected)
  }

  @Test(arguments: [
    ("12", 12, ""), ("- 12 -", 12, ""), ("xiv", 14, ""), ("Page 3", 3, ""), ("Page 3 of 9", 3, ""),
    ("Seite 4 von 9", 4, ""),
    ("3/9", 3, ""), ("Annual report | 7", 7, "Annual report "), ("7 | Annual report", 7, "Annual report "),
    ("Port of Emden Page 3 of 9", 3, "Port of Emden "),
  ])
  func pageNumbers(text: String, number: Int, rest: String) throws {
    let found = try #require(PageNumber.find(in: text))
    #expect(found.number == number && found.rest == rest)
  }

  @Test(arguments: [
    "Customer number 502", "Discount: 7 percent", "2024-01", "12.5", "Chapter", "9 of 3", "12345",
  ])
  func noPageNumbers(text: String) {
    #expect(PageNumber.find(in: text) == nil)
  }

  @Test(arguments: [
    ("untitled", nil), ("Microsoft Word - bericht.doc", nil), ("(anonymous)", nil), ("report.docx", nil),
    ("Dokument3", nil),
    ("scan_0001", nil), ("report", nil), ("Annual report 2023", "Annual report 2023"),
    ("Version 2.0", "Version 2.0"),
    ("Über Häfen", "Über Häfen"), ("1234", nil),
  ])
  func titles(title: String, expected: String?) {
    #expect(PDFTitle.checked(title, fileName: "docs/report.pdf") == expected)
  }

  @Test func integrity() throws {
    let whole = try ContainerSupport.fixture("paper.pdf")
    #expect(PDFIntegrity(whole).damage == nil)
    // Programs append a little.
    #expect(PDFIntegrity(whole + [UInt8](repeating: 0, count: 5000)).damage == nil)
    for count in stride(from: 20, to: whole.count - 40, by: 97) {
      #expect(PDFIntegrity(Array(whole.prefix(count))).damage != nil, "\(count) of \(whole.count) bytes")
    }
    let linear = Array(
      "%PDF-1.4\n1 0 obj\n<< /Linearized 1 /L 5000 /H [ 1 2 ] >>\nendobj\nstartxref\n0\n%%EOF\n".utf8)
    #expect(PDFIntegrity(linear).damage?.contains("5000") == true)
  }

  @Test func words() throws {
    let rows = [
      "level\tpage_num\tpar_num\tblock_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext",
      "1\t1\t0\t0\t0\t0\t0.000000\t0.000000\t595.275600\t841.889800\t-1\t###PAGE###",
      "5\t1\t0\t0\t0\t0\t78.00\t83.08\t45.02\t16.65\t100\tFerry",
      "5\t1\t0\t0\t0\t1\tx\t83.08\t45.02\t16.65\t100\t\t", "1\t2\t0\t0\t0\t0\t0\t0\t10\t20\t-1\t###PAGE###",
      "5\t2\tcut",
    ]
    let pages = try #require(PDFWords(Array(rows.joined(separator: "\n").utf8)).pages())
    #expect(pages.count == 2)
    #expect(pages[0].words.first?.text == "Ferry")
    let box = try #require(pages[0].words.first?.box)
    #expect(
      box.left == 78 && box.top == 83.08 && abs(box.right - 123.02) < 1e-9 && abs(box.bottom - 99.73) < 1e-9)
    #expect(pages[1].words.isEmpty && pages[1].width == 10)
    #expect(PDFWords(Array("plain text".utf8)).pages() == nil)
  }

  /// Poppler lists letters from left to right; a word is read from the right, but for figures in it.
  @Test(arguments: [
    ("םולש", "שלום"), ("2019-ב", "ב-2019"), ("؟ﺖﻧﺍ", "ﺍﻧﺖ؟"), ("Ferry", "Ferry"), ("漢字", "漢字"),
  ])
  func lettersFromTheRight(shown: String, read: String) throws {
    let page = "1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t#"
    let word = "5\t1\t0\t0\t0\t0\t1\t1\t5\t5\t100\t\(shown)"
    let pages = try #require(PDFWords(Array("level\tpage\n\(page)\n\(word)".utf8)).pages())
    #expect(pages.first?.words.first?.text == read)
  }

  @Test func fonts() throws {
    var pages = [
      PrintedPage(
        number: 1, width: 595, height: 842,
        words: [("Hull", 60.0), ("code", 100.0), ("left", 300.0)].map { text, top in
          PrintedPage.Word(
            text: text, box: PageBox(left: 50, top: top, right: 80, bottom: top + 9), fontSize: 9)
        })
    ]
    let xml = """
      <page number="1" position="absolute" top="0" left="0" height="2526" width="1785">
      <fontspec id="0" size="30" family="ABCDEF+Helvetica-Bold" color="#000000"/>
      <fontspec id="1" size="36" family="QWERTY+CMTT12" color="#000000"/>
      <text top="180" left="150" width="90" height="27" font="0"><b>Hull</b></text>
      <text top="300" left="150" width="90" height="27" font="1">code</text>
      """
    PDFFonts(Array(xml.utf8)).apply(to: &pages)
    let words = pages[0].words
    #expect(words[0].isBold && words[0].fontSize == 10 && !words[0].isMonospaced)
    #expect(!words[1].isBold && words[1].fontSize == 12 && words[1].isMonospaced)
    // What no run covers has a size in proportion to its height.
    #expect(!words[2].isBold && words[2].fontSize > 9)
  }
}
