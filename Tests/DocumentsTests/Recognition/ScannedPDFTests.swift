import Documents
import Foundation
import Testing

/// Pages of a PDF that are pictures.
@Suite struct ScannedPDFTests {
  private func read(
    _ environment: [String: String] = [:], _ limits: ReadingLimits = ReadingLimits(),
    file: String = "scans.pdf"
  ) throws -> ParsedDocument {
    let all = RecognitionSupport.environment.merging(environment) { $1 }
    return try PDFReader(
      environment: RecognitionSupport.environment, recogniser: TesseractRecogniser(environment: all)
    )
    .read(try RecognitionSupport.source(file), limits: limits)
  }

  @Test func turnedAndLeaningPages() throws {
    let document = try read()
    ContainerSupport.checkInvariants(document)
    let sentences = [
      ("Glazes are mixed the day before; nobody opens the door above 90 degrees.", 1),
      ("Schlüssel gibt es beim Pförtner, Übergabe nur gegen Unterschrift.", 2),
      ("Amounts above 5000 euros need two signatures.", 3),
      ("In an alarm everybody leaves by the north stairs", 4),
    ]
    for (sentence, page) in sentences {
      let range = try #require(document.text.range(of: sentence), "\(sentence)")
      let start = document.text.utf8.distance(from: document.text.startIndex, to: range.lowerBound)
      #expect(document.page(at: start) == page)
    }
    #expect(document.places.pages.count == 5)
    // Sizes and boxes are those of the file's pages, which stand as they are shown.
    #expect(document.places.pages.map { Int($0.width.rounded()) } == [384, 288, 384, 384, 384])
    for (word, page, box) in [
      ("kiln", 1, PageBox(left: 49, top: 18, right: 74, bottom: 29)),
      // From bottom to top, and from right to left.
      ("Werkstatt", 2, PageBox(left: 18, top: 275, right: 29, bottom: 337)),
      ("Invoices", 3, PageBox(left: 310, top: 259, right: 365, bottom: 269)),
    ] {
      let range = try #require(document.text.range(of: word))
      let start = document.text.utf8.distance(from: document.text.startIndex, to: range.lowerBound)
      let place = document.places.place(of: start..<start + word.utf8.count)
      let found = try #require(place.box)
      #expect(place.page == page)
      for (side, wanted) in [
        (found.left, box.left), (found.top, box.top), (found.right, box.right), (found.bottom, box.bottom),
      ] { #expect(abs(side - wanted) < 3, "\(word): \(found)") }
    }
    func note(_ page: Int) -> String { document.notes.first { $0.page == page }?.note ?? "" }
    #expect(
      note(1).contains("confidence 9") && note(2).contains("turned by 90")
        && note(3).contains("turned by 180"))
    #expect(note(5).contains("no text"))
  }

  @Test func unreadPagesAreNamed() throws {
    var limits = ReadingLimits()
    limits.recognition.mostPages = 2
    let part = try read([:], limits)
    #expect(part.text.contains("Pförtner") && !part.text.contains("Invoices"))
    #expect(part.notes.filter { $0.note.contains("max_pages") }.map(\.page) == [3, 4, 5])
    for (environment, enabled, words) in [
      (["PATH": "/nowhere"], true, "tesseract-ocr"),
      (["RAG_PDFTOPPM": "/nowhere/pdftoppm"], true, "pdftoppm"),
      ([:], false, "switched off"),
    ] {
      limits.recognition.isEnabled = enabled
      let error = ContainerSupport.failure { () throws(DocumentError) in
        do {
          return try read(environment, limits)
        } catch let error as DocumentError {
          throw error
        } catch {
          throw DocumentError(.malformed, "\(error)")
        }
      }
      #expect(error?.code == .empty && error?.message.contains(words) == true, "\(String(describing: error))")
    }
  }

  @Test(.timeLimit(.minutes(1))) func threeFailuresAreEnough() throws {
    var limits = ReadingLimits()
    limits.recognition.secondsPerPage = 1
    let recogniser = try RecognitionSupport.withProgram(RecognitionSupport.tesseract("sleep 100")) {
      program in
      try TesseractRecogniser(
        environment: RecognitionSupport.environment.merging(["RAG_TESSERACT": program]) { $1 }
      ).pages(of: try RecognitionSupport.source("scans.pdf").bytes, numbers: [1, 2, 3, 4, 5], limits: limits)
    }
    #expect(recogniser.pages.isEmpty && recogniser.notes.map(\.page) == [1, 2, 3, 4, 5])
    #expect(
      recogniser.notes[2].note.contains("1 seconds") && recogniser.notes[4].note.contains("3 pages before"))
  }
}
