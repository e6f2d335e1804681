/// One sheet of an OpenDocument spreadsheet, from the elements inside its `table`.
final class ODSSheet {
  let name: String
  private let assembler: TextAssembler
  private let firstBlock: Int
  private var tables: SheetTables
  private var merges = SheetMerges()
  private var report = SheetReport()
  private var comments: [(row: Int, column: Int, text: [UInt8])] = []
  private var shapes: [[UInt8]] = []
  /// References of the objects that lie on the sheet.
  private(set) var objects: [String] = []

  /// Columns, rows and cells may repeat this often with content; more are named and left out.
  private static let mostRepeats = 1000

  private var columns = 0
  private var hiddenColumns: [ClosedRange<Int>] = []
  private var emphasizedColumns: [(columns: ClosedRange<Int>, style: String)] = []

  private var row = SheetRow(number: 0, cells: [])
  private var rowRepeats = 1
  private var rowStyle: String?
  private var isHiddenRow = false
  private var isHeaderRow = false
  private var nextRow = 1
  private var nextColumn = 0
  private var lastNumber = 0
  private var cutRows: [Int] = []

  private var cell: ODSCell?
  /// Depth inside a shape that lies on the sheet or in a cell.
  private var shapeDepth = 0
  private var isAnnotation = false
  private var line = OfficeText()
  /// Of the spans that are open.
  private var scripts: [ScriptText.Script] = []
  private var paragraphs: [[UInt8]] = []
  private var paragraphDepth = 0
  private var ignoredDepth = 0
  private var link: String?

  init(name: String, assembler: TextAssembler) {
    self.name = name
    self.assembler = assembler
    firstBlock = assembler.blocks.count
    tables = SheetTables(
      assembler: assembler,
      options: SheetTables.Options(sheet: name.isEmpty ? nil : (Array(name.utf8), 1)))
  }

  // MARK: Elements

  func start(_ name: String, _ attributes: XMLAttributes, _ styles: ODSStyles) throws(DocumentError) {
    if ignoredDepth > 0 {
      ignoredDepth += 1
      return
    }
    switch name {
    case "table-column": addColumns(attributes)
    case "table-header-rows": isHeaderRow = true
    case "table-row": beginRow(attributes)
    case "table-cell", "covered-table-cell":
      guard shapeDepth == 0 else { return }
      beginCell(attributes, isCovered: name == "covered-table-cell", styles)
    case "annotation":
      isAnnotation = true
      paragraphs = []
    case "creator", "date", "date-string", "object", "image", "plugin", "title", "desc":
      if name == "object", let reference = attributes["href"], objects.count < 1000 {
        objects.append(reference)
      }
      if isAnnotation || shapeDepth > 0 { ignoredDepth = 1 }
    case "frame", "custom-shape", "rect", "line", "ellipse", "g", "polygon", "path", "caption", "connector",
      "control",
      "measure", "circle", "polyline", "regular-polygon":
      if shapeDepth == 0, !isAnnotation { paragraphs = [] }
      if !isAnnotation { shapeDepth += 1 }
    case "p", "h":
      paragraphDepth += 1
      if paragraphDepth == 1 {
        line = OfficeText()
        scripts = []
      }
    case "span": scripts.append(styles.script(attributes["style-name"]))
    case "s", "tab": line.space()
    case "line-break": line.space()
    case "a": link = attributes["href"]
    default: break
    }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    if paragraphDepth > 0, ignoredDepth == 0 { line.append(bytes, script: scripts.last ?? .normal) }
  }

  func end(_ name: String) throws(DocumentError) {
    if ignoredDepth > 0 {
      ignoredDepth -= 1
      return
    }
    switch name {
    case "table-header-rows": isHeaderRow = false
    case "table-row": try endRow()
    case "table-cell", "covered-table-cell":
      if shapeDepth == 0 { endCell() }
    case "annotation":
      isAnnotation = false
      let text = Array(paragraphs.joined(separator: [0x20]))
      paragraphs = []
      if !text.isEmpty { comments.append((row.number, nextColumn, text)) }
    case "frame", "custom-shape", "rect", "line", "ellipse", "g", "polygon", "path", "caption", "connector",
      "control",
      "measure", "circle", "polyline", "regular-polygon":
      guard shapeDepth > 0 else { return }
      shapeDepth -= 1
      if shapeDepth == 0, !paragraphs.isEmpty {
        shapes.append(Array(paragraphs.joined(separator: [0x0A])))
        paragraphs = []
      }
    case "span": _ = scripts.popLast()
    case "p", "h":
      paragraphDepth = max(0, paragraphDepth - 1)
      guard paragraphDepth == 0 else { return }
      let text = line.takeOneLine()
      if isAnnotation || shapeDepth > 0 {
        if !text.isEmpty { paragraphs.append(text) }
      } else {
        cell?.paragraphs.append(text)
      }
    case "a":
      if let link, shapeDepth == 0, !isAnnotation { cell?.links.append(link) }
      link = nil
    default: break
    }
  }

