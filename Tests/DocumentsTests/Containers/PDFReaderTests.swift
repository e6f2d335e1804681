import Documents
import Foundation
import Testing

@Suite struct PDFReaderTests {
  private static let searchPath = "/usr/local/bin:/usr/bin:/bin"

  private func read(
    _ source: SourceFile, converter: String? = nil, fonts: String? = nil,
    recogniser: (any PageRecogniser)? = nil, limits: ReadingLimits = ReadingLimits()
  ) throws(DocumentError) -> ParsedDocument {
    var environment = ["PATH": Self.searchPath]
    environment["RAG_PDFTOTEXT"] = converter
    environment["RAG_PDFTOHTML"] = fonts ?? converter.map { _ in "/bin/true" }
    return try PDFReader(environment: environment, recogniser: recogniser).read(source, limits: limits)
  }

  private func failure(
    _ source: SourceFile, converter: String? = nil, limits: ReadingLimits = ReadingLimits()
  )
    -> DocumentError?
  {
    ContainerSupport.failure { () throws(DocumentError) in
      try read(source, converter: converter, limits: limits)
    }
  }

  /// Runs `body` with the path of a shell script that stands in for pdftotext.
  private func withConverter<T>(_ script: String, _ body: (String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "converter-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "converter.sh")
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    return try body(file.path)
  }

  private static let stub = SourceFile(name: "a.pdf", bytes: Array("%PDF-1.4\nstartxref\n0\n%%EOF\n".utf8))

  @Test func paper() throws {
    let document = try read(try ContainerSupport.source("paper.pdf"))
    ContainerSupport.checkInvariants(document)
    #expect(document.title == "A short paper")
    #expect(document.metadata["author"] == .string("Ann Author"))
    #expect(document.metadata["date"] == .string("2000-01-01T00:00:00Z"))
    #expect(!document.text.contains("Journal") && !document.text.contains("Page"))
    #expect(document.text.hasPrefix("The measurement of retrieval quality needs a"))
    #expect(document.text.contains("that is long enough to be wrapped"))
    #expect(document.places.pages.map(\.start).count == 4)
    #expect(document.page(at: document.text.utf8.count - 1) == 4)
    #expect(
      document.places.pages.map(\.start)[2] == document.places.pages.map(\.start)[3],
      "page 3 has no text of its own")
  }

  @Test func unicode() throws {
    let text = try read(try ContainerSupport.source("unicode.pdf")).text
    #expect(text.contains("日本語の文書を検索する。"))
    #expect(text.contains("efficient") && text.contains("file") && text.contains("αβγ"))
  }

  @Test func refusals() throws {
    #expect(failure(try ContainerSupport.source("locked.pdf"))?.code == .encrypted)
    #expect(failure(try ContainerSupport.source("locked.pdf"))?.message.contains("qpdf --decrypt") == true)
    #expect(failure(try ContainerSupport.source("scanned.pdf"))?.code == .empty)
    #expect(failure(SourceFile(name: "a.pdf", bytes: Array("not a pdf".utf8)))?.code == .malformed)
    #expect(failure(Self.stub)?.code == .malformed)
    #expect(failure(Self.stub, converter: "/nowhere/pdftotext")?.code == .converterFailed)
    let missing = ContainerSupport.failure { () throws(DocumentError) in
      try PDFReader(environment: ["PATH": "/nowhere"]).read(Self.stub, limits: ReadingLimits())
    }
    #expect(missing?.code == .converterFailed)
    #expect(missing?.message.contains("poppler-utils") == true)
    let whole = try ContainerSupport.source("paper.pdf")
    let cut = SourceFile(name: "a.pdf", bytes: Array(whole.bytes.prefix(300)))
    #expect(failure(cut)?.code == .malformed)
  }

