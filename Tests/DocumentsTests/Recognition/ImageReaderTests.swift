import Documents
import Foundation
import Testing

/// Pictures are documents: what they say, where, and what is said of those that say nothing.
@Suite struct ImageReaderTests {
  private static let letter = """
    Harbour office, quarterly report

    The crane was inspected on 14 March 2024 by Ms Okafor. Its brakes hold 8250 kg and were replaced last autumn.
    """

  private func read(
    _ source: SourceFile, _ environment: [String: String] = [:], _ limits: ReadingLimits = ReadingLimits()
  ) throws(DocumentError) -> ParsedDocument {
    try ImageReader(environment: RecognitionSupport.environment.merging(environment) { $1 }).read(
      source, limits: limits)
  }

  private func failure(
    _ source: SourceFile, _ environment: [String: String] = [:], _ limits: ReadingLimits = ReadingLimits()
  ) -> DocumentError? {
    ContainerSupport.failure { () throws(DocumentError) in try read(source, environment, limits) }
  }

  @Test(arguments: [
    "letter.png", "letter.gif", "letter.bmp", "letter.webp", "letter.pbm", "clear.png", "clear-palette.png",
    "dark.png", "inks.jpg", "turned-3.jpg", "turned-5.jpg", "turned-6.jpg",
  ])
  func kinds(name: String) throws {
    let document = try read(try RecognitionSupport.source(name))
    ContainerSupport.checkInvariants(document)
    #expect(document.format == .image && document.text == Self.letter)
    let page = try #require(document.places.pages.first)
    #expect(document.places.pages.count == 1 && page.width == 760 && page.height == 320)
    // Where the word stands in the picture as it is shown: the letters are there, on every one of them.
    let range = try #require(document.text.range(of: "Okafor"))
    let start = document.text.utf8.distance(from: document.text.startIndex, to: range.lowerBound)
    let box = try #require(document.places.place(of: start..<start + 6).box)
    #expect(abs(box.left - 138) < 8 && abs(box.top - 182) < 8, "\(box)")
    #expect(abs(box.right - 241) < 8 && abs(box.bottom - 208) < 8, "\(box)")
    let note = try #require(document.notes.first)
    #expect(note.page == 1 && note.note.contains("confidence 9"), "\(note)")
  }

  @Test func german() throws {
    let document = try read(try RecognitionSupport.source("bericht.png"))
    #expect(document.text.hasPrefix("Prüfbericht der Hafenbehörde"))
    #expect(document.text.contains("Größe und Gewicht sind unverändert; die Bremsen tragen 8250 kg."))
  }

