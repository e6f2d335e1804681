/// Reads Word documents (Office Open XML, transitional and strict; also with macros, and templates).
package struct DOCXReader: DocumentReader {
  private let importDepth: Int

  package init() {
    importDepth = 0
  }

  /// - Parameter importDepth: how many documents take this one in, one inside the other.
  init(importDepth: Int) {
    self.importDepth = importDepth
  }

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let package = try OfficePackage(source, limits: limits, application: "Word")
    let main = try package.main(element: "document", application: "Word")
    guard let body = main.root.first("body") else {
      throw DocumentError(.malformed, "'\(main.name)' has no body; save the file again")
    }
    let assembler = TextAssembler(limits: limits)
    let parts = try DOCXParts(package, main: main.name, limits: limits)
    var walk = DOCXBody(assembler: assembler, parts: parts, part: main.name, importDepth: importDepth)
    try walk.append(body)
    let (title, metadata) = try package.properties()
    let own = title.flatMap { PDFTitle.checked($0, fileName: source.name) }
    return try assembler.finish(
      format: .docx, title: own ?? walk.title ?? assembler.firstText(of: .heading, level: 1),
      metadata: metadata,
      emptyMessage: "the document has no text; pictures of text need OCR first")
  }
}
