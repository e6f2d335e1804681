/// Reads spreadsheets of OpenDocument, packed or as one XML file; each sheet that is shown is a page.
///
/// - Source: OASIS OpenDocument 1.3, part 3, section 9.
package struct ODSReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    let assembler = TextAssembler(limits: limits)
    let sheets = ODSSheets(assembler: assembler)
    var zip: ZipContainer?
    if source.starts(with: [0x50, 0x4B]) {
      let opened = try ZipContainer(source.bytes, limits: limits)
      zip = opened
      if let manifest = try opened.entry("META-INF/manifest.xml"),
        String(decoding: manifest, as: UTF8.self).utf8.contains("encryption-data".utf8)
      {
        throw DocumentError(
          .encrypted, "the file is locked with a password; open it in LibreOffice, remove the password, save")
      }
      guard let content = try opened.entry("content.xml") else {
        throw DocumentError(
          .malformed, "the archive holds no OpenDocument content; check the file's extension")
      }
      try XMLStream.read(content, part: "content.xml", limits: limits, handler: sheets)
    } else {
      try XMLStream.read(source.bytes, part: source.name, limits: limits, handler: sheets)
    }
    guard sheets.isSpreadsheet else {
      throw DocumentError(.malformed, "the file holds no OpenDocument spreadsheet; check its extension")
    }
    guard sheets.hasText else {
      throw DocumentError(
        .empty,
        sheets.hidden.isEmpty
          ? "the spreadsheet has no filled cell"
          : "the spreadsheet has no filled cell but on hidden sheets (\(sheets.hidden.joined(separator: ", "))); show "
            + "them and save"
      )
    }
    _ = zip
    return try assembler.finish(format: .ods, title: nil, metadata: [:])
  }
}
