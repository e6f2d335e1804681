/// Reads the binary formats that Word, Excel and PowerPoint wrote until 2007, through a converter where one is installed.
///
/// LibreOffice keeps headings, tables and notes, so it comes first; antiword and catdoc's programs give the words. All
/// run as limited child processes. A file of another format under the old name is read as what it is.
package struct LegacyOfficeReader: DocumentReader {
  private let format: DocumentFormat
  private let environment: [String: String]

  /// - Parameter format: `.doc`, `.xls` or `.ppt`.
  package init(format: DocumentFormat) {
    self.init(format: format, environment: LimitedProcess.environment(["PATH", "TMPDIR"]))
  }

  /// - Parameter environment: where `PATH` and `TMPDIR` are taken from.
  package init(format: DocumentFormat, environment: [String: String]) {
    self.format = format
    self.environment = environment
  }

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    guard source.starts(with: CompoundFile.signature) else { return try readOther(source, limits) }
    let file = try CompoundFile(source.bytes)
    let found = Self.format(of: file)
    if let error = Self.encryption(file) { throw error }
    guard let found, found == format else {
      throw DocumentError(
        .malformed,
        "the file holds no \(Self.application(format)) document; check its extension, or open it there and save it again"
      )
    }
    return try convert(source, limits)
  }

  // MARK: What the file is

  /// The format of a compound file, by the names of its streams.
  static func format(of file: CompoundFile) -> DocumentFormat? {
    if file.contains("WordDocument") { return .doc }
    if file.contains("Workbook") || file.contains("Book") { return .xls }
    if file.contains("PowerPoint Document") { return .ppt }
    return nil
  }

  /// - Returns: the error for a file that is locked with a password.
  static func encryption(_ file: CompoundFile) -> DocumentError? {
    let isLocked =
      file.contains("EncryptedPackage") || file.contains("EncryptedSummary") || isLockedWord(file)
      || isLockedExcel(file)
    guard isLocked else { return nil }
    return DocumentError(
      .encrypted, "the file is locked with a password; open it in its program, remove the password, save")
  }

  /// - Source: [MS-DOC] 2.5.2, `fEncrypted`.
  private static func isLockedWord(_ file: CompoundFile) -> Bool {
    guard let head = file.stream("WordDocument"), head.count > 12 else { return false }
    return head[11] & 1 == 1
  }

  /// - Source: [MS-XLS] 2.4.117, `FilePass`, which stands right behind the first record.
  private static func isLockedExcel(_ file: CompoundFile) -> Bool {
    guard let book = file.stream("Workbook") ?? file.stream("Book") else { return false }
    var at = 0
    for _ in 0..<8 where at + 4 <= book.count {
      if book[at] == 0x2F, book[at + 1] == 0 { return true }
      at += 4 + Int(book[at + 2]) + Int(book[at + 3]) << 8
    }
    return false
  }

  private static func application(_ format: DocumentFormat) -> String {
    format == .doc ? "Word" : format == .xls ? "Excel" : "PowerPoint"
  }

  /// A file that only bears the old name: programs write RTF, HTML, CSV and the new formats under it.
  private func readOther(_ source: SourceFile, _ limits: ReadingLimits) throws(DocumentError)
    -> ParsedDocument
  {
    guard let found = DocumentFormat.detect(name: "", bytes: source.bytes), found != .doc, found != .xls,
      found != .ppt
    else {
      throw DocumentError(
        .malformed, "the file is no document of \(Self.application(format)); check its extension")
    }
    let isSheet = format == .xls && found == .text && source.bytes.contains(0x09)
    var document = try readDocument(source, format: isSheet ? .tsv : found, limits: limits)
    document.notes.append(
      ReadingNote("the file's name says .\(format.rawValue), its content is \(document.format.rawValue)"))
    return document
  }

  // MARK: Conversion

  private func convert(_ source: SourceFile, _ limits: ReadingLimits) throws(DocumentError) -> ParsedDocument
  {
    let path = environment["PATH"] ?? ""
    var failure: DocumentError?
    if let office = LimitedProcess.find("soffice", path: path)
      ?? LimitedProcess.find("libreoffice", path: path)
    {
      do {
        let converter = OfficeConverter(program: office, folder: environment["TMPDIR"] ?? "/tmp")
        let target = format == .doc ? "docx" : format == .xls ? "xlsx" : "pptx"
        let bytes = try converter.convert(source.bytes, from: format.rawValue, to: target, limits: limits)
        let reader: any DocumentReader =
          switch format {
          case .doc: DOCXReader()
          case .xls: XLSXReader()
          default: PPTXReader()
          }
        var document = try reader.read(
          SourceFile(name: source.name + "." + target, bytes: bytes), limits: limits)
        document.format = format
        return document
      } catch {
        // What can't be converted may still give its words.
        guard error.code == .converterFailed || error.code == .malformed else { throw error }
        failure = error
      }
    }
    let programs = format == .doc ? ["antiword", "catdoc"] : format == .xls ? ["xls2csv"] : ["catppt"]
    for name in programs {
      guard let program = LimitedProcess.find(name, path: path) else { continue }
      do {
        return try readWords(source, program: program, name: name, limits: limits)
      } catch {
        failure = failure ?? error
      }
    }
    throw failure
      ?? DocumentError(
        .converterFailed,
        "no converter for the old format of \(Self.application(format)) was found in PATH; install the Debian package "
          + (format == .doc ? "antiword or libreoffice-writer-nogui" : "")
          + (format == .xls ? "catdoc or libreoffice-calc-nogui" : "")
          + (format == .ppt ? "catdoc or libreoffice-impress-nogui" : "")
          + ", or save the file in the new format")
  }

  /// The words of the file by a program that gives plain text.
  private func readWords(
    _ source: SourceFile, program: String, name: String, limits: ReadingLimits
  ) throws(DocumentError) -> ParsedDocument {
    let arguments: [String] =
      switch name {
      case "antiword": ["-w", "0", "-m", "UTF-8.txt", "-"]
      case "catdoc": ["-d", "utf-8", "-w", "-"]
      case "xls2csv": ["-d", "utf-8", "-x", "-"]
      default: ["-d", "utf-8", "-"]
      }
    let result = try LimitedProcess(
      program: program, arguments: arguments, seconds: limits.converterSeconds,
      memoryBytes: limits.converterBytes,
      outputBytes: limits.textBytes
    ).run(input: source.bytes)
    guard case .exited(0) = result.end else {
      let reason = String(decoding: result.complaint.prefix(200), as: UTF8.self)
      throw DocumentError(
        .converterFailed,
        "\(name) could not read the file: \(TextAssembler.oneLine(reason) ?? "it gave no reason")")
    }
    let assembler = TextAssembler(limits: limits)
    try append(result.output, to: assembler)
    assembler.notes.append(
      ReadingNote(
        "\(name) gave the words without headings and tables; install LibreOffice to have them as well"))
    return try assembler.finish(format: format, title: nil, emptyMessage: "the file has no text")
  }

  /// Form feeds part slides and sheets, blank lines paragraphs.
  private func append(_ output: [UInt8], to assembler: TextAssembler) throws(DocumentError) {
    let pages = output.split(separator: 0x0C, omittingEmptySubsequences: format != .ppt)
    for page in pages {
      if format != .doc { assembler.startPage() }
      if format == .xls {
        for line in page.split(separator: 0x0A) { try assembler.append(.record, Self.csvLine(line)) }
        continue
      }
      var paragraph: [UInt8] = []
      for line in page.split(separator: 0x0A, omittingEmptySubsequences: false) {
        // What antiword writes for a picture is no text.
        if line.elementsEqual("[pic]".utf8) { continue }
        if line.contains(where: { !ASCII.isBlank($0) }) {
          if !paragraph.isEmpty { paragraph.append(0x0A) }
          paragraph += line
        } else {
          try assembler.append(.paragraph, paragraph)
          paragraph = []
        }
      }
      try assembler.append(.paragraph, paragraph)
    }
  }

  /// `a | b` of `"a","b"`.
  private static func csvLine(_ line: ArraySlice<UInt8>) -> [UInt8] {
    var cells: [[UInt8]] = [[]]
    var isQuoted = false
    for byte in line {
      switch byte {
      case 0x22: isQuoted.toggle()
      case 0x2C where !isQuoted: cells.append([])
      default: cells[cells.count - 1].append(byte)
      }
    }
    return TableRow.join(cells)
  }
}
