/// Tables, text that is brought onto one line, headers and footers.
extension ODFText {
  private struct Row {
    var node: XMLNode
    var isHeader: Bool
  }

  /// Repeated rows and cells are filled up to here.
  private static let mostRepeats = 200

  mutating func table(_ node: XMLNode) throws(DocumentError) {
    var rows: [Row] = []
    collectRows(node, isHeader: false, &rows)
    let widths = rows.map { row in row.node.elements.count { $0.name.hasSuffix("table-cell") } }
    guard (widths.max() ?? 0) > 1 || rows.contains(where: { Self.repeats($0.node, "columns") > 1 }) else {
      // One column is a frame around text.
      for row in rows { for cell in row.node.elements("table-cell") { try blocks(of: cell) } }
      return
    }
    var grid = TableGrid()
    for row in rows {
      var cells: [TableGrid.Cell] = []
      for cell in row.node.elements("table-cell") {
        let text = flat(cell)
        let repeats = Self.number(cell, "number-columns-repeated")
        var shown = TableGrid.Cell(text: text, isHeader: row.isHeader)
        shown.columnSpan = Self.number(cell, "number-columns-spanned")
        shown.rowSpan = Self.number(cell, "number-rows-spanned")
        if text.isEmpty, repeats > 1 {
          shown.columnSpan = repeats
          cells.append(shown)
        } else {
          cells += Array(repeating: shown, count: min(repeats, Self.mostRepeats))
        }
      }
      let isFilled = cells.contains { !$0.text.isEmpty }
      let copies = isFilled ? min(Self.number(row.node, "number-rows-repeated"), Self.mostRepeats) : 1
      grid.rows += Array(repeating: TableGrid.Row(cells: cells), count: copies)
    }
    try assembler.append(grid, as: .rows)
    try appendAnchored()
  }

  private mutating func collectRows(_ node: XMLNode, isHeader: Bool, _ rows: inout [Row]) {
    for child in node.elements {
      switch child.name {
      case "table-row":
        if child.attribute("visibility") == "collapse" || child.attribute("visibility") == "filter" {
          omissions.hiddenRuns += 1
        } else {
          rows.append(Row(node: child, isHeader: isHeader))
        }
      case "table-header-rows": collectRows(child, isHeader: true, &rows)
      case "table-rows", "table-row-group": collectRows(child, isHeader: isHeader, &rows)
      default: break
      }
    }
  }

  private static func number(_ node: XMLNode, _ name: String) -> Int {
    max(1, min(node.attribute(name).flatMap { Int($0) } ?? 1, 1000))
  }

  private static func repeats(_ row: XMLNode, _ what: String) -> Int {
    row.elements("table-cell").map { number($0, "number-\(what)-repeated") }.max() ?? 1
  }

  /// The paragraphs below `node` on one line.
  mutating func flat(_ node: XMLNode) -> [UInt8] {
    let outer = line
    line = OfficeText()
    flatten(node, mark: nil)
    let bytes = line.takeOneLine()
    line = outer
    return bytes
  }

  private mutating func flatten(_ node: XMLNode, mark: String?) {
    for child in node.elements {
      switch child.name {
      case "p", "h":
        line.space()
        if let mark { line.append(mark) }
        let format = styles.format("paragraph", child.attribute("style-name"))
        inline(child, format.script ?? .normal, isHidden: format.isHidden ?? false)
        line.space()
      case "list":
        let style = child.attribute("style-name").flatMap { styles.lists[$0] }
        for (index, item) in child.elements("list-item").enumerated() {
          let label = style.map { $0.label(1, counts: [$0.start(1) &+ index]) } ?? "-"
          flatten(item, mark: label.isEmpty ? nil : label + " ")
        }
      case "table": flattenTable(child)
      case "frame", "g", "custom-shape", "rect": drawing(child)
      case "creator", "date", "date-string", "creator-initials": break
      default: flatten(child, mark: mark)
      }
    }
  }

  /// A table inside a cell: its rows parted by semicolons, their cells by commas.
  private mutating func flattenTable(_ node: XMLNode) {
    var rows: [Row] = []
    collectRows(node, isHeader: false, &rows)
    var texts: [[UInt8]] = []
    for row in rows {
      var cells: [[UInt8]] = []
      for cell in row.node.elements("table-cell") {
        let text = flat(cell)
        if !text.isEmpty { cells.append(text) }
      }
      if !cells.isEmpty { texts.append(Array(cells.joined(separator: Array(", ".utf8)))) }
    }
    line.space()
    line.append(Array(texts.joined(separator: Array("; ".utf8))))
    line.space()
  }

  // MARK: Headers and footers

  /// Appends what the pages' heads and feet say beyond page numbers, each text once.
  ///
  /// - Parameter styles: those that the heads and feet use, which are others than those of the body.
  mutating func appendHeadersAndFooters(_ root: XMLNode, styles: ODFStyles) throws(DocumentError) {
    let outer = self.styles
    self.styles = styles
    defer { self.styles = outer }
    var seen: [[UInt8]] = []
    for page in root.first("master-styles")?.elements("master-page") ?? [] {
      for part in page.elements {
        let isHeader = part.name.hasPrefix("header")
        guard isHeader || part.name.hasPrefix("footer"), part.attribute("display") != "false" else {
          continue
        }
        let text = Array(HeaderFooterText.lines(headerLines(of: part)).joined(separator: [0x0A]))
        guard !text.isEmpty, !seen.contains(text) else { continue }
        seen.append(text)
        try assembler.append(.paragraph, Array((isHeader ? "Header: " : "Footer: ").utf8) + text)
        try appendAnchored()
      }
    }
  }

  private mutating func headerLines(of node: XMLNode) -> [HeaderFooterText.Line] {
    var lines: [HeaderFooterText.Line] = []
    for child in node.elements {
      switch child.name {
      case "p", "h":
        hasPageNumber = false
        inline(child, .normal, isHidden: false)
        lines.append(HeaderFooterText.Line(text: line.takeOneLine(), hadPageNumber: hasPageNumber))
        let held = anchored
        anchored = []
        for one in held {
          if case .box(let box) = one { lines += headerLines(of: box) } else { anchored.append(one) }
        }
      case "table-row":
        let cells = child.elements("table-cell").flatMap { headerLines(of: $0) }
        lines.append(
          HeaderFooterText.Line(
            text: Array(cells.map(\.text).filter { !$0.isEmpty }.joined(separator: Array(" | ".utf8))),
            hadPageNumber: cells.contains { $0.hadPageNumber }))
      case "tracked-changes": break
      default: lines += headerLines(of: child)
      }
    }
    return lines
  }
}
