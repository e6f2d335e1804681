extension HTMLText {
  /// A table of data through the shared table model; one that only places things on the page by what it holds.
  mutating func table(_ node: XMLNode) throws(DocumentError) {
    try flushBeforeBlock()
    if let code = numberedCode(node) { return try appendCode(code, language: HTMLLanguage.of(node)) }
    guard !isLayout(node) else {
      try visit(node)
      return try flush()
    }
    var grid = TableGrid()
    collect(node, &grid)
    try assembler.append(grid, as: .rows)
  }

  /// A table made of other elements.
  mutating func grid(_ rows: [[(cell: XMLNode, isHeader: Bool)]]) throws(DocumentError) {
    try flushBeforeBlock()
    let grid = TableGrid(
      rows: rows.map { cells in
        TableGrid.Row(cells: cells.map { TableGrid.Cell(text: flat($0.cell), isHeader: $0.isHeader) })
      })
    try assembler.append(grid, as: .rows)
  }

  /// Adds the rows below `node`.
  private func collect(_ node: XMLNode, _ grid: inout TableGrid) {
    for child in node.elements where !content.leavesOut(child) {
      switch child.name {
      case "tr":
        var row = TableGrid.Row(cells: [])
        let isHead = HTMLAncestry.parent(child)?.name == "thead"
        for cell in child.elements where !content.leavesOut(cell) {
          let isCell = cell.name == "th" || cell.name == "td"
          guard isCell else { continue }
          row.cells.append(
            TableGrid.Cell(
              text: flat(cell), columnSpan: Self.span(cell, "colspan"), rowSpan: Self.span(cell, "rowspan"),
              isHeader: cell.name == "th" || isHead))
        }
        grid.rows.append(row)
      case "caption":
        let caption = flat(child)
        if !caption.isEmpty { grid.caption = caption }
      case "colgroup", "col":
        break
      default:
        collect(child, &grid)
      }
    }
  }

  /// - Source: the HTML standard, section 4.9.11: a `rowspan` of 0 reaches to the end.
  private static func span(_ cell: XMLNode, _ name: String) -> Int {
    guard let value = cell.attribute(name).flatMap({ Int($0.filter { $0 != " " }) }) else { return 1 }
    if value == 0, name == "rowspan" { return 65_534 }
    return max(1, min(value, 65_534))
  }

  // MARK: Layout

  private struct Shape {
    var rows = 0
    var widest = 0
    var hasHeads = false
    var hasTables = false
    var hasBlocks = false
    var hasCode = false
    var longest = 0
  }

  /// Whether a table only places things on the page.
  private func isLayout(_ table: XMLNode) -> Bool {
    let role = table.attribute("role")
    if role == "presentation" || role == "none" { return true }
    var shape = Shape()
    look(table, &shape, isCell: false)
    if shape.widest < 2 { return true }
    if shape.hasHeads { return shape.hasTables && shape.longest > 2000 }
    if shape.hasTables || shape.hasBlocks { return true }
    return shape.rows == 1 && (shape.longest > 200 || shape.hasCode)
  }

  private func look(_ node: XMLNode, _ shape: inout Shape, isCell: Bool) {
    var cells = 0
    for child in node.elements {
      let name = child.name
      switch name {
      case "table":
        shape.hasTables = true
        continue
      case "h1", "h2", "h3", "h4", "h5", "h6", "blockquote": shape.hasBlocks = true
      case "pre": shape.hasCode = true
      case "tr": if !isCell { shape.rows += 1 }
      case "thead", "caption": if !isCell { shape.hasHeads = true }
      case "td", "th":
        if !isCell {
          cells += 1
          if name == "th" || child.attribute("scope") != nil { shape.hasHeads = true }
          shape.longest = max(shape.longest, content.measure[child].text)
        }
      default: break
      }
      look(child, &shape, isCell: isCell || name == "td" || name == "th")
    }
    shape.widest = max(shape.widest, cells)
  }

  /// The code of a table with a row for each line, numbers in its first column.
  private func numberedCode(_ table: XMLNode) -> [UInt8]? {
    guard let row = table.descendant("tr"), let first = row.elements.first(where: { $0.name == "td" }),
      content.words(first).contains(.lineNumbers), HTMLAncestry.next(first)?.name == "td"
    else { return nil }
    var code: [UInt8] = []
    gatherRaw(table, &code)
    return code
  }
}