  /// Boxes are of the page as it is shown, and so must its size be.
  @Test(arguments: [(0, 400.0, 300.0), (90, 300.0, 400.0), (180, 400.0, 300.0), (270, 300.0, 400.0)])
  func sizesOfTurnedPagesAreThoseThatAreShown(turn: Int, width: Double, height: Double) throws {
    // Upright once the page is turned.
    let matrix = [
      0: "1 0 0 1 60 150", 90: "0 1 -1 0 150 60", 180: "-1 0 0 -1 340 150", 270: "0 -1 1 0 200 240",
    ]
    let content = "BT /F1 10 Tf \(matrix[turn] ?? "") Tm (The bolt carries 222 newton metres.) Tj ET"
    let objects = [
      "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Rotate \(turn) /Contents 4 0 R "
        + "/Resources << /Font << /F1 5 0 R >> >> >>",
      "<< /Length \(content.utf8.count) >>\nstream\n\(content)\nendstream",
      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    var file = "%PDF-1.4\n"
    var table = "xref\n0 6\n0000000000 65535 f \n"
    for (index, object) in objects.enumerated() {
      table += String(String(10_000_000_000 + file.utf8.count).dropFirst()) + " 00000 n \n"
      file += "\(index + 1) 0 obj\n\(object)\nendobj\n"
    }
    let start = file.utf8.count
    file += table + "trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n"
    let document = try read(SourceFile(name: "turned.pdf", bytes: Array(file.utf8)))
    #expect(document.text == "The bolt carries 222 newton metres.")
    let page = try #require(document.places.pages.first)
    #expect(page.width == width && page.height == height, "\(page)")
    let place = document.places.place(of: 0..<document.text.utf8.count)
    #expect(place.lines.count == 1)
    let box = try #require(place.box)
    #expect(box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= height, "\(box) on \(page)")
    #expect(box.right - box.left > 5 * (box.bottom - box.top), "the text lies on its side: \(box)")
  }

  /// What `pdftotext -tsv` writes for words on a line.
  private static func table(_ words: String) -> String {
    let rows = words.split(separator: " ").enumerated().map { index, word in
      "5\t1\t0\t0\t0\t\(index)\t\(50 + 100 * index).00\t40.00\t90.00\t10.00\t100\t\(word)"
    }
    let names =
      "level\tpage_num\tpar_num\tblock_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
    return ([names, "1\t1\t0\t0\t0\t0\t0\t0\t595\t842\t-1\t###PAGE###"] + rows).joined(separator: "\n")
  }

  @Test func olderConverterIsNamed() throws {
    let error = try withConverter("cat > /dev/null; echo plain text") { failure(Self.stub, converter: $0) }
    #expect(error?.code == .converterFailed)
    #expect(error?.message.contains("poppler-utils of version") == true)
  }

  @Test func missingFontsAreNoted() throws {
    let whole = try ContainerSupport.source("paper.pdf")
    #expect(try read(whole).notes.contains { $0.note.contains("weights") } == false)
    #expect(try read(whole, fonts: "/bin/false").notes.contains { $0.note.contains("weights") })
  }

  /// A file that was cut off anywhere is damaged, whatever poppler makes of it.
  @Test func cutFilesAreMalformed() throws {
    let whole = try ContainerSupport.source("paper.pdf")
    for count in stride(from: 30, to: whole.bytes.count - 40, by: 501) {
      let cut = SourceFile(name: "a.pdf", bytes: Array(whole.bytes.prefix(count)))
      #expect(failure(cut)?.code == .malformed, "\(count) bytes")
    }
    #expect(
      failure(SourceFile(name: "a.pdf", bytes: Array("%PDF-1.4 cut".utf8)))?.message.contains("cut off")
        == true)
  }

  private struct Recogniser: PageRecogniser {
    func pages(
      of pdf: [UInt8], numbers: [Int], limits: ReadingLimits
    ) throws(DocumentError) -> (pages: [PrintedPage], notes: [ReadingNote]) {
      let word = PrintedPage.Word(
        text: "recognised", box: PageBox(left: 50, top: 40, right: 99, bottom: 50), fontSize: 10,
        confidence: 0.9)
      // The first page only; the rest stays without text.
      let pages = numbers.prefix(1).map { PrintedPage(number: $0, width: 595, height: 842, words: [word]) }
      return (pages, pages.map { ReadingNote(page: $0.number, "read by recognition") })
    }
  }

  @Test func pagesWithoutTextAreRecognisedOrNamed() throws {
    let scan = try ContainerSupport.source("scanned.pdf")
    let document = try read(scan, recogniser: Recogniser())
    #expect(document.text == "recognised")
    #expect(document.notes.contains { $0.page == 1 && $0.note == "read by recognition" })
  }

