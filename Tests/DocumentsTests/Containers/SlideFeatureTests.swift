import Documents
import Testing

/// What a presentation says beyond titles and lists.
@Suite struct SlideFeatureTests {
  private static let limits = ReadingLimits()

  private func shape(_ paragraphs: String, role: String? = nil, hidden: Bool = false) -> String {
    let placeholder = role.map { "<p:ph type='\($0)'/>" } ?? ""
    return
      "<p:sp><p:nvSpPr><p:cNvPr id='1' name=''\(hidden ? " hidden='1'" : "")/><p:nvPr>\(placeholder)</p:nvPr></p:nvSpPr>"
      + "<p:txBody>\(paragraphs)</p:txBody></p:sp>"
  }

  private func line(_ text: String, _ properties: String = "", run: String = "") -> String {
    "<a:p>\(properties)<a:r><a:rPr \(run)/><a:t>\(text)</a:t></a:r></a:p>"
  }

  @Test func everythingOnASlide() throws {
    let numbers = "<a:pPr><a:buAutoNum type='alphaLcParenR'/></a:pPr>"
    let modern =
      "<p188:cmLst xmlns:p188='x' \(OfficePackages.namespaces)><p188:cm authorId='{A}'><p188:txBody>\(line("Why?"))</p188:txBody>"
      + "<p188:replyLst><p188:reply authorId='{B}'><p188:txBody>\(line("Because."))</p188:txBody></p188:reply></p188:replyLst></p188:cm></p188:cmLst>"
    let source = OfficePackages.slides(
      [
        (
          shape(line("Loads"), role: "title") + shape(line("10") + line("Not shown"), hidden: true)
            + shape(
              "<a:p><a:r><a:t>10</a:t></a:r><a:r><a:rPr baseline='30000'/><a:t>6</a:t></a:r><a:r><a:t> N</a:t></a:r></a:p>"
                + line("first", numbers) + line("second", numbers))
            + shape("<a:p><a:fld type='slidenum'><a:t>1</a:t></a:fld></a:p>", role: "sldNum")
            + shape(line("Quay Ltd, internal"), role: "ftr")
            + "<p:pic><p:nvPicPr><p:cNvPr id='9' name='' descr='Crane at the north quay.'/><p:nvPr/></p:nvPicPr></p:pic>"
            + "<p:graphicFrame><p:nvGraphicFramePr><p:nvPr/></p:nvGraphicFramePr><a:graphic><a:graphicData>"
            + "<a:tbl><a:tblPr firstRow='1'/><a:tr><a:tc gridSpan='2'><a:txBody>\(line("Tariff"))</a:txBody></a:tc><a:tc hMerge='1'/></a:tr>"
            + "<a:tr><a:tc rowSpan='2'><a:txBody>\(line("North"))</a:txBody></a:tc><a:tc><a:txBody>\(line("12"))</a:txBody></a:tc></a:tr>"
            + "<a:tr><a:tc vMerge='1'/><a:tc><a:txBody>\(line("14"))</a:txBody></a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>",
          "", [("comments", "ppt/comments/c.xml", modern)]
        ),
        (shape(line("No title here")), "", []), (shape(line("Secret"), role: "title"), "show='0'", []),
      ],
      [
        (
          "authors", "ppt/authors.xml",
          "<x:authorLst xmlns:x='x'><x:author id='{A}' name='Ann'/><x:author id='{B}' name='Bo'/></x:authorLst>"
        )
      ])
    let document = try PPTXReader().read(source, limits: Self.limits)
    ContainerSupport.checkInvariants(document)
    #expect(
      ContainerSupport.outline(document) == [
        "heading1 Loads", "paragraph 10⁶ N", "listItem1 a) first", "listItem1 b) second",
        "paragraph Picture: Crane at the north quay.", "paragraph Tariff", "table North | 12\nNorth | 14",
        "paragraph Comment by Ann: Why?", "paragraph Reply by Bo: Because.", "heading1 Slide 2",
        "paragraph No title here",
      ])
    #expect(
      document.notes.map { "\($0.page ?? 0) \($0.note)" } == [
        "1 1 picture of slide 1 not read", "1 1 hidden shape of slide 1 not read",
        "3 slide 3 (\"Secret\") is hidden and was left out; show it in PowerPoint to have it read",
        "0 footers and dates of slides were left out: \"Quay Ltd, internal\"",
      ])
  }

  /// The same deck as PowerPoint's format and as LibreOffice writes it.
  @Test(arguments: ["harbour.pptx", "harbour.odp"]) func decks(name: String) throws {
    let document = try readDocument(try ContainerSupport.office(name))
    ContainerSupport.checkInvariants(document)
    #expect(
      ContainerSupport.outline(document) == [
        "heading1 Cargo", "listItem1 - Grain", "listItem2 - Rye", "paragraph Crane weighs 18 tonnes.",
        "paragraph Notes: Mention the 40 day delay.", "heading1 Output", "paragraph Chart: Output by quay",
        "table Category | Tonnes 2023 | Tonnes 2024\nEast | 17.5 | 18\nWest | 23.25 | 24",
        "table Part | Supplier\nRotor | Ahrens\nHub | Ahrens", "heading1 Slide 4",
        "paragraph A slide without a title.",
      ])
    #expect(document.places.pages.count == 4)
    #expect(document.notes.map(\.page) == [3])
    #expect(document.notes.first?.note.hasPrefix("slide 3 (\"Draft merger\") is hidden") ?? false)
    #expect(document.title == "Harbour year")
  }
}
