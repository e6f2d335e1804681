/// Reads Excel workbooks; each sheet that is shown is a page with its name as heading, each row of a table a record.
package struct XLSXReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let package = try OfficePackage(source, limits: limits, application: "Excel")
    let start = try package.relationships(of: "").first { $0.type == "officeDocument" && !$0.isExternal }
    if let name = start?.target, name.hasSuffix(".bin") {
      throw DocumentError(
        .unsupportedFormat, "the workbook is in Excel's binary format (XLSB); save it as XLSX")
    }
    let main = try package.main(element: "workbook", application: "Excel")
    let related = try package.relationships(of: main.name)
    func part(_ type: String) -> String? { related.first { $0.type == type && !$0.isExternal }?.target }
    let strings = XLSXSharedStrings(limits: limits)
    if let name = part("sharedStrings") { try package.stream(name, to: strings) }
    let epoch = main.root.first("workbookPr")?.attribute("date1904")
    let styleRoot: XMLNode? = if let name = part("styles") { try package.tree(name)?.root } else { nil }
    let styles = XLSXStyles(styleRoot, startsIn1904: XLSXSheetFrame.isTrue(epoch))
    let assembler = TextAssembler(limits: limits)
    var hasRows = false
    var hidden: [String] = []
    let sheets = main.root.first("sheets")?.elements("sheet") ?? []
    for (index, entry) in sheets.enumerated() {
      let name = entry.attribute("name") ?? ""
      assembler.startPage(name: name)
      if let state = entry.attribute("state"), state == "hidden" || state == "veryHidden" {
        hidden.append(name)
        assembler.notes.append(
          ReadingNote(
            page: assembler.page, "sheet '\(name)' is hidden and left out; show it and save to have it read"))
        continue
      }
      guard let id = entry.relationship("id"),
        let part = related.first(where: { $0.id == id && !$0.isExternal })
      else { continue }
      var sheet = XLSXSheetReading(
        package: package, part: part.target, name: name, assembler: assembler, strings: strings.strings,
        styles: styles, limits: limits)
      sheet.titles = Self.printTitles(main.root, sheet: index)
      switch part.type {
      case "worksheet": hasRows = try sheet.read() || hasRows
      case "chartsheet": hasRows = try sheet.readChart() || hasRows
      default:
        assembler.notes.append(
          ReadingNote(page: assembler.page, "sheet '\(name)' is a \(part.type) and not read"))
      }
    }
    guard hasRows else {
      throw DocumentError(
        .empty,
        hidden.isEmpty
          ? "the workbook has no filled cell"
          : "the workbook has no filled cell but on hidden sheets (\(hidden.joined(separator: ", "))); show them and save"
      )
    }
    let (title, metadata) = try package.properties()
    return try assembler.finish(format: .xlsx, title: title, metadata: metadata)
  }

  /// The rows that are printed on top of each page of sheet number `sheet`, from 0, and the rows of its filter.
  private static func printTitles(_ workbook: XMLNode, sheet: Int) -> [(
    place: SheetReference, isFilter: Bool
  )] {
    (workbook.first("definedNames")?.elements("definedName") ?? []).flatMap { name in
      let kind = name.attribute("name") ?? ""
      guard name.attribute("localSheetId") == String(sheet),
        kind == "_xlnm.Print_Titles" || kind == "_xlnm._FilterDatabase"
      else { return [(place: SheetReference, isFilter: Bool)]() }
      return name.text.split(separator: ",").compactMap { SheetReference(String($0)) }
        .filter { $0.rows.count < SheetReference.mostRows }
        .map { ($0, kind == "_xlnm._FilterDatabase") }
    }
  }
}
