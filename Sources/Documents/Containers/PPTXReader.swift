/// Reads PowerPoint presentations (also shows, templates and those with macros); each slide is a page.
package struct PPTXReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let package = try OfficePackage(source, limits: limits, application: "PowerPoint")
    let main = try package.main(element: "presentation", application: "PowerPoint")
    let related = try package.relationships(of: main.name)
    let assembler = TextAssembler(limits: limits)
    let authors = try PPTXComments.authors(package, related)
    var footers: [String] = []
    for (index, entry) in (main.root.first("sldIdLst")?.elements("sldId") ?? []).enumerated() {
      assembler.startPage()
      guard let id = entry.relationship("id"),
        let part = related.first(where: { $0.id == id && !$0.isExternal }),
        let root = try package.tree(part.target)?.root
      else {
        assembler.notes.append(ReadingNote(page: index + 1, "slide \(index + 1) is missing from the file"))
        continue
      }
      let relations = try package.relationships(of: part.target)
      var slide = PPTXSlide(package: package, relations: relations, number: index + 1, assembler: assembler)
      if let shown = root.attribute("show"), shown == "0" || shown == "false" {
        let title = slide.title(of: root).map { " (\"\($0)\")" } ?? ""
        assembler.notes.append(
          ReadingNote(
            page: index + 1,
            "slide \(index + 1)\(title) is hidden and was left out; show it in PowerPoint to have it read"))
        continue
      }
      try slide.append(root)
      for notes in relations where notes.type == "notesSlide" && !notes.isExternal {
        if let root = try package.tree(notes.target)?.root { try slide.appendNotes(root) }
      }
      for comments in relations where comments.type == "comments" && !comments.isExternal {
        if let root = try package.tree(comments.target)?.root {
          try PPTXComments.append(root, authors: authors, to: assembler)
        }
      }
      slide.appendOmissions()
      for footer in slide.footers where !footers.contains(footer) { footers.append(footer) }
    }
    if !footers.isEmpty {
      let shown = footers.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
      assembler.notes.append(
        ReadingNote("footers and dates of slides were left out: \(shown)" + (footers.count > 3 ? " …" : "")))
    }
    let (title, metadata) = try package.properties()
    let own = title.flatMap { PDFTitle.checked($0, fileName: source.name) }
    return try assembler.finish(
      format: .pptx, title: own ?? assembler.firstText(of: .heading, level: 1), metadata: metadata,
      emptyMessage: "the slides have no text; pictures of text need OCR first")
  }
}
