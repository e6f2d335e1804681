/// Reads PDF files through poppler's `pdftotext`, run as a limited child process.
///
/// Hostile PDFs never share our address space: the converter has bounded time, memory and output, no
/// environment and no open files but its pipes.
package struct PDFReader: DocumentReader {
  private let environment: [String: String]

  /// Takes `PATH` and the override `RAG_PDFTOTEXT` from the process's environment.
  package init() {
    environment = LimitedProcess.environment(["PATH", "RAG_PDFTOTEXT"])
  }

  /// - Parameter environment: where `PATH` and `RAG_PDFTOTEXT` are taken from.
  package init(environment: [String: String]) {
    self.environment = environment
  }

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    // The specification wants the header in the first 1024 bytes; anything else would only cost a process.
    guard Self.hasHeader(source.bytes) else {
      throw DocumentError(.malformed, "the file has no PDF header; check its extension")
    }
    let output = try convert(source, limits)
    let pages = PDFPages(output).paragraphs()
    let assembler = TextAssembler(limits: limits)
    for page in pages {
      assembler.startPage()
      for paragraph in page { try assembler.append(.paragraph, paragraph) }
    }
    guard !assembler.isEmpty else {
      throw DocumentError(.empty, "the PDF has no text layer; if its pages are scanned, run OCR first")
    }
    let (title, metadata) = info(source, limits)
    return try assembler.finish(format: .pdf, title: title, metadata: metadata)
  }

  static func hasHeader(_ bytes: [UInt8]) -> Bool {
    let head = bytes.prefix(1024)
    return head.indices.contains { head[$0...].starts(with: [0x25, 0x50, 0x44, 0x46, 0x2D]) }
  }

  // MARK: Text

  private func convert(_ source: SourceFile, _ limits: ReadingLimits) throws(DocumentError) -> [UInt8] {
    guard
      let program = environment["RAG_PDFTOTEXT"]
        ?? LimitedProcess.find("pdftotext", path: environment["PATH"] ?? "")
    else {
      throw DocumentError(
        .converterFailed, "pdftotext was not found in PATH; install it (Debian package poppler-utils)")
    }
    let result = try LimitedProcess(
      program: program, arguments: ["-enc", "UTF-8", "-eol", "unix", "-", "-"],
      seconds: limits.converterSeconds,
      memoryBytes: limits.converterBytes, outputBytes: limits.textBytes
    ).run(input: source.bytes)
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

  /// Title and metadata by `pdfinfo`; nothing where it is missing or fails, since the text is there already.
  private func info(
    _ source: SourceFile, _ limits: ReadingLimits
  ) -> (title: String?, metadata: [String: MetadataValue]) {
    guard let program = LimitedProcess.find("pdfinfo", path: environment["PATH"] ?? "") else {
      return (nil, [:])
    }
    let process = LimitedProcess(
      program: program, arguments: ["-enc", "UTF-8", "-isodates", "-"],
      seconds: min(10, limits.converterSeconds),
      memoryBytes: limits.converterBytes, outputBytes: 1 << 20)
    guard let result = try? process.run(input: source.bytes), case .exited(0) = result.end else {
      return (nil, [:])
    }
    var title: String?
    var metadata: [String: MetadataValue] = [:]
    for line in result.output.split(separator: 0x0A) {
      guard let colon = line.firstIndex(of: 0x3A),
        let value = TextAssembler.oneLine(String(decoding: line[(colon + 1)...], as: UTF8.self))
      else { continue }
      switch String(decoding: line[..<colon], as: UTF8.self) {
      case "Title": title = title ?? value
      case "Author": metadata["author"] = .string(value)
      case "Subject": metadata["subject"] = .string(value)
      case "Keywords":
        let words = value.split { $0 == "," || $0 == ";" }.compactMap { TextAssembler.oneLine(String($0)) }
        if !words.isEmpty { metadata["keywords"] = .list(words) }
      case "CreationDate": if let date = Self.date(value) { metadata["date"] = .string(date) }
      case "ModDate": if let date = Self.date(value) { metadata["modified"] = .string(date) }
      default: break
      }
    }
    return (title, metadata)
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
