/// Reads web pages: HTML of any age, XHTML, and pages saved with their parts in one file (MHTML).
package struct HTMLReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    let assembler = TextAssembler(limits: limits)
    let page = try MHTMLPage.page(of: source) ?? source.bytes
    let decoded = try HTMLEncoding.decode(page, name: source.name, limits: limits)
    assembler.notes += decoded.notes
    let tree = try MarkupTree.html(decoded.bytes, part: source.name, limits: limits)
    guard let root = tree.root else { throw DocumentError(.empty, "the page has no text") }
    let head = HTMLHead(root)
    try HTMLText.append(root, to: assembler, title: head.title, name: source.name)
    let title = HTMLTitle.title(head, headings: assembler.headings(upTo: 2))
    return try assembler.finish(
      format: .html, title: title, metadata: head.metadata,
      emptyMessage: "the page has no text without its scripts; save it from a browser instead")
  }
}
