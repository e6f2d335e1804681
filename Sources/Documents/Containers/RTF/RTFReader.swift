/// Reads files of Rich Text Format.
///
/// - Source: Rich Text Format (RTF) Specification, version 1.9.1.
package struct RTFReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    guard let start = Self.start(of: source.bytes) else {
      throw DocumentError(.malformed, "the file has no RTF header; check its extension")
    }
    let assembler = TextAssembler(limits: limits)
    var walk = RTFDocument(RTFTokenizer(source.bytes, from: start), assembler: assembler)
    try walk.append()
    let own = walk.title.flatMap { PDFTitle.checked($0, fileName: source.name) }
    return try assembler.finish(
      format: .rtf, title: own ?? assembler.firstText(of: .heading, level: 1), metadata: walk.metadata,
      emptyMessage: "the document has no text; pictures of text need OCR first")
  }

  /// Where the file begins, behind a mark or blanks that some programs put first.
  static func start(of bytes: [UInt8]) -> Int? {
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < min(bytes.count, 64), ASCII.isBlank(bytes[start]) { start += 1 }
    return TextScan.has("{\\rtf", in: bytes, at: start) ? start : nil
  }
}
