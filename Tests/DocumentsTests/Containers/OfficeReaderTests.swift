import Documents
import Testing

@Suite struct OfficeReaderTests {
  private static let limits = ReadingLimits()

  @Test func word() throws {
    let document = try DOCXReader().read(try ContainerSupport.source("report.docx"), limits: Self.limits)
    ContainerSupport.checkInvariants(document)
    #expect(
      ContainerSupport.outline(document) == [
        "heading1 Report", "paragraph First paragraph.", "listItem1 1. one", "listItem1 2. two",
        "listItem1 - dot",
        "table A | B\n1 | 2", "quote Said.", "heading2 Own style", "heading3 By outline",
        "paragraph kept inserted",
        "paragraph joined with next", "paragraph a b\nc-d link[^1]", "paragraph [^1]: The note.",
        "paragraph Anchor",
        "paragraph In a box", "code if x:\n    y()",
      ])
    #expect(document.title == "Annual report")
    #expect(document.places.pages.map(\.start).isEmpty)
    #expect(document.metadata["author"] == .string("Ann Author"))
    #expect(document.metadata["date"] == .string("2024-05-06T07:08:09Z"))
    #expect(document.metadata["keywords"] == .list(["alpha", "beta"]))
  }

  @Test func powerPoint() throws {
    let document = try PPTXReader().read(try ContainerSupport.source("slides.pptx"), limits: Self.limits)
    ContainerSupport.checkInvariants(document)
    #expect(
      ContainerSupport.outline(document) == [
        "heading1 Opening", "paragraph A subtitle", "heading1 Table", "table A | B\n1 | 2",
        "paragraph Loose text",
        "heading1 Second slide", "listItem1 - Point", "listItem2 - Deeper point",
        "paragraph Notes: Say hello",
      ])
    #expect(document.title == "Annual report")
    #expect(document.places.pages.map(\.start).count == 3)
    #expect(document.places.pages.map(\.start) == [0, 2, 5].map { document.blocks[$0].range.lowerBound })
  }

  @Test func excel() throws {
    let document = try XLSXReader().read(try ContainerSupport.source("book.xlsx"), limits: Self.limits)
    ContainerSupport.checkInvariants(document)
    #expect(
      ContainerSupport.outline(document) == [
        "heading1 People",
        "record Name: Ann\nBorn: 1990-02-03\nShare: 25%\nActive: true\nSeen: 2024-05-06T07:08:09\n36:00:00",
        "record Name: Böb\nBorn: 1900-03-01\nShare: 0.3\nActive: false",
        "heading1 Plain", "record 1 | two | 3.5", "record 4 | | 6", "record 5", "heading1 Empty",
      ])
    #expect(document.places.pages.map(\.start).count == 3)
  }

  @Test func epub() throws {
    let document = try EPUBReader().read(try ContainerSupport.source("novel.epub"), limits: Self.limits)
    ContainerSupport.checkInvariants(document)
    #expect(
      ContainerSupport.outline(document) == [
        "heading1 One", "paragraph It was dark.", "heading1 Two", "paragraph It was light — déjà vu.",
      ])
    #expect(document.title == "A Novel")
    #expect(
      document.metadata == [
        "author": .string("Ann Author"), "language": .string("en"), "date": .string("2020-01-02"),
      ])
    #expect(document.places.pages.map(\.start) == [0, document.blocks[2].range.lowerBound])
    let locked = try ContainerSupport.source("drm.epub")
    #expect(
      ContainerSupport.failure { () throws(DocumentError) in
        try EPUBReader().read(locked, limits: Self.limits)
      }?.code
        == .encrypted)
  }

  @Test(arguments: [
    ("laughs.docx", DocumentError.Code.malformed, "entity bomb"),
    ("external.docx", .malformed, "entity bomb"),
    ("bomb.docx", .tooLarge, "archive bomb"),
    ("traversal.docx", .malformed, "leads outside"),
    ("locked.docx", .encrypted, "password"),
    ("liar.docx", .malformed, "damaged"),
  ])
  func hostile(name: String, code: DocumentError.Code, message: String) throws {
    let source = try ContainerSupport.source(name)
    let failure = ContainerSupport.failure { () throws(DocumentError) in
      try DOCXReader().read(source, limits: Self.limits)
    }
    #expect(failure?.code == code)
    #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "no error")")
  }

  @Test func nestedArchivesStayPacked() throws {
    // 16⁴ MiB once unpacked to the bottom.
    let document = try DOCXReader().read(try ContainerSupport.source("nested.docx"), limits: Self.limits)
    #expect(document.text == "text")
  }

  @Test func containerLimits() throws {
    let source = try ContainerSupport.source("report.docx")
    func code(_ change: (inout ReadingLimits) -> Void) -> DocumentError.Code? {
      var limits = ReadingLimits()
      change(&limits)
      let fixed = limits
      return ContainerSupport.failure { () throws(DocumentError) in
        try DOCXReader().read(source, limits: fixed)
      }?.code
    }
    #expect(code { $0.containerEntries = 3 } == .tooLarge)
    #expect(code { $0.unpackedBytes = 10_000 } == .tooLarge)
    #expect(code { $0.textBytes = 20 } == .tooLarge)
    #expect(code { $0.nesting = 4 } == .malformed)
    #expect(code { $0.fileBytes = 100 } == .tooLarge)
    #expect(code { _ in } == nil)
  }

  /// A workbook of one sheet; `rows` is its `sheetData`, styles are 0 plain, 1 percent, 2 date, 3 date and time,
  /// 4 duration, 5 a text that only looks like a date format.
  private func workbook(_ rows: String, epoch: String = "0") -> SourceFile {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    func relationships(_ entries: [(String, String)]) -> String {
      let list = entries.enumerated().map { number, entry in
        "<Relationship Id='r\(number)' Type='\(office)/\(entry.0)' Target='\(entry.1)'/>"
      }
      return "<Relationships>\(list.joined())</Relationships>"
    }
    let formats =
      "<numFmt numFmtId='164' formatCode='[h]:mm'/><numFmt numFmtId='165' formatCode='0 &quot;days&quot;'/>"
    let parts = [
      ("_rels/.rels", relationships([("officeDocument", "xl/workbook.xml")])),
      (
        "xl/workbook.xml",
        "<workbook xmlns:r='\(office)'><workbookPr date1904='\(epoch)'/><sheets><sheet name='S' r:id='r0'/></sheets>"
          + "</workbook>"
      ),
      ("xl/_rels/workbook.xml.rels", relationships([("worksheet", "s.xml"), ("styles", "/xl/styles.xml")])),
      (
        "xl/styles.xml",
        "<styleSheet><numFmts>\(formats)</numFmts><cellXfs><xf/><xf numFmtId='9'/><xf numFmtId='14'/>"
          + "<xf numFmtId='22'/><xf numFmtId='164'/><xf numFmtId='165'/></cellXfs></styleSheet>"
      ),
      ("xl/s.xml", "<worksheet><sheetData>\(rows)</sheetData></worksheet>"),
    ]
    let entries = parts.map { StoredZip.Entry(name: $0.0, bytes: Array($0.1.utf8)) }
    return SourceFile(name: "a.xlsx", bytes: StoredZip.archive(entries))
  }

  @Test(arguments: [
    ("0", "0.1", "0", "0.1"), ("0", "0.30000000000000004", "0", "0.3"), ("0", "1e300", "0", "1e+300"),
    ("0", "-12345678.5", "0", "-12345678.5"), ("0", "nan", "0", "nan"), ("0", "12x", "0", "12x"),
    ("1", "0.125", "0", "13%"), ("1", "1.7e308", "0", "1.7e+308"),
    ("2", "1", "0", "1900-01-01"), ("2", "59", "0", "1900-02-28"), ("2", "61", "0", "1900-03-01"),
    ("2", "45418", "0", "2024-05-06"), ("2", "0", "1", "1904-01-01"), ("2", "2958465", "0", "9999-12-31"),
    ("2", "2958466", "0", "2958466"), ("2", "-1", "0", "-1"),
    ("3", "45418.5", "0", "2024-05-06T12:00:00"), ("3", "45418.9999999", "0", "2024-05-07"),
    ("4", "1.5", "0", "36:00:00"), ("5", "3", "0", "3 days"), ("99", "3", "0", "3"), ("-1", "3", "0", "3"),
  ])
  func excelNumbers(style: String, stored: String, epoch: String, expected: String) throws {
    let rows = "<row><c r='A1' s='\(style)'><v>\(stored)</v></c></row>"
    let document = try XLSXReader().read(workbook(rows, epoch: epoch), limits: Self.limits)
    #expect(document.text == "S\n\n\(expected)")
  }

  @Test func excelCells() throws {
    let rows = """
      <row><c t='inlineStr'><is><r><t>a</t></r><rPh><t>no</t></rPh><r><t>b</t></r></is></c><c t='b'><v>1</v></c>\
      <c t='e'><v>#N/A</v></c><c t='str'><f>X()</f><v>calc</v></c><c r='XFD1'><v>7</v></c><c t='s'><v>99</v></c></row>
      """
    let document = try XLSXReader().read(workbook(rows), limits: Self.limits)
    #expect(document.text == "S\n\nab | true | #N/A | calc | 7")
    let none = ContainerSupport.failure { () throws(DocumentError) in
      try XLSXReader().read(workbook("<row/>"), limits: Self.limits)
    }
    #expect(none?.code == .empty)
  }

  @Test func lockedAndOldOfficeFiles() {
    let ole: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] + [UInt8](repeating: 0, count: 600)
    func code(_ bytes: [UInt8]) -> DocumentError.Code? {
      ContainerSupport.failure { () throws(DocumentError) in
        try XLSXReader().read(SourceFile(name: "a.xlsx", bytes: bytes), limits: Self.limits)
      }?.code
    }
    #expect(code(ole) == .unsupportedFormat)
    #expect(code(ole + "EncryptedPackage".utf8.flatMap { byte -> [UInt8] in [byte, 0] }) == .encrypted)
  }

  @Test func oneFormatUnderAnothersName() throws {
    let source = try ContainerSupport.source("book.xlsx")
    let readers: [any DocumentReader] = [DOCXReader(), PPTXReader(), EPUBReader()]
    for reader in readers {
      let failure = ContainerSupport.failure { () throws(DocumentError) in
        try reader.read(source, limits: Self.limits)
      }
      #expect(failure?.code == .malformed)
    }
  }
}
