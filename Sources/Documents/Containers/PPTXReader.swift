/// Reads PowerPoint presentations; each slide is a page.
package struct PPTXReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let package = try OfficePackage(source, limits: limits, application: "PowerPoint")
    let main = try package.main(element: "presentation", application: "PowerPoint")
    let related = try package.relationships(of: main.name)
    let assembler = TextAssembler(limits: limits)
    for entry in main.root.first("sldIdLst")?.elements("sldId") ?? [] {
      assembler.startPage()
      guard let id = entry.relationship("id"),
        let part = related.first(where: { $0.id == id && !$0.isExternal }),
        let root = try package.tree(part.target)?.root
      else { continue }
      let slide = try package.relationships(of: part.target)
      try PPTXSlide.append(root, to: assembler)
      for diagram in slide where diagram.type == "diagramData" && !diagram.isExternal {
        if let root = try package.tree(diagram.target)?.root {
          try PPTXSlide.appendDiagram(root, to: assembler)
        }
      }
      for notes in slide where notes.type == "notesSlide" && !notes.isExternal {
        if let root = try package.tree(notes.target)?.root { try PPTXSlide.appendNotes(root, to: assembler) }
      }
    }
    let (title, metadata) = try package.properties()
    // PowerPoint's own default is no title.
    let own = title == "PowerPoint Presentation" ? nil : title
    return try assembler.finish(
      format: .pptx, title: own ?? assembler.firstText(of: .heading, level: 1), metadata: metadata,
      emptyMessage: "the slides have no text; pictures of text need OCR first")
  }
}
