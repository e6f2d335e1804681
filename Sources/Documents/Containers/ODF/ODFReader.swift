/// Reads texts and presentations of OpenDocument (LibreOffice, also flat files and templates); each slide is a page.
package struct ODFReader: DocumentReader {
  private let format: DocumentFormat

  /// - Parameter format: `.odt` or `.odp`.
  package init(format: DocumentFormat) {
    self.format = format
  }

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let package = try ODFPackage(source, limits: limits)
    let assembler = TextAssembler(limits: limits)
    let styles = ODFStyles([package.content] + (package.styles.map { [$0] } ?? []))
    var walk = ODFText(package: package, styles: styles, assembler: assembler)
    if let body = package.body("text") {
      try walk.append(body)
      if let root = package.styles {
        try walk.appendHeadersAndFooters(root, styles: ODFStyles([root]))
      }
      assembler.notes += walk.omissions.notes
    } else if let body = package.body("presentation") {
      try ODFSlides(assembler: assembler).append(body, walk: &walk)
    } else {
      throw DocumentError(
        .malformed, "the file holds no OpenDocument text or presentation; check its extension")
    }
    let (title, metadata) = package.properties()
    let own = title.flatMap { PDFTitle.checked($0, fileName: source.name) }
    return try assembler.finish(
      format: format, title: own ?? walk.title ?? assembler.firstText(of: .heading, level: 1),
      metadata: metadata, emptyMessage: "the document has no text; pictures of text need OCR first")
  }
}
