/// Tables that a page makes of other elements: by roles, or as Javadoc does by classes.
enum HTMLGrid {
  /// The rows of cells below `node`, or `nil` where it is no table.
  ///
  /// - Source: WAI-ARIA 1.2 (`table`, `row`, `cell`); the markup of Javadoc 16 and later.
  /// - Complexity: O(nodes below).
  static func rows(_ node: XMLNode) -> [[(cell: XMLNode, isHeader: Bool)]]? {
    guard node.name == "div" || node.name == "section", node.pointer.pointee.properties != nil else {
      return nil
    }
    if let role = node.attribute("role"), role == "table" || role == "grid" {
      var rows: [[(cell: XMLNode, isHeader: Bool)]] = []
      gatherRows(node, &rows)
      return rows.count > 1 && rows.contains { $0.count > 1 } ? rows : nil
    }
    guard let classes = node.attribute("class"),
      classes.contains("summary-table") || classes.contains("details-table")
    else { return nil }
    return javadoc(node)
  }

  private static func gatherRows(_ node: XMLNode, _ rows: inout [[(cell: XMLNode, isHeader: Bool)]]) {
    for child in node.elements {
      if child.attribute("role") == "row" {
        var cells: [(cell: XMLNode, isHeader: Bool)] = []
        gatherCells(child, &cells)
        if !cells.isEmpty { rows.append(cells) }
      } else {
        gatherRows(child, &rows)
      }
    }
  }

  private static func gatherCells(_ node: XMLNode, _ cells: inout [(cell: XMLNode, isHeader: Bool)]) {
    for child in node.elements {
      switch child.attribute("role") {
      case "cell", "gridcell": cells.append((child, false))
      case "columnheader", "rowheader": cells.append((child, true))
      default: gatherCells(child, &cells)
      }
    }
  }

  /// Cells one behind the other, of which the first of a row has the class `col-first`.
  private static func javadoc(_ node: XMLNode) -> [[(cell: XMLNode, isHeader: Bool)]]? {
    var rows: [[(cell: XMLNode, isHeader: Bool)]] = []
    for child in node.elements {
      guard let classes = child.attribute("class")?.split(separator: " "),
        classes.contains(where: { $0.hasPrefix("col-") })
      else { return nil }
      if classes.contains("col-first") || rows.isEmpty { rows.append([]) }
      rows[rows.count - 1].append((child, classes.contains("table-header")))
    }
    return rows.count > 1 && rows.contains { $0.count > 1 } ? rows : nil
  }
}
