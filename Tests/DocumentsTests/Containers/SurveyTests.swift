import Documents
import Testing

/// One text as Word's format and as LibreOffice writes it in others: the same blocks come of all.
@Suite struct SurveyTests {
  private static let outline = [
    "heading1 Findings", "paragraph The pump moves 10⁶ litres of H₂O; the wall leans by ± 5 mm.",
    "paragraph Comment by Bo Reader: Measured twice.", "listItem1 1. Piles", "listItem1 2. Deck",
    "listItem1 - Loose stones", "paragraph The deposit is 750 euros.", "heading2 Tariff",
    "table Berth | Rates › day | Rates › week\nNorth | 12 | 70\nNorth | 14 | 80", "paragraph Load q=F/d²",
    "paragraph The gate closes at nine[^1].", "paragraph [^1]: Except on holidays.",
    "paragraph Header: Harbour office, file 4711",
  ]

  @Test(arguments: ["survey.docx", "survey.odt", "survey.rtf"]) func survey(name: String) throws {
    let document = try readDocument(try ContainerSupport.office(name))
    ContainerSupport.checkInvariants(document)
    #expect(ContainerSupport.outline(document) == Self.outline)
    #expect(document.title == "Survey of the quay")
    #expect(document.metadata["author"] == .string("Ann Author"))
    #expect(
      document.notes.map(\.note) == [
        "tracked changes: 1 deletion left out, 1 insertion taken as text",
        "hidden text was left out (1 passage)",
      ])
  }

  /// The old binary format needs a program beside ours; without one the error names the package.
  @Test func oldBinaryFormat() throws {
    let source = try ContainerSupport.office("survey.doc")
    #expect(DocumentFormat.detect(name: "survey.doc", bytes: source.bytes) == .doc)
    #expect(DocumentFormat.detect(name: "mail-part", bytes: source.bytes) == .doc)
    let none = ContainerSupport.failure { () throws(DocumentError) in
      try LegacyOfficeReader(format: .doc, environment: ["PATH": "/nonexistent"]).read(
        source, limits: ReadingLimits())
    }
    #expect(none?.code == .converterFailed)
    #expect(none?.message.contains("antiword") ?? false)
    do throws(DocumentError) {
      let document = try readDocument(source)
      #expect(document.format == .doc)
      // With LibreOffice the text is whole; antiword and catdoc give its words.
      #expect(document.text.contains("The gate closes at nine"))
      #expect(document.text.contains("Piles"))
    } catch {
      #expect(error.code == .converterFailed)
      #expect(error.message.contains("install the Debian package"))
    }
  }

  @Test func otherFormatsUnderOldNames() throws {
    let rtf = SourceFile(name: "a.doc", bytes: Array("{\\rtf1 Dear all\\par}".utf8))
    #expect(try readDocument(rtf).text == "Dear all")
    #expect(try readDocument(rtf).format == .rtf)
    let html = SourceFile(
      name: "a.xls", bytes: Array("<html><body><table><tr><td>a<td>b</table></body></html>".utf8))
    let read = try readDocument(html)
    #expect(read.text == "a | b")
    #expect(read.notes.map(\.note) == ["the file's name says .xls, its content is html"])
    let sheet = SourceFile(name: "a.xls", bytes: Array("name\tprice\nrope\t7\nsail\t90\n".utf8))
    #expect(try readDocument(sheet).format == .tsv)
    let word = SourceFile(
      name: "a.rtf", bytes: OfficePackages.word("<w:p><w:r><w:t>Word</w:t></w:r></w:p>").bytes)
    #expect(try readDocument(word).format == .docx)
  }
}
