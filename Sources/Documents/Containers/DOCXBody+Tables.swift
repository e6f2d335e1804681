/// Tables, and text that is brought onto one line.
extension DOCXBody {
  private struct Row {
    var properties: XMLNode?
    var cells: [XMLNode] = []
  }

  mutating func table(_ node: XMLNode) throws(DocumentError) {
    try flushCode()
    try endParagraph(.paragraph, level: 0, prefix: "")
    var rows: [Row] = []
    collectRows(node, &rows)
    guard !Self.isLayout(rows) else {
      for row in rows { for cell in row.cells { try blocks(of: cell) } }
      return
    }
    try assembler.append(grid(rows), as: .rows)
    try appendAnchored()
  }

  /// Whether a table only places text: one column, or one row of cells that hold whole passages.
  private static func isLayout(_ rows: [Row]) -> Bool {
    guard rows.contains(where: { $0.cells.count > 1 }) else { return true }
    guard rows.count == 1 else { return false }
    return rows[0].cells.contains { cell in
      cell.elements("tbl").count > 0 || cell.elements("p").count { $0.descendant("t") != nil } > 1
    }
  }

  private mutating func grid(_ rows: [Row]) -> TableGrid {
    var grid = TableGrid()
    // By column: the cell that a cell below may go on with.
    var open: [Int: (row: Int, cell: Int)] = [:]
    for row in rows {
      let isHeader = row.properties?.first("tblHeader").map(DOCXStyles.isOn) ?? false
      func skipped(_ name: String) -> Int {
        max(0, min(row.properties?.first(name)?.attribute("val").flatMap { Int($0) } ?? 0, 100))
      }
      var cells: [TableGrid.Cell] = []
      var column = skipped("gridBefore")
      if column > 0 { cells.append(TableGrid.Cell(text: [], columnSpan: column)) }
      for node in row.cells {
        let properties = node.first("tcPr")
        let span = max(1, min(properties?.first("gridSpan")?.attribute("val").flatMap { Int($0) } ?? 1, 1000))
        let text = flat(node)
        if properties?.first("hMerge").map({ $0.attribute("val") ?? "continue" }) == "continue", text.isEmpty,
          let last = cells.indices.last
        {
          cells[last].columnSpan += span
        } else if properties?.first("vMerge").map({ $0.attribute("val") ?? "continue" }) == "continue",
          text.isEmpty, let above = open[column],
          above.row + grid.rows[above.row].cells[above.cell].rowSpan == grid.rows.count
        {
          grid.rows[above.row].cells[above.cell].rowSpan += 1
        } else {
          open[column] = (grid.rows.count, cells.count)
          cells.append(TableGrid.Cell(text: text, columnSpan: span, isHeader: isHeader))
        }
        column += span
      }
      grid.rows.append(TableGrid.Row(cells: cells))
    }
    return grid
  }

  private mutating func collectRows(_ node: XMLNode, _ rows: inout [Row]) {
    for child in node.elements {
      switch child.name {
      case "tr":
        let properties = child.first("trPr")
        if properties?.first("del") != nil {
          omissions.deletions += 1
          continue
        }
        if properties?.first("ins") != nil { omissions.insertions += 1 }
        var row = Row(properties: properties)
        collectCells(child, &row.cells)
        rows.append(row)
      case "tblPr", "tblGrid": break
      case "del", "moveFrom": countDeletion(child)
      default: collectRows(child, &rows)
      }
    }
  }

  private mutating func collectCells(_ node: XMLNode, _ cells: inout [XMLNode]) {
    for child in node.elements {
      if child.name == "tc" {
        if child.first("tcPr")?.first("cellDel") != nil {
          omissions.deletions += 1
        } else {
          cells.append(child)
        }
      } else if child.name == "sdt", Self.isPlaceholder(child) {
        omissions.placeholders += 1
        // The cell stays, without its words.
        if let cell = child.descendant("tc"), let properties = cell.first("tcPr") { cells.append(properties) }
      } else {
        collectCells(child, &cells)
      }
    }
  }

  /// The paragraphs below `node` on one line.
  mutating func flat(_ node: XMLNode) -> [UInt8] {
    let outer = line
    let style = paragraphStyle
    line = OfficeText()
    flatten(node)
    let bytes = line.takeOneLine()
    line = outer
    paragraphStyle = style
    return bytes
  }

  private mutating func flatten(_ node: XMLNode) {
    for child in node.elements {
      switch child.name {
      case "p":
        line.space()
        let properties = child.first("pPr")
        let style = properties?.first("pStyle")?.attribute("val")
        paragraphStyle = style
        if let reference = Self.reference(properties, parts.styles.numbering(of: style), style: style),
          let item = numbering.next(reference), !item.label.isEmpty, child.descendant("t") != nil
        {
          line.append(item.label + " ")
        }
        inline(child)
        line.space()
      case "tbl": flattenTable(child)
      case "del", "moveFrom": countDeletion(child)
      case "sdt":
        if Self.isPlaceholder(child) { omissions.placeholders += 1 } else { flatten(child) }
      case "tcPr", "sdtPr", "tblPr": break
      case "AlternateContent":
        if let branch = child.first("Choice") ?? child.first("Fallback") { flatten(branch) }
      default: flatten(child)
      }
    }
  }

  /// A table inside a cell: its rows parted by semicolons, their cells by commas.
  private mutating func flattenTable(_ node: XMLNode) {
    var rows: [Row] = []
    collectRows(node, &rows)
    var texts: [[UInt8]] = []
    for row in rows {
      var cells: [[UInt8]] = []
      for cell in row.cells { cells.append(flat(cell)) }
      let filled = cells.filter { !$0.isEmpty }
      if !filled.isEmpty { texts.append(Array(filled.joined(separator: Array(", ".utf8)))) }
    }
    line.space()
    line.append(Array(texts.joined(separator: Array("; ".utf8))))
    line.space()
  }

  /// The paragraphs of a header or footer.
  mutating func headerLines(of node: XMLNode) -> [HeaderFooterText.Line] {
    var lines: [HeaderFooterText.Line] = []
    for child in node.elements {
      switch child.name {
      case "p":
        paragraphStyle = child.first("pPr")?.first("pStyle")?.attribute("val")
        hasPageNumber = false
        inline(child)
        lines.append(HeaderFooterText.Line(text: line.takeOneLine(), hadPageNumber: hasPageNumber))
        let held = anchored
        anchored = []
        for one in held {
          if case .box(let box) = one { lines += headerLines(of: box) } else { anchored.append(one) }
        }
      case "del", "moveFrom": countDeletion(child)
      case "sdtPr", "tblPr", "tcPr": break
      case "tr":
        // Cells of a letterhead stand beside each other.
        let cells = headerRow(child)
        lines.append(
          HeaderFooterText.Line(
            text: Array(cells.map(\.text).filter { !$0.isEmpty }.joined(separator: Array(" | ".utf8))),
            hadPageNumber: cells.contains { $0.hadPageNumber }))
      default: lines += headerLines(of: child)
      }
    }
    return lines
  }

  private mutating func headerRow(_ row: XMLNode) -> [HeaderFooterText.Line] {
    var cells: [XMLNode] = []
    collectCells(row, &cells)
    return cells.map { cell in
      let lines = headerLines(of: cell)
      let text = lines.map(\.text).filter { !$0.isEmpty }
      return HeaderFooterText.Line(
        text: Array(text.joined(separator: [0x20])), hadPageNumber: lines.contains { $0.hadPageNumber })
    }
  }
}
