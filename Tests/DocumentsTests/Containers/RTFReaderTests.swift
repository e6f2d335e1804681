import Documents
import Testing

@Suite struct RTFReaderTests {
  private func outline(_ body: String) throws -> [String] {
    try outline(bytes: Array("{\\rtf1\\ansi \(body)}".utf8))
  }

  private func outline(bytes: [UInt8]) throws -> [String] {
    let document = try RTFReader().read(SourceFile(name: "a.rtf", bytes: bytes), limits: ReadingLimits())
    ContainerSupport.checkInvariants(document)
    return ContainerSupport.outline(document)
  }

  /// Bodies of files and their blocks.
  private static let bodies: [(body: String, outline: [String])] = [
    ("The gate code is 4711.\\par", ["paragraph The gate code is 4711."]),
    ("one\\par two\\par", ["paragraph one", "paragraph two"]),
    ("caf\\'e9 \\'80 5", ["paragraph café € 5"]),
    ("\\ansicpg1251 \\'cf\\'f0\\'e8\\'f7\\'e0\\'eb", ["paragraph Причал"]),
    (
      "{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204 Arial Cyr;}{\\f2\\fcharset128 MS Mincho;}}\\f1 \\'cf\\f0 \\'cf \\f2 \\'93\\'fa\\'96\\'7b",
      ["paragraph ПÏ 日本"]
    ),
    ("{\\fonttbl{\\f0 Arial;}{\\f3\\fcharset2 Symbol;}}\\f3 \\'b1\\f0  5 {\\f3 m}m", ["paragraph ± 5 µm"]),
    ("\\u8364 ? and \\u-3913 ?x", ["paragraph € and \u{F0B7}x"]),
    ("\\uc2\\u1055 ab\\uc0\\u1088 c", ["paragraph Прc"]),
    ("\\u55357 ?\\u56832 ?", ["paragraph 😀"]),
    ("{\\uc1\\u8211\\'96}end", ["paragraph –end"]),
    ("a\\emdash b\\ldblquote c\\rdblquote  \\bullet  d\\~e\\_f\\-g", ["paragraph a—b“c” • d e-fg"]),
    ("10{\\super 6} H{\\sub 2}O 4\\super th\\nosupersub  x", ["paragraph 10⁶ H₂O 4th x"]),
    ("seen {\\v hidden }\\deleted gone\\deleted0 here", ["paragraph seen here"]),
    ("{\\*\\unknown lost}kept{\\*\\bkmkstart b}{\\pict 00ff}", ["paragraph kept"]),
    ("{\\pict\\bin5 }}}}}}after", ["paragraph after"]),
    ("{\\upr{plain}{\\*\\ud{\\u252 u}}}", ["paragraph ü"]),
    (
      "{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt the annex}} and {\\field{\\*\\fldinst PAGE}{\\fldrslt 3}}.",
      ["paragraph the annex and ."]
    ),
    ("{\\field{\\*\\fldinst SYMBOL 177 \\\\f \"Symbol\"}} 2", ["paragraph ± 2"]),
    (
      "{\\stylesheet{\\s0 Normal;}{\\s1 heading 1;}{\\s2\\sbasedon1 Own;}{\\*\\cs3 Char;}}\\s1 Top\\par\\pard\\s2 Next\\par\\pard Text",
      ["heading1 Top", "heading1 Next", "paragraph Text"]
    ),
    ("\\outlinelevel1 Part\\par\\pard Text", ["heading2 Part", "paragraph Text"]),
    (
      "{\\listtext\\pard 1.\\tab}\\ls1 one\\par{\\listtext 2.\\tab}two\\par{\\listtext\\'b7\\tab}\\ilvl1 dot\\par",
      ["listItem1 1. one", "listItem1 2. two", "listItem2 - dot"]
    ),
    (
      "{\\fonttbl{\\f4\\fcharset2 Wingdings;}}{\\listtext\\f4 n\\tab}box\\par{\\listtext o\\tab}circle\\par",
      ["listItem1 - box", "listItem1 - circle"]
    ),
    (
      "x{\\super\\chftn{\\footnote\\pard{\\super\\chftn} A note.}} y{\\footnote\\ftnalt At the end.}\\par z",
      ["paragraph x[^1] y[^e1]", "paragraph [^1]: A note.", "paragraph [^e1]: At the end.", "paragraph z"]
    ),
    (
      "text{\\*\\atnid b}{\\*\\atnauthor Bo}\\chatn{\\*\\annotation Check.}\\par",
      ["paragraph text", "paragraph Comment by Bo: Check."]
    ),
    (
      "{\\header Quay Ltd\\par}{\\footer Page {\\field{\\*\\fldinst PAGE}{\\fldrslt 1}}\\par}Body\\par",
      ["paragraph Body", "paragraph Header: Quay Ltd"]
    ),
    (
      "{\\shp{\\*\\shpinst{\\sp{\\sn a}{\\sv 7}}{\\shptxt In a box\\par}}{\\shprslt{\\*\\do In a box}}}Anchor\\par",
      ["paragraph Anchor", "paragraph In a box"]
    ),
    (
      "\\trowd\\cellx1000\\cellx2000\\pard\\intbl Berth\\cell Rate\\cell\\row\\trowd\\cellx1000\\cellx2000\\pard\\intbl North\\cell 12\\cell\\row\\pard After\\par",
      ["table Berth | Rate\nNorth | 12", "paragraph After"]
    ),
    (
      "\\trowd\\trhdr\\cellx1000\\cellx3000\\pard\\intbl A\\cell B\\cell\\row\\trowd\\clvmgf\\cellx1000\\cellx2000\\cellx3000\\intbl n\\cell 1\\cell 2\\cell\\row\\trowd\\clvmrg\\cellx1000\\cellx2000\\cellx3000\\intbl\\cell 3\\cell 4\\cell\\row",
      ["table A | B | B (2)\nn | 1 | 2\nn | 3 | 4"]
    ),
    (
      "\\trowd\\cellx1000\\cellx2000\\intbl\\itap2 in\\nestcell{\\nonesttables\\par}er\\nestcell{\\*\\nesttableprops\\trowd\\cellx1\\cellx2\\nestrow}\\itap1\\intbl x\\cell y\\cell\\row",
      ["table in, er; x | y"]
    ),
    (
      "{\\mmath{\\moMath{\\mr E=m}{\\msSup{\\mctrlPr no}{\\me{\\mr c}}{\\msup{\\mr 2}}}}}",
      ["paragraph E=mc²"]
    ),
    ("a\\line b\\tab c\\page d", ["paragraph a\nb c d"]),
    ("{\\info{\\title T}{\\author A}}{\\colortbl;\\red0;}{\\*\\generator G;}x", ["paragraph x"]),
  ]

