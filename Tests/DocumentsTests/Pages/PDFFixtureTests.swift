import Documents
import Foundation
import Testing

/// PDFs of other programs: groff and ReportLab (`Fixtures/pdf/make.py`).
@Suite struct PDFFixtureTests {
  private func read(_ name: String) throws -> ParsedDocument {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/pdf")
    let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
    let document = try PDFReader(environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"]).read(
      SourceFile(name: name, bytes: bytes), limits: ReadingLimits())
    ContainerSupport.checkInvariants(document)
    #expect(document.invariantViolation() == nil)
    return document
  }

  private func headings(_ document: ParsedDocument) -> [String] {
    ContainerSupport.outline(document).filter { $0.hasPrefix("heading") }.map { String($0.dropFirst(7)) }
  }

  @Test func twoColumns() throws {
    let document = try read("two-columns.pdf")
    #expect(
      headings(document) == [
        "1 Tides of the Eastmark estuary", "2 1. Introduction", "2 2. Instruments", "3 2.1. Stations",
        "2 3. Results",
      ])
    // Words of line ends, a raised mark, columns read one after the other, a footnote below.
    #expect(document.text.contains("for the administration of the harbour"))
    #expect(document.text.contains("behind the dikes.¹ The instruments are described"))
    #expect(document.text.contains("as the theory of converging channels has it, and falls again"))
    #expect(
      document.text.contains("1 The administration publishes its own measurements in an annual review."))
    #expect(
      ContainerSupport.outline(document).contains(
        "table Station | Range (cm) › 2019 | Range (cm) › 2021 | Range (cm) › 2023\nOuter mole | 212 | 218 | 224\n"
          + "Old bridge | 231 | 240 | 251\nLock of the town | 262 | 275 | 287\nBehind the lock | 118 | 119 | 121"
      ))
    let range = try #require(document.text.range(of: "262"))
    let offset = document.text.utf8.distance(from: document.text.startIndex, to: range.lowerBound)
    let place = document.places.place(of: offset..<(offset + 3))
    #expect(place.page == 2)
    #expect(place.box.map { (280...300).contains($0.left) && (138...150).contains($0.top) } == true)
  }

  @Test func report() throws {
    let document = try read("report.pdf")
    #expect(document.title == "Annual report of the port")
    #expect(headings(document).contains("2 3.2 Result of the year"))
    // Heads, numbers of pages and the contents go, and are named.
    #expect(!document.text.contains("Port of Eastmark") && !document.text.contains("Page"))
    #expect(!document.text.contains("Contents") && !document.text.contains(". . ."))
    #expect(document.notes.contains { $0.page == 1 && $0.note.contains("table of contents") })
    // One table through four pages, its cells wrapped, its header once.
    let tables = document.blocks.filter { $0.kind == .table }
    #expect(tables.count == 1)
    let table = try #require(tables.first)
    let bytes = Array(document.text.utf8)
    let lines = String(decoding: bytes[table.range], as: UTF8.self).split(separator: "\n").map(String.init)
    #expect(lines.first == "Berth | Rule that holds there | Length (m) | Fee (EUR)")
    for number in 1...60 {
      let rule =
        number % 3 == 0
        ? "Speed is limited to four knots at all times of the day and of the year, for every vessel"
        : "No anchoring"
      let fee = "1,\(String(1000 + 13 * number).dropFirst())"
      #expect(lines.contains("Berth \(number) | \(rule) | \(7 * number) | \(fee)"))
    }
    #expect(document.places.pages.count == 5)
    for (page, place) in document.places.pages.enumerated().dropFirst(2) {
      let rest = String(decoding: bytes[place.start...], as: UTF8.self)
      #expect(rest.hasPrefix("Berth ") || rest.hasPrefix("Speed "), "page \(page + 1)")
    }
  }

  /// Every word that poppler reads is in the text or named.
  @Test(arguments: ["two-columns.pdf", "report.pdf"]) func nothingIsLost(name: String) throws {
    let document = try read(name)
    func letters(_ text: String) -> String {
      String(
        String.UnicodeScalarView(
          text.unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) }))
    }
    let all = letters(document.text) + letters(document.notes.map(\.note).joined())
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/pdf")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/pdftotext")
    process.arguments = ["-tsv", folder.appending(path: name).path, "-"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = Array(pipe.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    let pages = try #require(PDFWords(output).pages())
    for page in pages {
      for word in page.words {
        let letters = letters(word.text)
        // Numbers of pages are counted in the note, and marks of footnotes raised.
        if letters.allSatisfy({ $0.isNumber }), letters.count < 2 { continue }
        #expect(letters.isEmpty || all.contains(letters), "\(word.text) on page \(page.number)")
      }
    }
  }
}
