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
        "paragraph joined with next", "paragraph a b\nc-d link[^2]", "paragraph [^2]: The note.",
        "paragraph Anchor",
        "paragraph In a box", "code if x:\n    y()",
      ])
    #expect(document.title == "Annual report")
    #expect(document.pageStarts.isEmpty)
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
    #expect(document.pageStarts.count == 3)
    #expect(document.pageStarts == [0, 2, 5].map { document.blocks[$0].range.lowerBound })
  }

  @Test func excel() throws {
    let document = try XLSXReader().read(try ContainerSupport.source("book.xlsx"), limits: Self.limits)
    ContainerSupport.checkInvariants(document)
    #expect(
      ContainerSupport.outline(document) == [
        "heading1 People",
        "record Name: Ann; Born: 1990-02-03; Share: 25%; Active: true; Seen: 2024-05-06T07:08:09; 36:00:00",
        "record Name: Böb; Born: 1900-03-01; Share: 0.3; Active: false",
        "heading1 Plain", "record 1 | two | 3.5", "record 4 | 6", "record 5", "heading1 Empty",
      ])
    #expect(document.pageStarts.count == 3)
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
    #expect(document.pageStarts == [0, document.blocks[2].range.lowerBound])
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
