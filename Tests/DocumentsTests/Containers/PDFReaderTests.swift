import Documents
import Foundation
import Testing

@Suite struct PDFReaderTests {
  private static let searchPath = "/usr/local/bin:/usr/bin:/bin"

  private func read(
    _ source: SourceFile, converter: String? = nil, limits: ReadingLimits = ReadingLimits()
  ) throws(DocumentError) -> ParsedDocument {
    var environment = ["PATH": Self.searchPath]
    environment["RAG_PDFTOTEXT"] = converter
    return try PDFReader(environment: environment).read(source, limits: limits)
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

  private static let stub = SourceFile(name: "a.pdf", bytes: Array("%PDF-1.4\n".utf8))

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

  @Test(arguments: [
    // Hyphens: joined, kept where the text writes the compound elsewhere, kept before capitals.
    ("A re-\ntrieval line\n", ["A retrieval line"]),
    ("self-made and self-\nmade things\n", ["self-made and self-made things"]),
    ("in COVID-\n19 times\n", ["in COVID-19 times"]),
    ("soft\u{AD}\nened\n", ["softened"]),
    // Lines.
    ("a wrapped line of\ntext\n\nnext one\n", ["a wrapped line of text", "next one"]),
    ("Title\nA much longer line follows here\n", ["Title\nA much longer line follows here"]),
    ("• first item here\n• second item\n", ["• first item here\n• second item"]),
    ("1. first entry\n2. second entry\n", ["1. first entry\n2. second entry"]),
    ("漢字の文\n続きの文\n", ["漢字の文続きの文"]),
    // Headers and footers of three pages; a page of its own words only.
    (
      "Head 1\n\none\n\n1\n\u{C}Head 2\n\ntwo\n\n2\n\u{C}Head 3\n\nthree\n\n3\n\u{C}",
      ["one", "two", "three"]
    ),
    ("Head 1\n\none\n\u{C}Head 2\n\ntwo\n\u{C}", ["Head 1", "one", "Head 2", "two"]),
    ("same\n\u{C}same\n\u{C}same\n\u{C}", ["same", "same", "same"]),
  ])
  func pages(output: String, expected: [String]) throws {
    let script = "cat > /dev/null; cat <<'END'\n\(output)\nEND"
    let document = try withConverter(script) { converter in try read(Self.stub, converter: converter) }
    ContainerSupport.checkInvariants(document)
    let bytes = Array(document.text.utf8)
    #expect(document.blocks.map { String(decoding: bytes[$0.range], as: UTF8.self) } == expected)
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
    source.bytes += [UInt8](repeating: 0x61, count: size)
    let script = "head -c 1000000 /dev/zero | tr '\\0' b; echo; cat"
    let document = try withConverter(script) { try read(source, converter: $0) }
    #expect(document.text.utf8.count > size + 1_000_000)
    // One that ignores its input altogether.
    #expect(try withConverter("echo done") { try read(source, converter: $0) }.text == "done")
  }

  @Test func converterSeesNothingOfUs() throws {
    let leaked = open("/etc/hostname", O_RDONLY)
    defer { close(leaked) }
    let script = "cat > /dev/null; pwd; env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD=; ls /proc/$$/fd"
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