  @Test func tables() throws {
    let document = try read(try RecognitionSupport.source("table.png"))
    let table = try #require(document.blocks.first { $0.kind == .table })
    let bytes = Array(document.text.utf8)
    let lines = String(decoding: bytes[table.range], as: UTF8.self).split(separator: "\n")
    #expect(
      lines.contains("South quay | 96 | 31,870") && lines.first == "Berth | Ships | Cargo (t)", "\(lines)")
  }

  @Test func pagesOfTIFF() throws {
    let document = try read(try RecognitionSupport.source("pages.tif"))
    ContainerSupport.checkInvariants(document)
    #expect(document.places.pages.count == 2 && document.notes.map(\.page) == [1, 2])
    let second = try #require(document.text.range(of: "Prüfbericht"))
    #expect(
      document.page(at: document.text.utf8.distance(from: document.text.startIndex, to: second.lowerBound))
        == 2)
    var limits = ReadingLimits()
    limits.recognition.mostPages = 1
    let first = try read(try RecognitionSupport.source("pages.tif"), [:], limits)
    #expect(first.text == Self.letter)
    #expect(first.notes.contains { $0.page == 2 && $0.note.contains("max_pages") }, "\(first.notes)")
  }

  @Test func sameEachTime() throws {
    let source = try RecognitionSupport.source("turned-6.jpg")
    #expect(try read(source) == read(source))
  }

  // MARK: Nothing to read

  @Test(arguments: ["icon.png", "hills.jpg"]) func withoutText(name: String) throws {
    let error = try #require(failure(try RecognitionSupport.source(name)))
    #expect(error.code == .picture && error.code.isPassedOver && !error.message.isEmpty)
  }

  @Test func switchedOff() throws {
    var limits = ReadingLimits()
    limits.recognition.isEnabled = false
    let error = failure(try RecognitionSupport.source("letter.png"), ["RAG_TESSERACT": "/nowhere"], limits)
    #expect(error?.code == .picture && error?.message.contains("switched off") == true)
  }

  @Test func missingProgramsAndLanguages() throws {
    let letter = try RecognitionSupport.source("letter.png")
    let missing = failure(letter, ["PATH": "/nowhere"])
    #expect(missing?.code == .converterFailed)
    #expect(
      missing?.message.contains("tesseract-ocr, tesseract-ocr-deu, tesseract-ocr-eng") == true,
      "\(missing?.message ?? "")")
    var limits = ReadingLimits()
    limits.recognition.languages = ["xyz", "chi_sim_none"]
    let strange = failure(letter, [:], limits)
    #expect(strange?.code == .converterFailed && strange?.message.contains("tesseract-ocr-xyz") == true)
    #expect(strange?.message.contains("tesseract-ocr-chi-sim-none") == true)
    limits.recognition.languages = ["xyz", "eng"]
    let part = try read(letter, [:], limits)
    #expect(part.text == Self.letter)
    #expect(part.notes.contains { $0.page == nil && $0.note.contains("tesseract-ocr-xyz") })
  }

  @Test(arguments: ["../../etc/passwd", "-psm", "a", "eng+deu", "eng deu", "", "x;y"])
  func noLanguages(name: String) {
    #expect(RecognitionOptions.language(name) == nil)
  }

  @Test(arguments: [("de", "deu"), ("EN", "eng"), ("zh", "chi_sim"), ("chi_tra", "chi_tra"), ("frk", "frk")])
  func languages(name: String, language: String) {
    #expect(RecognitionOptions.language(name) == language)
  }

  // MARK: Bad pictures and programs

  /// A few bytes that promise more pixels than any machine has.
  @Test(.timeLimit(.minutes(1))) func bombs() throws {
    var png = try RecognitionSupport.source("letter.png").bytes
    png.replaceSubrange(16..<24, with: [0, 1, 0, 0, 0, 1, 0, 0])
    #expect(failure(SourceFile(name: "a.png", bytes: png))?.code == .tooLarge)
    png.replaceSubrange(16..<24, with: [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF])
    #expect(failure(SourceFile(name: "a.png", bytes: png))?.code == .tooLarge)
    let pnm = SourceFile(name: "a.pgm", bytes: Array("P5 4000000000 4000000000 255\n".utf8))
    #expect(failure(pnm)?.code == .tooLarge)
    // Below the limit, and a lie: no picture comes of it.
    png.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
    let lie = try #require(failure(SourceFile(name: "a.png", bytes: png)))
    #expect(!lie.message.isEmpty)
  }

  @Test(.timeLimit(.minutes(1))) func damaged() throws {
    for name in ["letter.png", "turned-6.jpg", "letter.webp", "pages.tif", "letter.gif"] {
      let whole = try RecognitionSupport.source(name).bytes
      let cut = SourceFile(name: name, bytes: Array(whole.prefix(60)))
      let code = failure(cut)?.code
      #expect(code == .malformed || code == .picture, "\(name): \(String(describing: code))")
    }
    #expect(failure(SourceFile(name: "a.png", bytes: Array("not a picture".utf8)))?.code == .malformed)
    #expect(failure(SourceFile(name: "a.png", bytes: []))?.code == .empty)
  }

  @Test(.timeLimit(.minutes(1))) func programsThatFail() throws {
    let source = try RecognitionSupport.source("letter.png")
    var limits = ReadingLimits()
    limits.recognition.secondsPerPage = 1
    let cases: [(String, DocumentError.Code, String)] = [
      ("sleep 100", .converterFailed, "1 seconds"), ("while :; do :; done", .converterFailed, ""),
      ("cat > /dev/null; echo 'Error in pixReadMem: bad' >&2; exit 1", .malformed, "pixReadMem"),
      ("cat > /dev/null; kill -SEGV $$", .converterFailed, "signal"),
      ("cat > /dev/null; exit 9", .converterFailed, "9"),
      ("cat > /dev/null", .malformed, ""), ("cat > /dev/null; echo nothing", .malformed, ""),
      ("yes", .tooLarge, ""),
    ]
    for (script, code, words) in cases {
      let error = try RecognitionSupport.withProgram(RecognitionSupport.tesseract(script)) {
        failure(source, ["RAG_TESSERACT": $0], limits)
      }
      #expect(
        error?.code == code && (words.isEmpty || error?.message.contains(words) == true),
        "\(script): \(String(describing: error))")
    }
    let silent = try RecognitionSupport.withProgram("exit 1") {
      failure(source, ["RAG_TESSERACT": $0], limits)
    }
    #expect(silent?.code == .converterFailed)
    // Without the renderer a picture is read as it is.
    #expect(try read(source, ["RAG_PDFTOPPM": "/nowhere"]).text == Self.letter)
  }

  /// What makes no sense is named and not indexed; a line that makes none is left out of a page that does.
  @Test func senselessText() throws {
    let head = "1\\t1\\t0\\t0\\t0\\t0\\t0\\t0\\t600\\t400\\t-1\\t\\n"
    func table(_ words: [(line: Int, confidence: Int, text: String)]) -> String {
      var table = head
      for (index, word) in words.enumerated() {
        table += "5\\t1\\t1\\t1\\t\(word.line)\\t\(index)\\t\(index * 50)\\t\(word.line * 40)\\t40\\t20"
        table += "\\t\(word.confidence)\\t\(word.text)\\n"
      }
      return table
    }
    let blank = SourceFile(
      name: "a.pbm", bytes: Array("P4 600 400\n".utf8) + [UInt8](repeating: 0, count: 30_000))
    func reading(_ words: [(line: Int, confidence: Int, text: String)]) throws -> Result<
      ParsedDocument, DocumentError
    > {
      let script = RecognitionSupport.tesseract("cat > /dev/null; printf '\(table(words))'")
      return try RecognitionSupport.withProgram(script) { program in
        Result { () throws(DocumentError) in try read(blank, ["RAG_TESSERACT": program]) }
      }
    }
    let noise = try reading([(1, 20, "xq"), (2, 44, "vv"), (3, 31, "k")])
    guard case .failure(let error) = noise else {
      Issue.record("noise was indexed")
      return
    }
    #expect(error.code == .picture && error.message.contains("confidence 32%"), "\(error)")
    let mixed = try reading([(1, 95, "Good"), (1, 30, "line"), (2, 20, "xq"), (3, 95, "stays")]).get()
    #expect(mixed.text.contains("Good line") && mixed.text.contains("stays") && !mixed.text.contains("xq"))
    #expect(mixed.notes.contains { $0.note.contains("1 mark without sense left out") }, "\(mixed.notes)")
  }
}
