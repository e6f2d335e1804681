/// Charts of OpenDocument: the title, then the table of values that the chart holds.
///
/// - Source: OASIS OpenDocument 1.3 part 3, section 11.
enum ODFChart {
  /// - Parameter chart: a `chart:chart`.
  /// - Returns: whether there was anything to append.
  /// - Complexity: O(nodes).
  static func append(_ chart: XMLNode, to assembler: TextAssembler) throws(DocumentError) -> Bool {
    var title = text(chart.first("title"))
    let subtitle = text(chart.first("subtitle"))
    if !subtitle.isEmpty { title += (title.isEmpty ? "" : ", ") + subtitle }
    let axes = (chart.first("plot-area")?.elements("axis") ?? []).map { text($0.first("title")) }
      .filter { !$0.isEmpty }
    var grid = TableGrid()
    for node in chart.first("table")?.descendants.map({ $0 }) ?? [] where node.name == "table-row" {
      var cells: [TableGrid.Cell] = []
      for cell in node.elements where cell.name == "table-cell" {
        let repeats = max(1, min(cell.attribute("number-columns-repeated").flatMap { Int($0) } ?? 1, 100))
        let shown = cell.elements("p").map { text($0, isParagraph: true) }.joined(separator: " ")
        let value = cell.attribute("value-type") == "float" ? cell.attribute("value") : nil
        let number = value.map { $0 == "NaN" ? "" : ChartNumber.text($0, format: "General") }
        for _ in 0..<repeats { cells.append(TableGrid.Cell(text: Array((number ?? shown).utf8))) }
      }
      grid.rows.append(TableGrid.Row(cells: cells))
      guard grid.rows.count <= ChartText.mostPoints else { break }
    }
    if let first = grid.rows.indices.first {
      for cell in grid.rows[first].cells.indices { grid.rows[first].cells[cell].isHeader = true }
      if grid.rows[first].cells.first?.text.isEmpty ?? false {
        grid.rows[first].cells[0].text = Array("Category".utf8)
      }
    }
    guard !title.isEmpty || grid.rows.count > 1 else { return false }
    let caption = "Chart" + (title.isEmpty ? "" : ": " + title)
    try assembler.append(
      .paragraph, caption + (axes.isEmpty ? "" : " (" + axes.joined(separator: "; ") + ")"))
    if grid.rows.count > 1 { try assembler.append(grid, as: .rows) }
    return true
  }

  private static func text(_ node: XMLNode?, isParagraph: Bool = false) -> String {
    guard let node else { return "" }
    if isParagraph { return TextAssembler.oneLine(node.text) ?? "" }
    return node.elements("p").compactMap { TextAssembler.oneLine($0.text) }.joined(separator: " ")
  }
}
