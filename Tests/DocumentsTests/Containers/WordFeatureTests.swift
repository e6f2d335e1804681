import Documents
import Testing

/// What a Word document says beyond its plain paragraphs, feature by feature.
@Suite struct WordFeatureTests {
  private static let limits = ReadingLimits()

  private func read(_ body: String, _ parts: [OfficePackages.Part] = []) throws -> ParsedDocument {
    let document = try DOCXReader().read(OfficePackages.word(body, parts), limits: Self.limits)
    ContainerSupport.checkInvariants(document)
    return document
  }

  private static func paragraph(_ runs: String) -> String { "<w:p>\(runs)</w:p>" }
  private static func run(_ text: String, _ properties: String = "") -> String {
    "<w:r><w:rPr>\(properties)</w:rPr><w:t xml:space='preserve'>\(text)</w:t></w:r>"
  }
  private static func raised(_ text: String) -> String { run(text, "<w:vertAlign w:val='superscript'/>") }
  private static func lowered(_ text: String) -> String { run(text, "<w:vertAlign w:val='subscript'/>") }
  private static func field(_ instruction: String, _ result: String) -> String {
    "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>\(instruction)</w:instrText></w:r>"
      + "<w:r><w:fldChar w:fldCharType='separate'/></w:r>\(result)<w:r><w:fldChar w:fldCharType='end'/></w:r>"
  }

  /// Runs of one paragraph and its text.
  private static let lines: [(runs: String, text: String)] = [
    (run("10") + raised("6") + run(" W"), "10⁶ W"),
    (run("10") + raised("-") + raised("12"), "10⁻¹²"),
    (run("CO") + lowered("2") + run(" and H") + lowered("2") + run("O"), "CO₂ and H₂O"),
    (run("x") + raised("n+1"), "xⁿ⁺¹"),
    (run("x") + raised("max"), "x^(max)"),
    (run("T") + lowered("in, out"), "T_(in, out)"),
    (run("the 1") + raised("st") + run(" day"), "the 1st day"),
    (run("Rotor") + raised("TM"), "Rotor™"),
    (run("n") + raised("o") + run(" 4"), "nº 4"),
    (raised("a whole line that was made small"), "a whole line that was made small"),
    (
      "<w:r><w:sym w:font='Symbol' w:char='F0B1'/></w:r>" + run(" 5 ")
        + "<w:r><w:sym w:font='Symbol' w:char='F06D'/></w:r>"
        + run("m"), "± 5 µm"
    ),
    ("<w:r><w:sym w:font='Symbol' w:char='F0A3'/><w:sym w:font='Symbol' w:char='00B3'/></w:r>", "≤≥"),
    ("<w:r><w:sym w:font='Wingdings' w:char='F0FC'/></w:r>" + run(" done"), "✓ done"),
    (run("\u{F061}b", "<w:rFonts w:ascii='Symbol'/>"), "αβ"),
    (run("co") + "<w:r><w:softHyphen/></w:r>" + run("operate"), "cooperate"),
    (run("A") + "<w:r><w:noBreakHyphen/></w:r>" + run("4 B\u{2011}5"), "A-4 B-5"),
    (run("a") + "<w:r><w:tab/></w:r>" + run("b"), "a b"),
    (field("HYPERLINK x", run("the annex")) + run(" applies"), "the annex applies"),
    (field("IF a = b", run("yes") + field("REF x", run(" 7"))), "yes 7"),
    (run("Page ") + field("PAGE", run("3")) + run("of"), "Page of"),
    (
      "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>SYMBOL 177 \\f \"Symbol\"</w:instrText></w:r>"
        + "<w:r><w:fldChar w:fldCharType='end'/></w:r>" + run(" 2"), "± 2"
    ),
    (
      "<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r>"
        + "<w:r><w:instrText>FORMCHECKBOX</w:instrText></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r>"
        + run(" Yes"),
      "☑ Yes"
    ),
    ("<w:fldSimple w:instr='TITLE'>" + run("Plan") + "</w:fldSimple>", "Plan"),
    ("<w:hyperlink>" + run("link") + "</w:hyperlink>", "link"),
    ("<w:sdt><w:sdtPr/><w:sdtContent>" + run("Ottilie") + "</w:sdtContent></w:sdt>", "Ottilie"),
    ("<w:ruby><w:rt>" + run("kana") + "</w:rt><w:rubyBase>" + run("字") + "</w:rubyBase></w:ruby>", "字"),
    (
      run("costs ") + "<w:del>" + "<w:r><w:delText>500</w:delText></w:r></w:del><w:ins>" + run("750")
        + "</w:ins>",
      "costs 750"
    ),
    (run("kept") + run(" secret", "<w:vanish/>") + run(" too", "<w:vanish w:val='0'/>"), "kept too"),
    // A field that never ends hides nothing.
    ("<w:r><w:fldChar w:fldCharType='begin'/></w:r>" + run("still here"), "still here"),
  ]

