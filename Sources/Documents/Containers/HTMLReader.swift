/// Reads web pages: HTML of any age, and XHTML.
package struct HTMLReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    let bytes = try HTMLEncoding.decode(source.bytes, name: source.name)
    let tree = try MarkupTree.html(bytes, part: source.name, limits: limits)
    let assembler = TextAssembler(limits: limits)
    guard let root = tree.root else { throw DocumentError(.empty, "the page has no text") }
    try HTMLText.append(root, to: assembler)
    let head = HTMLHead(root)
    let title = head.title ?? assembler.firstText(of: .heading, level: 1)
    return try assembler.finish(
      format: .html, title: title, metadata: head.metadata,
      emptyMessage: "the page has no text without its scripts; save it from a browser instead")
  }
}
