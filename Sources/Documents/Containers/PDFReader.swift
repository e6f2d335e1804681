import Dispatch
import Synchronization

/// Reads PDF files through poppler's `pdftotext` and `pdftohtml`, run as limited child processes.
///
/// Hostile PDFs never share our address space: the converters have bounded time, memory and output, no
/// environment and no open files but their pipes. The first gives words with boxes, the second, at the same time, the
/// fonts they are set in; without it, sizes follow from the words' heights and weights are not known.
package struct PDFReader: DocumentReader {
  private let environment: [String: String]
  private let recogniser: (any PageRecogniser)?

  /// Takes `PATH` and the overrides of the programs from the process's environment; pages without a text layer are read
  /// by Tesseract.
  package init() {
    self.init(
      environment: LimitedProcess.environment(["PATH", "RAG_PDFTOTEXT", "RAG_PDFTOHTML"]),
      recogniser: TesseractRecogniser())
  }

  /// - Parameter environment: where `PATH` and the overrides are taken from.
  package init(environment: [String: String]) {
    self.init(environment: environment, recogniser: nil)
  }

  /// - Parameter recogniser: reads pages whose text layer is missing or broken; `nil` leaves them to a note.
  package init(environment: [String: String], recogniser: (any PageRecogniser)?) {
    self.environment = environment
    self.recogniser = recogniser
  }

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    let integrity = PDFIntegrity(source.bytes)
    // The specification wants the header in the first 1024 bytes; anything else would only cost a process.
    guard integrity.hasHeader else {
      throw DocumentError(.malformed, "the file has no PDF header; check its extension")
    }
    if let damage = integrity.damage {
      throw DocumentError(
        .malformed,
        "the PDF is cut off or still being written: \(damage); copy it again, or repair what there is with qpdf"
      )
    }
    var (pages, notes) = try convert(source, limits)
    let info = info(source, limits)
    // The converter says the sizes of pages as they are before they are turned, and boxes as they are after it.
    for index in pages.indices where info.onTheirSide.contains(index + 1) {
      (pages[index].width, pages[index].height) = (pages[index].height, pages[index].width)
    }
    let unread = PDFPageCheck.unreadable(pages)
    if !unread.isEmpty {
      notes += try recognise(unread, of: source, into: &pages, limits)
    }
    return try PrintedText(pages: pages).document(
      format: .pdf, title: info.title, metadata: info.metadata, notes: notes,
      emptyMessage: "the PDF has no text"
        + (notes.first { $0.page != nil }.map { "; of page \($0.page ?? 1): \($0.note)" } ?? ""),
      limits: limits)
  }

  // MARK: Pages without text

  /// Lets pages without a usable text layer be recognised, and names those that stay without.
  private func recognise(
    _ unread: [Int], of source: SourceFile, into pages: inout [PrintedPage], _ limits: ReadingLimits
  ) throws(DocumentError) -> [ReadingNote] {
    var notes: [ReadingNote] = []
    var left = Set(unread)
    if let recogniser {
      let found = try recogniser.pages(of: source.bytes, numbers: unread, limits: limits)
      notes = found.notes
      for page in found.pages where left.contains(page.number) && !page.words.isEmpty {
        pages[page.number - 1] = page
        left.remove(page.number)
      }
      // What the recogniser has explained needs no second note.
      left.subtract(notes.compactMap(\.page))
    }
    for number in left.sorted() where pages[number - 1].words.isEmpty {
      notes.append(
        ReadingNote(
          page: number,
          "page \(number) has no text layer: it is blank or a picture of text; text recognition can read it"))
    }
    return notes
  }

  // MARK: Text

  /// Words with boxes and fonts, by two converters at the same time.
  private func convert(
    _ source: SourceFile, _ limits: ReadingLimits
  ) throws(DocumentError) -> (pages: [PrintedPage], notes: [ReadingNote]) {
    guard
      let program = environment["RAG_PDFTOTEXT"]
        ?? LimitedProcess.find("pdftotext", path: environment["PATH"] ?? "")
    else {
      throw DocumentError(
        .converterFailed, "pdftotext was not found in PATH; install it (Debian package poppler-utils)")
    }
    let text = LimitedProcess(
      program: program, arguments: ["-tsv", "-enc", "UTF-8", "-eol", "unix", "-", "-"],
      seconds: limits.converterSeconds,
      memoryBytes: limits.converterBytes, outputBytes: limits.textBytes * Self.bytesPerTextByte)
    let fontsProgram =
      environment["RAG_PDFTOHTML"] ?? LimitedProcess.find("pdftohtml", path: environment["PATH"] ?? "")
    let fonts = fontsProgram.map {
      LimitedProcess(
        program: $0,
        arguments: [
          "-xml", "-stdout", "-i", "-nodrm", "-hidden", "-fontfullname", "-zoom", "\(Int(PDFFonts.zoom))",
          "-", "out",
        ],
        seconds: limits.converterSeconds, memoryBytes: limits.converterBytes,
        outputBytes: limits.textBytes * Self.bytesPerTextByte)
    }
    let outputs = Outputs()
    DispatchQueue.concurrentPerform(iterations: fonts == nil ? 1 : 2) { index in
      do throws(DocumentError) {
        if index == 0 {
          outputs.set(text: .success(try text.run(input: source.bytes)))
        } else if let fonts {
          outputs.set(fonts: try fonts.run(input: source.bytes))
        }
      } catch {
        if index == 0 { outputs.set(text: .failure(error)) }
      }
    }
    guard let result = try outputs.text?.get() else {
      throw DocumentError(.converterFailed, "pdftotext gave no result; try again")
    }
    let output = try checked(result, program, limits)
    guard var pages = PDFWords(output).pages() else {
      throw DocumentError(
        .converterFailed,
        "'\(program)' does not know -tsv; install the Debian package poppler-utils of version 22.05 or newer")
    }
    var notes = PDFPageCheck.notes(complaint: String(decoding: result.complaint, as: UTF8.self))
    if let fonts = outputs.fonts, fonts.end == .exited(0) {
      PDFFonts(fonts.output).apply(to: &pages)
    } else if fonts != nil {
      notes.append(
        ReadingNote("the weights of its fonts could not be read, so headings were found by size alone"))
    }
    return (pages, notes)
  }

  /// Rows of words with boxes are this much longer than the text, at most.
  private static let bytesPerTextByte = 16

  /// What the converter wrote, or the error that its end stands for.
  private func checked(
    _ result: LimitedProcess.Result, _ program: String, _ limits: ReadingLimits
  ) throws(DocumentError) -> [UInt8] {
    switch result.end {
    case .exited(0):
      return result.output
    case .exited(let status):
      let complaint = String(decoding: result.complaint, as: UTF8.self)
      if complaint.contains("Incorrect password") || status == 3 {
        throw DocumentError(
          .encrypted, "the PDF is locked; remove the password, for example with qpdf --decrypt, and try again"
        )
      }
      if status == 126 || status == 127 {
        throw DocumentError(
          .converterFailed, "'\(program)' could not be started; install the Debian package poppler-utils")
      }
      if complaint.contains("ut of memory") || complaint.contains("bad_alloc") {
        throw DocumentError(
          .converterFailed,
          "pdftotext ran out of its \(limits.converterBytes) bytes of memory; raise the limit")
      }
      guard status == 1 else {
        throw DocumentError(
          .converterFailed, "pdftotext failed with status \(status): \(Self.summary(complaint))")
      }
      throw DocumentError(.malformed, "the PDF is damaged: \(Self.summary(complaint)); try qpdf on it")
    case .signalled(let signal):
      throw DocumentError(
        .converterFailed,
        "pdftotext was stopped by signal \(signal), most likely at a limit of time or memory; repair the file "
          + "with qpdf or raise the limits")
    case .timedOut:
      throw DocumentError(
        .converterFailed,
        "pdftotext took longer than \(limits.converterSeconds) seconds and was stopped; split the file or raise "
          + "the limit")
    case .tooMuchOutput:
      throw DocumentError(
        .tooLarge, "the PDF's text is longer than the limit of \(limits.textBytes) bytes; split the file")
    }
  }

  /// The first line that pdftotext wrote to its standard error, at most 200 bytes of it.
  private static func summary(_ complaint: String) -> String {
    let line = complaint.split(separator: "\n").first.map(String.init) ?? "no reason given"
    return String(decoding: Array(line.utf8.prefix(200)), as: UTF8.self)
  }

  // MARK: Document information

  /// Title, metadata and pages that are turned to their side, by `pdfinfo`; nothing where it is missing or fails, since the text is there already.
  private func info(
    _ source: SourceFile, _ limits: ReadingLimits
  ) -> (title: String?, metadata: [String: MetadataValue], onTheirSide: Set<Int>) {
    guard let program = LimitedProcess.find("pdfinfo", path: environment["PATH"] ?? "") else {
      return (nil, [:], [])
    }
    let process = LimitedProcess(
      program: program, arguments: ["-enc", "UTF-8", "-isodates", "-f", "1", "-l", "-1", "-"],
      seconds: min(10, limits.converterSeconds),
      memoryBytes: limits.converterBytes, outputBytes: 16 << 20)
    guard let result = try? process.run(input: source.bytes), case .exited(0) = result.end else {
      return (nil, [:], [])
    }
    var title: String?
    var metadata: [String: MetadataValue] = [:]
    var onTheirSide: Set<Int> = []
    for line in result.output.split(separator: 0x0A) {
      guard let colon = line.firstIndex(of: 0x3A),
        let value = TextAssembler.oneLine(String(decoding: line[(colon + 1)...], as: UTF8.self))
      else { continue }
      switch String(decoding: line[..<colon], as: UTF8.self) {
      case "Title": title = title ?? PDFTitle.checked(value, fileName: source.name)
      case "Author": metadata["author"] = .string(value)
      case "Subject": metadata["subject"] = .string(value)
      case "Keywords":
        let words = value.split { $0 == "," || $0 == ";" }.compactMap { TextAssembler.oneLine(String($0)) }
        if !words.isEmpty { metadata["keywords"] = .list(words) }
      case "CreationDate": if let date = Self.date(value) { metadata["date"] = .string(date) }
      case "ModDate": if let date = Self.date(value) { metadata["modified"] = .string(date) }
      case let key where key.hasPrefix("Page ") && key.hasSuffix(" rot"):
        // Page    2 rot:  90
        if let number = Int(key.dropFirst(5).dropLast(4).drop { $0 == " " }), value == "90" || value == "270"
        {
          onTheirSide.insert(number)
        }
      default: break
      }
    }
    return (title, metadata, onTheirSide)
  }

  /// `pdfinfo` writes zones as `+02`, ISO 8601 beside a time with minutes wants `+02:00`.
  private static func date(_ value: String) -> String? {
    guard let date = DateText.iso8601(value) else { return nil }
    let bytes = Array(date.utf8)
    guard bytes.count > 19, bytes[bytes.count - 3] == 0x2B || bytes[bytes.count - 3] == 0x2D else {
      return date
    }
    return date + ":00"
  }
}

/// What the two converters gave, each written once by its own thread.
private final class Outputs: Sendable {
  private let lock = Mutex<
    (text: Result<LimitedProcess.Result, DocumentError>?, fonts: LimitedProcess.Result?)
  >((nil, nil))

  var text: Result<LimitedProcess.Result, DocumentError>? { lock.withLock { $0.text } }
  var fonts: LimitedProcess.Result? { lock.withLock { $0.fonts } }

  func set(text: Result<LimitedProcess.Result, DocumentError>) { lock.withLock { $0.text = text } }
  func set(fonts: LimitedProcess.Result) { lock.withLock { $0.fonts = fonts } }
}
