/// Reads Word documents (Office Open XML, transitional and strict).
package struct DOCXReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let package = try OfficePackage(source, limits: limits, application: "Word")
    let main = try package.main(element: "document", application: "Word")
    guard let body = main.root.first("body") else {
      throw DocumentError(.malformed, "'\(main.name)' has no body; save the file again")
    }
    let related = try package.relationships(of: main.name)
    func root(_ type: String) throws(DocumentError) -> XMLNode? {
      guard let part = related.first(where: { $0.type == type && !$0.isExternal }) else { return nil }
      return try package.tree(part.target)?.root
    }
    var notes: [String: XMLNode] = [:]
    for (type, element, kind) in [("footnotes", "footnote", "f"), ("endnotes", "endnote", "e")] {
      guard let root = try root(type) else { continue }
      // Notes with a type are separators, not text.
      for note in root.elements(element) where note.attribute("type") ?? "normal" == "normal" {
        if let id = note.attribute("id") { notes[kind + id] = note }
      }
    }
    let assembler = TextAssembler(limits: limits)
    var walk = DOCXBody(
      assembler: assembler, styles: DOCXStyles(try root("styles")),
      numbering: DOCXNumbering(try root("numbering")), notes: notes)
    try walk.append(body)
    let (title, metadata) = try package.properties()
    return try assembler.finish(
      format: .docx, title: title ?? walk.title ?? assembler.firstText(of: .heading, level: 1),
      metadata: metadata,
      emptyMessage: "the document has no text; pictures of text need OCR first")
  }
}
