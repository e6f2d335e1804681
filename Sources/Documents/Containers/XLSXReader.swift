/// Reads Excel workbooks; each sheet is a page with the sheet's name as its heading, each row a record.
package struct XLSXReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let package = try OfficePackage(source, limits: limits, application: "Excel")
    let main = try package.main(element: "workbook", application: "Excel")
    let related = try package.relationships(of: main.name)
    func part(_ type: String) -> String? { related.first { $0.type == type && !$0.isExternal }?.target }
    let strings = XLSXSharedStrings(limits: limits)
    if let name = part("sharedStrings") { try package.stream(name, to: strings) }
    let epoch = main.root.first("workbookPr")?.attribute("date1904")
    let styleRoot: XMLNode? = if let name = part("styles") { try package.tree(name)?.root } else { nil }
    let styles = XLSXStyles(styleRoot, startsIn1904: epoch == "1" || epoch == "true")
    let assembler = TextAssembler(limits: limits)
    var hasRows = false
    for entry in main.root.first("sheets")?.elements("sheet") ?? [] {
      assembler.startPage()
      guard let id = entry.relationship("id"),
        let part = related.first(where: { $0.id == id && !$0.isExternal }),
        part.type == "worksheet"
      else { continue }
      if let name = entry.attribute("name") { try assembler.append(.heading, level: 1, name) }
      let before = assembler.blocks.count
      let sheet = XLSXSheet(assembler: assembler, sharedStrings: strings.strings, styles: styles)
      try package.stream(part.target, to: sheet)
      hasRows = hasRows || assembler.blocks.count > before
    }
    guard hasRows else { throw DocumentError(.empty, "the workbook has no filled cell") }
    let (title, metadata) = try package.properties()
    return try assembler.finish(format: .xlsx, title: title, metadata: metadata)
  }
}