  @Test(arguments: lines.indices) func line(_ index: Int) throws {
    let (runs, text) = Self.lines[index]
    #expect(try read(Self.paragraph(runs)).text == text)
  }

  private static func formula(_ inside: String) -> String { "<m:oMath>\(inside)</m:oMath>" }
  private static func m(_ text: String) -> String { "<m:r><m:t>\(text)</m:t></m:r>" }
  private static func e(_ inside: String) -> String { "<m:e>\(inside)</m:e>" }

  private static let mathematics: [(xml: String, text: String)] = [
    (m("E=m") + "<m:sSup>" + e(m("c")) + "<m:sup>\(m("2"))</m:sup></m:sSup>", "E=mc²"),
    ("<m:f><m:num>\(m("a+b"))</m:num><m:den>\(m("2"))</m:den></m:f>", "(a+b)/2"),
    ("<m:rad><m:radPr><m:degHide/></m:radPr><m:deg/>" + e(m("x")) + "</m:rad>", "√(x)"),
    ("<m:rad><m:deg>\(m("3"))</m:deg>" + e(m("x")) + "</m:rad>", "³√(x)"),
    (
      "<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr><m:sub>\(m("i=1"))</m:sub><m:sup>\(m("n"))</m:sup>"
        + e(m("k")) + "</m:nary>", "∑ᵢ₌₁ⁿ k"
    ),
    (
      "<m:d><m:dPr><m:begChr m:val='['/><m:endChr m:val=')'/></m:dPr>" + e(m("0")) + e(m("1")) + "</m:d>",
      "[0|1)"
    ),
    (
      "<m:m><m:mr>" + e(m("1")) + e(m("2")) + "</m:mr><m:mr>" + e(m("3")) + e(m("4")) + "</m:mr></m:m>",
      "[1, 2; 3, 4]"
    ),
    ("<m:func><m:fName>\(m("sin"))</m:fName>" + e(m("x")) + "</m:func>", "sin x"),
    ("<m:sSub>" + e(m("x")) + "<m:sub>\(m("max"))</m:sub></m:sSub>", "x_(max)"),
  ]

  @Test(arguments: mathematics.indices) func formulas(_ index: Int) throws {
    let (xml, text) = Self.mathematics[index]
    #expect(try read(Self.paragraph(Self.formula(xml))).text == text)
  }

