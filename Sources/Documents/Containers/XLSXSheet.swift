/// Gathers the rows of one worksheet from its stream and hands those that are shown to the search for tables.
///
/// - Source: ECMA-376 part 1, section 18.3.
final class XLSXSheet: XMLStreamHandler {
  /// Links by cell, as shown behind its text.
  private let links: [SheetReference: String]
  private let frame: XLSXSheetFrame
  private let sharedStrings: [[UInt8]]
  private let styles: XLSXStyles
  private var tables: SheetTables
  private var merges: SheetMerges
  private(set) var report = SheetReport()
  /// Whether any row was handed on.
  private(set) var hasRows = false

  private var rows = 0
  private var row = SheetRow(number: 0, cells: [])
  private var isHiddenRow = false
  /// Number of the last row that was handed on or is hidden.
  private var lastNumber = 0

  private var column = 0
  private var type = ""
  private var style = 0
  private var value: [UInt8] = []
  private var formula: [UInt8] = []
  private var hasFormula = false
  private var isInsideValue = false
  private var isInsideFormula = false
  private var isPhonetic = false

  init(
    tables: SheetTables, frame: XLSXSheetFrame, links: [SheetReference: String], sharedStrings: [[UInt8]],
    styles: XLSXStyles
  ) {
    self.tables = tables
    self.frame = frame
    self.links = links
    self.sharedStrings = sharedStrings
    self.styles = styles
    merges = SheetMerges(frame.merges.map { ($0.rows, $0.columns) })
  }

  func start(_ name: String, _ attributes: XMLAttributes) throws(DocumentError) {
    switch name {
    case "row":
      rows += 1
      guard rows <= SheetReference.mostRows else {
        throw DocumentError(
          .tooLarge, "a sheet has more than \(SheetReference.mostRows) rows; split the workbook")
      }
      let number = attributes["r"].flatMap { Int($0) } ?? row.number + 1
      row = SheetRow(number: max(row.number + 1, min(number, SheetReference.mostRows * 2)), cells: [])
      isHiddenRow = XLSXSheetFrame.isTrue(attributes["hidden"])
      column = -1
    case "c":
      let named = attributes["r"].flatMap(SheetReference.column)
      column = min(named ?? column + 1, SheetReference.mostColumns)
      type = attributes["t"] ?? "n"
      style = attributes["s"].flatMap { Int($0) } ?? 0
      value = []
      formula = []
      hasFormula = false
    case "v", "t": isInsideValue = !isPhonetic
    case "f":
      isInsideFormula = true
      hasFormula = true
    case "rPh": isPhonetic = true
    default: break
    }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(DocumentError) {
    if isInsideValue { value.append(contentsOf: bytes) }
    if isInsideFormula { formula.append(contentsOf: bytes) }
  }

  func end(_ name: String) throws(DocumentError) {
    switch name {
    case "v", "t": isInsideValue = false
    case "f": isInsideFormula = false
    case "rPh": isPhonetic = false
    case "c": if row.cells.count < SheetReference.mostColumns { addCell() }
    case "row": try take()
    case "sheetData":
      try tables.finish()
      report.tables = tables.note
    default: break
    }
  }

  // MARK: Cells

  private func addCell() {
    guard var text = cellText(), !text.isEmpty else { return }
    if hasFormula || !links.isEmpty, let link = link(behind: text) { text += Array(" (\(link))".utf8) }
    let cell = TableGrid.Cell(
      text: text, isHeader: !frame.namedCells.isEmpty && frame.isName(row: row.number, column: column),
      isEmphasized: styles.isEmphasized(style) || frame.frozenRows.contains(row.number))
    // Cells of a damaged file may come in any order.
    if let last = row.cells.last, last.column >= column {
      row.cells.removeAll { $0.column == column }
      let index = row.cells.firstIndex { $0.column > column } ?? row.cells.count
      row.cells.insert(SheetRow.Cell(column: column, cell: cell), at: index)
    } else {
      row.cells.append(SheetRow.Cell(column: column, cell: cell))
    }
  }

  /// The target of the cell's link, unless its text says it.
  private func link(behind text: [UInt8]) -> String? {
    let place = SheetReference(row: row.number, column: column)
    var target = links[place]
    // `HYPERLINK("https://…", "text")` has its target in the formula.
    if target == nil, formula.starts(with: "HYPERLINK(\"".utf8) {
      let end = formula[11...].firstIndex(of: 0x22) ?? formula.count
      target = String(decoding: formula[11..<end], as: UTF8.self)
    }
    guard var target, !target.hasPrefix("#") else { return nil }
    if target.hasPrefix("mailto:") { target.removeFirst(7) }
    let shown = String(decoding: text, as: UTF8.self)
    return shown.contains(target) || target.hasSuffix("//" + shown) || target.hasSuffix("//" + shown + "/")
      ? nil : target
  }

  private func cellText() -> [UInt8]? {
    if value.isEmpty {
      guard hasFormula, type != "str", !isHiddenRow else { return nil }
      report.formulas.append(SheetReference.name(row: row.number, column: column))
      // A formula that is shared is written in its first cell only.
      return formula.isEmpty ? Array("(formula)".utf8) : TableText.line([0x3D] + formula)
    }
    switch type {
    case "s":
      guard let index = Int(String(decoding: value, as: UTF8.self)), sharedStrings.indices.contains(index)
      else {
        report.missing.append(SheetReference.name(row: row.number, column: column))
        return nil
      }
      return TableText.line(sharedStrings[index])
    case "str", "inlineStr":
      var line = InlineText()
      line.append(value)
      return TableText.line(line.take())
    case "b": return Array((value == [0x31] ? "true" : "false").utf8)
    case "e": return TableText.line(value)
    case "d":
      let text = String(decoding: value, as: UTF8.self)
      return Array((DateText.iso8601(text) ?? text).utf8)
    default:
      guard let text = styles.text(String(decoding: value, as: UTF8.self), style: style) else {
        // Zeros are often hidden so; other values are said to be left out.
        if !isHiddenRow, Double(String(decoding: value, as: UTF8.self)) != 0 {
          report.unshown.append(SheetReference.name(row: row.number, column: column))
        }
        return nil
      }
      return Array(text.utf8)
    }
  }

  // MARK: Rows

  private func take() throws(DocumentError) {
    merges.apply(to: &row)
    guard !row.isBlank else { return }
    if isHiddenRow {
      report.hiddenRows.append(row.number)
      if row.number == lastNumber + 1 { lastNumber = row.number }
      return
    }
    var shown = row
    if !frame.hiddenColumns.isEmpty {
      shown.cells = row.cells.compactMap(visible)
      guard !shown.isBlank else { return }
    }
    let isBelowBlank = lastNumber > 0 && shown.number > lastNumber + 1
    lastNumber = shown.number
    hasRows = true
    try tables.add(shown, isBelowBlank: isBelowBlank)
  }

  /// The cell, or `nil` if its column is hidden; a merged cell is shown in the first column that is not.
  private func visible(_ cell: SheetRow.Cell) -> SheetRow.Cell? {
    guard frame.isHidden(column: cell.column) else { return cell }
    let end = cell.column + max(1, min(cell.cell.columnSpan, SheetReference.mostColumns))
    guard let column = (cell.column..<end).first(where: { !frame.isHidden(column: $0) }) else {
      if !cell.isCopy { report.hiddenColumns.insert(cell.column) }
      return nil
    }
    var moved = cell
    moved.cell.columnSpan -= column - cell.column
    moved.column = column
    return moved
  }
}