  // MARK: Columns

  private static func count(_ value: String?, most: Int) -> Int {
    max(1, min(value.flatMap { Int($0) } ?? 1, most))
  }

  private func addColumns(_ attributes: XMLAttributes) {
    guard columns < SheetReference.mostColumns else { return }
    let count = Self.count(attributes["number-columns-repeated"], most: SheetReference.mostColumns)
    let visibility = attributes["visibility"]
    let range = columns...(columns + count - 1)
    if visibility == "collapse" || visibility == "filter" { hiddenColumns.append(range) }
    if let style = attributes["default-cell-style-name"], style != "Default" {
      emphasizedColumns.append((range, style))
    }
    columns += count
  }

  private func isHidden(column: Int) -> Bool { hiddenColumns.contains { $0.contains(column) } }

  // MARK: Rows

  private func beginRow(_ attributes: XMLAttributes) {
    rowRepeats = Self.count(attributes["number-rows-repeated"], most: 1 << 24)
    let visibility = attributes["visibility"]
    isHiddenRow = visibility == "collapse" || visibility == "filter"
    rowStyle = attributes["default-cell-style-name"]
    row = SheetRow(number: nextRow, cells: [])
    nextColumn = 0
  }

  private func endRow() throws(DocumentError) {
    defer { nextRow += rowRepeats }
    for index in 0..<min(rowRepeats, Self.mostRepeats) {
      var shown = row
      shown.number = nextRow + index
      merges.apply(to: &shown)
      guard !shown.isBlank else { return }
      if isHiddenRow {
        report.hiddenRows.append(shown.number)
        if shown.number == lastNumber + 1 { lastNumber = shown.number }
        continue
      }
      shown.cells.removeAll { cell in
        guard isHidden(column: cell.column) else { return false }
        if !cell.isCopy { report.hiddenColumns.insert(cell.column) }
        return true
      }
      guard !shown.isBlank else { continue }
      let isBelowBlank = lastNumber > 0 && shown.number > lastNumber + 1
      lastNumber = shown.number
      try tables.add(shown, isBelowBlank: isBelowBlank)
    }
    if rowRepeats > Self.mostRepeats, !row.isBlank, !isHiddenRow {
      assembler.notes.append(
        ReadingNote(
          page: assembler.page,
          "sheet '\(name)': row \(nextRow) is there \(rowRepeats) times in a row; \(Self.mostRepeats) of them are read"
        ))
    }
  }

  // MARK: Cells

  private func beginCell(_ attributes: XMLAttributes, isCovered: Bool, _ styles: ODSStyles) {
    var cell = ODSCell(attributes)
    cell.isCovered = isCovered
    cell.repeats = Self.count(attributes["number-columns-repeated"], most: SheetReference.mostColumns)
    let style =
      attributes["style-name"] ?? rowStyle
      ?? emphasizedColumns.first { $0.columns.contains(nextColumn) }?.style
    cell.isEmphasized = isHeaderRow || styles.emphasizesCell(style)
    self.cell = cell
  }

  private func endCell() {
    guard let cell else { return }
    self.cell = nil
    defer { nextColumn += cell.repeats }
    guard !cell.isCovered, nextColumn < SheetReference.mostColumns else { return }
    let text = cell.text
    if text.isEmpty {
      guard let formula = cell.formulaText, !isHiddenRow else { return }
      report.formulas.append(SheetReference.name(row: row.number, column: nextColumn))
      add(formula, cell)
    } else {
      add(text, cell)
    }
  }

  private func add(_ text: [UInt8], _ cell: ODSCell) {
    let end = min(nextColumn + cell.repeats, SheetReference.mostColumns)
    for column in nextColumn..<end where row.cells.count < SheetReference.mostColumns {
      row.cells.append(
        SheetRow.Cell(column: column, cell: TableGrid.Cell(text: text, isEmphasized: cell.isEmphasized)))
    }
    let width = min(cell.columnSpan, SheetReference.mostColumns - nextColumn)
    if cell.repeats == 1, rowRepeats == 1, width > 1 || cell.rowSpan > 1 {
      merges.add(
        rows: row.number...(row.number + cell.rowSpan - 1), columns: nextColumn...(nextColumn + width - 1))
    }
  }

  // MARK: End

  /// - Returns: whether the sheet has text beside its name.
  func finish() throws(DocumentError) -> Bool {
    try tables.finish()
    report.tables = tables.note
    assembler.notes += report.notes(sheet: name, page: assembler.page)
    for comment in comments {
      let cell = SheetReference.name(row: comment.row, column: comment.column)
      try assembler.append(
        .paragraph, row: max(1, comment.row), Array("Comment on \(cell): ".utf8) + comment.text)
    }
    for shape in shapes { try assembler.append(.paragraph, shape) }
    return assembler.blocks.count > firstBlock
  }
}