  @Test(.timeLimit(.minutes(1))) func hangingConverterIsStopped() throws {
    var limits = ReadingLimits()
    limits.converterSeconds = 1
    let clock = ContinuousClock()
    for script in [
      "sleep 100", "sleep 100 & exec >&- 2>&-; sleep 100", "trap '' TERM; while :; do sleep 1; done",
    ] {
      let start = clock.now
      let error = try withConverter(script) { failure(Self.stub, converter: $0, limits: limits) }
      #expect(error?.code == .converterFailed, "\(script)")
      #expect(clock.now - start < .seconds(5), "\(script)")
    }
  }

  @Test(.timeLimit(.minutes(1))) func busyConverterRunsOutOfTime() throws {
    var limits = ReadingLimits()
    limits.converterSeconds = 1
    let error = try withConverter("while :; do :; done") { failure(Self.stub, converter: $0, limits: limits) }
    #expect(error?.code == .converterFailed)
  }

  @Test(.timeLimit(.minutes(1))) func greedyConverterRunsOutOfMemory() throws {
    var limits = ReadingLimits()
    limits.converterBytes = 64 << 20
    // tail holds the last line, here all of it.
    let error = try withConverter("head -c 1000000000 /dev/zero | tail -n 1 | head -c 1; exit 5") {
      failure(Self.stub, converter: $0, limits: limits)
    }
    #expect(error?.code == .converterFailed)
    #expect(error?.message.contains("exhausted") == true, "\(error?.message ?? "")")
  }

  @Test(.timeLimit(.minutes(1))) func endlessOutputIsStopped() throws {
    var limits = ReadingLimits()
    limits.textBytes = 1 << 20
    for script in ["yes", "yes >&2 & yes"] {
      let error = try withConverter(script) { failure(Self.stub, converter: $0, limits: limits) }
      #expect(error?.code == .tooLarge)
    }
  }

  @Test(.timeLimit(.minutes(1))) func neitherSideBlocksTheOther() throws {
    // Writes far more than a pipe holds before it reads, then echoes what it was sent.
    let size = 4 << 20
    var source = Self.stub
    source.bytes += [UInt8](repeating: 0x61, count: size) + Array("\nstartxref\n".utf8)
    let names = Self.table("first").replacingOccurrences(of: "\n", with: "\\n").replacingOccurrences(
      of: "\t", with: "\\t")
    let row = "5\\t1\\t0\\t0\\t0\\t9\\t50\\t90\\t400\\t10\\t100\\t"
    let script =
      "printf '\(names)\\n'; head -c 1000000 /dev/zero | tr '\\0' '\\n'; printf '\(row)'; tr -d '\\n'; echo"
    let document = try withConverter(script) { try read(source, converter: $0) }
    #expect(document.places.words.last.map { $0.range.count } ?? 0 > size)
    // One that ignores its input altogether.
    let done = "cat <<'END'\n\(Self.table("done"))\nEND"
    #expect(try withConverter(done) { try read(source, converter: $0) }.text == "done")
  }

  @Test func converterSeesNothingOfUs() throws {
    let leaked = open("/etc/hostname", O_RDONLY)
    defer { close(leaked) }
    let row = "5\\t1\\t0\\t0\\t0\\t0\\t50\\t%d\\t90\\t10\\t100\\t%s\\n"
    let names = Self.table("").replacingOccurrences(of: "\n", with: "\\n").replacingOccurrences(
      of: "\t", with: "\\t")
    let script = """
      cat > /dev/null
      printf '\(names)\\n'
      top=40
      (pwd; env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD=; ls /proc/$$/fd) | while read -r line; do
        top=$((top + 30)); printf '\(row)' $top "$line"
      done
      """
    let text = try withConverter(script) { try read(Self.stub, converter: $0) }.text
    // 10 or 255 is the shell's own copy of its script.
    let lines = text.split { $0 == "\n" || $0 == " " }.map(String.init)
    #expect(lines.filter { $0 != "10" && $0 != "255" } == ["/", "0", "1", "2"], "\(text)")
  }

  @Test func nothingStaysBehind() throws {
    func descriptors() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }
    let source = try ContainerSupport.source("paper.pdf")
    _ = try read(source)
    let before = try descriptors()
    for _ in 0..<10 { _ = try read(source) }
    #expect(try descriptors() <= before + 12)
  }
}
