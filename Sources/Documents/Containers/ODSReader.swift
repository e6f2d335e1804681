/// Reads spreadsheets of OpenDocument, packed or as one XML file; each sheet that is shown is a page.
///
/// - Source: OASIS OpenDocument 1.3, part 3, section 9.
package struct ODSReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    let assembler = TextAssembler(limits: limits)
    let zip: ZipContainer? =
      if source.starts(with: [0x50, 0x4B]) { try ZipContainer(source.bytes, limits: limits) } else { nil }
    let sheets = ODSSheets(assembler: assembler, zip: zip, limits: limits)
    if let zip {
      if let manifest = try zip.entry("META-INF/manifest.xml"), manifest.contains("encryption-data".utf8) {
        throw DocumentError(
          .encrypted, "the file is locked with a password; open it in LibreOffice, remove the password, save")
      }
      guard let content = try zip.entry("content.xml") else {
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
    var properties: (title: String?, metadata: [String: MetadataValue]) = (nil, [:])
    if let meta = try zip?.entry("meta.xml"),
      let root = try MarkupTree.xml(meta, part: "meta.xml", limits: limits, allowsDocumentType: true).root,
      let information = root.first("meta")
    {
      properties = ODFPackage.properties(information)
    }
    return try assembler.finish(format: .ods, title: properties.title, metadata: properties.metadata)
  }
}
