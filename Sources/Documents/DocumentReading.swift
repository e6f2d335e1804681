/// Reads any supported file: the one door to all readers.
///
/// - Parameter format: what the file is; `nil` lets its name and content decide.
/// - Throws: `DocumentError`: `.empty` for no bytes or only white space, `.tooLarge`, `.unsupportedFormat`, and
///   what the format's reader throws.
/// - Complexity: that of the reader; at least O(bytes).
package func readDocument(
  _ source: SourceFile, format: DocumentFormat? = nil, limits: ReadingLimits = ReadingLimits()
) throws(DocumentError) -> ParsedDocument {
  guard !source.bytes.isEmpty else { throw DocumentError(.empty, "the file has no bytes; nothing to read") }
  guard source.bytes.count <= limits.fileBytes else {
    throw DocumentError(
      .tooLarge,
      "\(source.bytes.count) bytes are over the limit of \(limits.fileBytes) for a file; split it or raise the limit"
    )
  }
  guard let format = format ?? DocumentFormat.detect(name: source.name, bytes: source.bytes) else {
    throw DocumentError(
      .unsupportedFormat,
      "neither the name nor the content is of a supported format; convert the file, for example to Markdown or PDF"
    )
  }
  let document = try reader(for: format).read(source, limits: limits)
  document.checkInvariants()
  guard document.text.utf8.count <= limits.textBytes else {
    throw DocumentError(
      .tooLarge,
      "\(document.text.utf8.count) bytes of text are over the limit of \(limits.textBytes); split the file or raise "
        + "the limit")
  }
  let isEmpty = document.blocks.isEmpty || TextScan.isBlankText(document.text)
  // What only carries other files needs no text of its own.
  guard !isEmpty || !document.attachments.isEmpty else {
    throw DocumentError(.empty, "there is no text in the file; a scan needs text recognition first")
  }
  return document
}

private func reader(for format: DocumentFormat) -> any DocumentReader {
  switch format {
  case .markdown: MarkdownReader()
  case .text: PlainTextReader()
  case .html: HTMLReader()
  case .pdf: PDFReader()
  case .docx: DOCXReader()
  case .pptx: PPTXReader()
  case .xlsx: XLSXReader()
  case .ods: ODSReader()
  case .epub: EPUBReader()
  case .csv, .tsv: CSVReader(format: format)
  case .json, .jsonl: JSONReader(format: format)
  case .email: EmailReader()
  case .msg: OutlookReader()
  case .mailbox: MailboxReader()
  case .calendar, .contacts: VObjectReader(format: format)
  case .code: SourceCodeReader()
  case .odt, .odp: ODFReader(format: format)
  case .rtf: RTFReader()
  case .doc, .xls, .ppt: LegacyOfficeReader(format: format)
  case .image: ImageReader()
  case .rst: RSTReader()
  case .asciidoc: AsciiDocReader()
  case .org: OrgReader()
  case .latex: LaTeXReader()
  case .notebook: NotebookReader()
  }
}
