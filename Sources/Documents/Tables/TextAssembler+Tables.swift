extension TextAssembler {
  /// Appends a table, with its spans filled and its column names found.
  ///
  /// Its caption and the titles above its names become paragraphs before it, or, in `records`, the first a heading where
  /// `captionLevel` is given.
  ///
  /// - Parameters:
  ///   - captionLevel: level of the heading that a caption becomes; 0 for none.
  ///   - expectsNames: the format is one whose first row is names as a rule (CSV).
  /// - Returns: where the cells' texts stand, ascending.
  /// - Throws: `.tooLarge` when the text would pass the limit.
  /// - Complexity: O(text).
  @discardableResult
  package func append(
    _ grid: TableGrid, as style: TableStyle, captionLevel: Int = 0, expectsNames: Bool = false
  ) throws(DocumentError) -> [PlacedCell] {
    let layout = TableLayout(grid)
    guard layout.columnCount > 0 else {
      if let caption = grid.caption { try append(.paragraph, caption) }
      return []
    }
    let header = HeaderSearch(layout, expectsNames: expectsNames).header()
    let names = TableNames(header, in: layout)
    var writer = TableWriter(assembler: self, layout: layout)
    try writer.writeTitles(header, captionLevel: captionLevel)
    switch style {
    case .rows: try writer.writeRows(header, names)
    case .records: try writer.writeRecords(names, from: header.firstValues)
    }
    return writer.cells
  }
}