  @Test func headersFootersAndPageNumbers() throws {
    func part(_ kind: String, _ body: String) -> String {
      "<w:\(kind) \(OfficePackages.namespaces)>\(body)</w:\(kind)>"
    }
    let letterhead =
      "<w:tbl><w:tr><w:tc>" + Self.paragraph(Self.run("Quay Ltd")) + "</w:tc><w:tc>"
      + Self.paragraph(Self.run("Tel. 4711")) + "</w:tc></w:tr></w:tbl>"
    let document = try read(
      Self.paragraph(Self.run("Body.")),
      [
        ("header", "word/h1.xml", part("hdr", letterhead)),
        ("header", "word/h2.xml", part("hdr", letterhead)),
        (
          "footer", "word/f1.xml",
          part(
            "ftr",
            Self.paragraph(
              Self.run("Seite ") + Self.field("PAGE", Self.run("1")) + Self.run(" von ")
                + Self.field("NUMPAGES", Self.run("9"))))
        ),
        (
          "footer", "word/f2.xml",
          part("ftr", Self.paragraph(Self.run("Confidential, page ") + Self.field("PAGE", Self.run("1"))))
        ),
      ])
    #expect(
      ContainerSupport.outline(document) == [
        "paragraph Body.", "paragraph Header: Quay Ltd | Tel. 4711", "paragraph Footer: Confidential, page",
      ])
  }

  @Test func notesAndComments() throws {
    let footnotes =
      "<w:footnotes \(OfficePackages.namespaces)><w:footnote w:id='4'>" + Self.paragraph(Self.run("Foot."))
      + "</w:footnote><w:footnote w:id='9'>" + Self.paragraph(Self.run("Second."))
      + "</w:footnote></w:footnotes>"
    let endnotes =
      "<w:endnotes \(OfficePackages.namespaces)><w:endnote w:id='4'>" + Self.paragraph(Self.run("End."))
      + "</w:endnote></w:endnotes>"
    let comments =
      "<w:comments \(OfficePackages.namespaces)><w:comment w:id='1' w:author='Bo'>"
      + Self.paragraph(Self.run("Check this.")) + "</w:comment><w:comment w:id='2'>"
      + Self.paragraph(Self.run("Anywhere.")) + "</w:comment></w:comments>"
    let document = try read(
      Self.paragraph(
        Self.run("One") + "<w:r><w:footnoteReference w:id='9'/></w:r>" + Self.run(" two")
          + "<w:r><w:endnoteReference w:id='4'/></w:r><w:r><w:commentReference w:id='1'/></w:r>")
        + Self.paragraph(Self.run("Three") + "<w:r><w:footnoteReference w:id='4'/></w:r>"),
      [
        ("footnotes", "word/footnotes.xml", footnotes), ("endnotes", "word/endnotes.xml", endnotes),
        ("comments", "word/comments.xml", comments),
      ])
    #expect(
      ContainerSupport.outline(document) == [
        "paragraph One[^1] two[^e1]", "paragraph [^1]: Second.", "paragraph [^e1]: End.",
        "paragraph Comment by Bo: Check this.", "paragraph Three[^2]", "paragraph [^2]: Foot.",
        "paragraph Comment: Anywhere.",
      ])
  }

  @Test func tables() throws {
    func cell(_ text: String, _ properties: String = "") -> String {
      "<w:tc><w:tcPr>\(properties)</w:tcPr>" + Self.paragraph(Self.run(text)) + "</w:tc>"
    }
    func row(_ cells: String, _ properties: String = "") -> String {
      "<w:tr><w:trPr>\(properties)</w:trPr>\(cells)</w:tr>"
    }
    let nested =
      "<w:tc><w:tbl>" + row(cell("u") + cell("v")) + row(cell("w") + cell("x")) + "</w:tbl><w:p/></w:tc>"
    let document = try read(
      "<w:tbl>"
        + row(cell("Berth") + cell("Rates", "<w:gridSpan w:val='2'/>"), "<w:tblHeader/>")
        + row(cell("") + cell("day") + cell("week"), "<w:tblHeader/>")
        + row(cell("North", "<w:vMerge w:val='restart'/>") + cell("12") + cell("70"))
        + row(cell("", "<w:vMerge/>") + cell("14") + nested)
        + row(cell("gone") + cell("1") + cell("2"), "<w:del/>") + "</w:tbl>"
        + "<w:tbl>" + row(cell("Only a frame.")) + row(cell("Second line.")) + "</w:tbl>")
    #expect(
      ContainerSupport.outline(document) == [
        "table Berth | Rates › day | Rates › week\nNorth | 12 | 70\nNorth | 14 | u, v; w, x",
        "paragraph Only a frame.", "paragraph Second line.",
      ])
    #expect(document.blocks[0].header != nil)
    #expect(document.notes.map(\.note) == ["tracked changes: 1 deletion left out"])
  }

  @Test func numbersOfLists() throws {
    func level(_ depth: Int, _ format: String, _ text: String, _ more: String = "") -> String {
      "<w:lvl w:ilvl='\(depth)'><w:start w:val='1'/><w:numFmt w:val='\(format)'/><w:lvlText w:val='\(text)'/>\(more)</w:lvl>"
    }
    let numbering =
      "<w:numbering \(OfficePackages.namespaces)><w:abstractNum w:abstractNumId='0'>"
      + level(0, "upperRoman", "%1.") + level(1, "decimal", "%1.%2", "<w:isLgl/>")
      + level(2, "lowerLetter", "%3)")
      + "</w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num>"
      + "<w:num w:numId='2'><w:abstractNumId w:val='0'/><w:lvlOverride w:ilvl='0'><w:startOverride w:val='5'/></w:lvlOverride></w:num>"
      + "</w:numbering>"
    func item(_ list: Int, _ depth: Int, _ text: String) -> String {
      "<w:p><w:pPr><w:numPr><w:ilvl w:val='\(depth)'/><w:numId w:val='\(list)'/></w:numPr></w:pPr>"
        + (text.isEmpty ? "" : Self.run(text)) + "</w:p>"
    }
    let document = try read(
      item(1, 0, "a") + item(1, 1, "b") + item(1, 2, "c") + item(1, 2, "") + item(1, 2, "d") + item(1, 0, "e")
        + item(1, 1, "f") + item(2, 0, "g"),
      [("numbering", "word/numbering.xml", numbering)])
    #expect(
      ContainerSupport.outline(document) == [
        "listItem1 I. a", "listItem2 1.1 b", "listItem3 a) c", "listItem3 c) d", "listItem1 II. e",
        "listItem2 2.1 f", "listItem1 V. g",
      ])
  }

  @Test func chartsAndDiagrams() throws {
    func cache(_ kind: String, _ values: [String], format: String = "General") -> String {
      let points = values.enumerated().map { "<c:pt idx='\($0)'><c:v>\($1)</c:v></c:pt>" }
      return
        "<c:\(kind)Ref><c:\(kind)Cache><c:formatCode>\(format)</c:formatCode>\(points.joined())</c:\(kind)Cache></c:\(kind)Ref>"
    }
    let chart = OfficePackages.chart(
      "<c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Share</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea>"
        + "<c:barChart><c:ser><c:tx>\(cache("str", ["2023"]))</c:tx><c:cat>\(cache("str", ["East", "West"]))</c:cat>"
        + "<c:val>\(cache("num", ["0.175", "0.30000000000000004"], format: "0%"))</c:val></c:ser></c:barChart>"
        + "<c:valAx><c:title><c:tx><c:rich><a:p><a:r><a:t>of tonnes</a:t></a:r></a:p></c:rich></c:tx></c:title></c:valAx>"
        + "</c:plotArea></c:chart>")
    let diagram =
      "<dgm:dataModel \(OfficePackages.namespaces)><dgm:ptLst><dgm:pt modelId='0' type='doc'/>"
      + "<dgm:pt modelId='1'><dgm:t><a:p><a:r><a:t>Boss</a:t></a:r></a:p></dgm:t></dgm:pt>"
      + "<dgm:pt modelId='2'><dgm:t><a:p><a:r><a:t>Clerk</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst>"
      + "<dgm:cxnLst><dgm:cxn srcId='1' destId='2' srcOrd='0'/><dgm:cxn srcId='0' destId='1' srcOrd='0'/></dgm:cxnLst></dgm:dataModel>"
    let document = try read(
      Self.paragraph("<w:r><w:drawing><c:chart r:id='r0'/></w:drawing></w:r>")
        + Self.paragraph("<w:r><w:drawing><dgm:relIds r:dm='r1'/></w:drawing></w:r>"),
      [("chart", "word/charts/c.xml", chart), ("diagramData", "word/diagrams/d.xml", diagram)])
    #expect(
      ContainerSupport.outline(document) == [
        "paragraph Chart: Share (of tonnes)", "table Category | 2023\nEast | 17.5%\nWest | 30%",
        "listItem1 - Boss",
        "listItem2 - Clerk",
      ])
  }

  @Test func whatIsLeftOutIsNamed() throws {
    let document = try read(
      Self.paragraph(Self.run("Text.") + Self.run("hidden", "<w:vanish/>"))
        + "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
        + Self.paragraph(Self.run("Click here"))
        + "</w:sdtContent></w:sdt>"
        + Self.paragraph(
          "<w:r><w:object><v:shape><v:imagedata/></v:shape><o:OLEObject ProgID='Excel.Sheet.12'/></w:object></w:r>"
        )
        + Self.paragraph(
          "<w:r><w:drawing><wp:docPr xmlns:wp='x' descr='The quay seen from the north.'/><a:blip/></w:drawing></w:r>"
        )
        + Self.paragraph("<w:r><w:sym w:font='Unknown' w:char='F041'/></w:r>") + "<w:altChunk r:id='none'/>")
    #expect(
      ContainerSupport.outline(document) == [
        "paragraph Text.", "paragraph Picture: The quay seen from the north.",
      ])
    #expect(
      document.notes.map(\.note) == [
        "hidden text was left out (1 passage)", "1 form field without an entry left out",
        "1 picture not read",
        "1 symbol of a picture font without a known character left out",
        "an embedded object (Excel.Sheet.12) was not read",
        "1 part that the document refers to missing or of unknown kind",
      ])
  }

  @Test func importedPartsAreRead() throws {
    let document = try read(
      Self.paragraph(Self.run("Before.")) + "<w:altChunk r:id='r0'/>" + Self.paragraph(Self.run("After.")),
      [("aFChunk", "word/part.html", "<html><body><h2>Annex</h2><p>Taken in.</p></body></html>")])
    #expect(
      ContainerSupport.outline(document) == [
        "paragraph Before.", "heading2 Annex", "paragraph Taken in.", "paragraph After.",
      ])
  }

  @Test func bothBranchesOfADrawingAreOne() throws {
    let box = "<w:txbxContent>" + Self.paragraph(Self.run("In a box")) + "</w:txbxContent>"
    let document = try read(
      Self.paragraph(
        Self.run("Anchor")
          + "<w:r><mc:AlternateContent><mc:Choice>\(box)</mc:Choice><mc:Fallback>\(box)</mc:Fallback>"
          + "</mc:AlternateContent></w:r>")
        + Self.paragraph(
          "<w:r><mc:AlternateContent><mc:Choice><w:drawing/></mc:Choice><mc:Fallback><w:pict>\(box)</w:pict></mc:Fallback>"
            + "</mc:AlternateContent></w:r>"))
    #expect(
      ContainerSupport.outline(document) == ["paragraph Anchor", "paragraph In a box", "paragraph In a box"])
  }
}