  @Test(arguments: bodies.indices) func body(_ index: Int) throws {
    let (body, expected) = Self.bodies[index]
    #expect(try outline(body) == expected)
  }

  @Test func informationAndEnd() throws {
    let text = """
      {\\rtf1\\ansi{\\info{\\title Plan}{\\author Ann}{\\keywords a, b}{\\creatim\\yr2024\\mo5\\dy6\\hr7\\min8}{\\revtim\\yr0\\mo0\\dy0}}Text} rest
      """
    let document = try RTFReader().read(
      SourceFile(name: "a.rtf", bytes: Array(text.utf8)), limits: ReadingLimits())
    #expect(document.title == "Plan")
    #expect(
      document.metadata == [
        "author": .string("Ann"), "keywords": .list(["a", "b"]), "date": .string("2024-05-06T07:08:00"),
      ])
    #expect(document.notes.map(\.note) == ["4 bytes behind the document's end were not read"])
    let cut = try RTFReader().read(
      SourceFile(name: "a.rtf", bytes: Array("{\\rtf1 {\\b Text".utf8)), limits: ReadingLimits())
    #expect(cut.text == "Text")
    #expect(cut.notes.count == 1)
  }

  @Test func unicodeAgainstTheRules() throws {
    #expect(try outline(bytes: Array("{\\rtf1 Grün}".utf8)) == ["paragraph Grün"])
    #expect(try outline(bytes: Array("{\\rtf1 Gr".utf8) + [0xFC] + Array("n}".utf8)) == ["paragraph Grün"])
  }

  @Test func hostileNesting() {
    func code(_ text: String) -> DocumentError.Code? {
      ContainerSupport.failure { () throws(DocumentError) in
        try RTFReader().read(SourceFile(name: "a.rtf", bytes: Array(text.utf8)), limits: ReadingLimits())
      }?.code
    }
    #expect(code("{\\rtf1 " + String(repeating: "{", count: 100_000)) == .malformed)
    #expect(code("{\\rtf1 " + String(repeating: "{\\footnote ", count: 900) + "x") == .empty)
    #expect(code("{\\rtf1 " + String(repeating: "{\\field{\\fldrslt ", count: 400) + "x") == nil)
    #expect(code("{\\rtf1 " + String(repeating: "\\trowd\\cellx1\\cell ", count: 50_000) + "x") == nil)
    #expect(code("{\\rtf1 }") == .empty)
    #expect(code("no RTF at all") == .malformed)
  }
}
