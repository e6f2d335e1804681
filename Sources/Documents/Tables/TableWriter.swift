/// Writes a laid out table as blocks of an assembler.
struct TableWriter {
  private let assembler: TextAssembler
  private let layout: TableLayout
  private let header: TableHeader
  private(set) var cells: [PlacedCell] = []

  private var line: [UInt8] = []
  /// Cells of `line`, by their range in it.
  private var lineCells: [PlacedCell] = []

  init(assembler: TextAssembler, layout: TableLayout, header: TableHeader) {
    self.assembler = assembler
    self.layout = layout
    self.header = header
  }

  // MARK: Titles

  /// Writes the caption and what stands above the names.
  mutating func writeTitles(captionLevel: Int) throws(DocumentError) {
    var level = captionLevel
    if let caption = layout.grid.caption {
      try writeTitle(TableText.lines(caption), level: &level, row: nil)
    }
    for row in header.titles {
      for (index, filled) in layout.filled(row).enumerated() {
        if index > 0 { line.append(0x20) }
        place(filled.slot, TableText.line(layout.cell(filled.slot).text))
      }
      try writeTitle(line, level: &level, row: layout.grid.rows[row].number)
    }
  }

  private mutating func writeTitle(_ text: [UInt8], level: inout Int, row: Int?) throws(DocumentError) {
    let isHeading = level > 0 && text.count <= 200 && !text.contains(0x0A)
    let start = try assembler.append(
      isHeading ? .heading : .paragraph, level: isHeading ? level : 0, row: row, text)
    if isHeading { level = 0 }
    close(at: start)
  }

  // MARK: Rows

  /// Writes one block with a line a row.
  mutating func writeRows() throws(DocumentError) {
    var headerBytes = 0
    var rows: [(offset: Int, number: Int)] = []
    var block: [UInt8] = []
    var placed: [PlacedCell] = []
    func take() {
      if !block.isEmpty { block.append(0x0A) }
      for cell in lineCells {
        placed.append(
          PlacedCell(row: cell.row, column: cell.column, range: shifted(cell.range, by: block.count)))
      }
      block += line
      line = []
      lineCells = []
    }
    if header.hasNames {
      for column in 0..<layout.columnCount {
        bar(column)
        for (index, part) in header.parts[column].enumerated() {
          if index > 0 { line += TableHeader.partSeparator }
          place(part, TableText.line(layout.cell(part).text))
        }
        line += Array(header.endings[column].utf8)
      }
      dropEmptyEnd()
      headerBytes = line.count
      if let number = layout.grid.rows[header.rows.lowerBound].number { rows.append((0, number)) }
      take()
    }
    for row in header.firstValues..<max(header.firstValues, layout.rowCount) {
      let filled = layout.filled(row)
      guard !filled.isEmpty, !repeatsNames(row) else { continue }
      if filled.count == 1, filled[0].columns.count > 1 {
        place(filled[0].slot, TableText.line(layout.cell(filled[0].slot).text))
      } else {
        for column in 0..<layout.columnCount {
          bar(column)
          if let slot = layout.slot(row, column) { place(slot, TableText.line(layout.cell(slot).text)) }
        }
        dropEmptyEnd()
      }
      if let number = layout.grid.rows[row].number {
        rows.append((block.isEmpty ? 0 : block.count + 1, number))
      }
      take()
    }
    let start = try assembler.append(.table, headerBytes: headerBytes, rows: rows, block)
    lineCells = placed
    close(at: start)
  }

  /// Begins a cell of the line: a bar between two, no blanks for an empty one.
  private mutating func bar(_ column: Int) {
    guard column > 0 else { return }
    if !line.isEmpty, line.last != 0x20 { line.append(0x20) }
    line += [0x7C, 0x20]
  }

  private mutating func dropEmptyEnd() {
    while let last = line.last, last == 0x7C || last == 0x20,
      line.count > (lineCells.last?.range.upperBound ?? 0)
    {
      line.removeLast()
    }
  }

  /// Whether a row says the names again, as tables do at the top of a page.
  private func repeatsNames(_ row: Int) -> Bool {
    header.hasNames
      && header.rows.contains { line in
        (0..<layout.columnCount).allSatisfy { layout.text(row, $0) == layout.text(line, $0) }
      }
  }

  // MARK: Records

  /// Writes a block a row, with a line a filled cell.
  mutating func writeRecords() throws(DocumentError) {
    let names = (0..<layout.columnCount).map { header.name($0, in: layout) }
    for row in header.firstValues..<max(header.firstValues, layout.rowCount) {
      try writeRecord(row, names: names)
    }
  }

  private mutating func writeRecord(_ row: Int, names: [[UInt8]]) throws(DocumentError) {
    let filled = layout.filled(row)
    guard !filled.isEmpty, !repeatsNames(row) else { return }
    if !header.hasNames {
      for column in 0..<layout.columnCount {
        bar(column)
        if let slot = layout.slot(row, column) { place(slot, TableText.line(layout.cell(slot).text)) }
      }
      dropEmptyEnd()
    } else if filled.count == 1, filled[0].columns.count > 1 {
      place(filled[0].slot, TableText.lines(layout.cell(filled[0].slot).text))
    } else {
      for column in 0..<layout.columnCount {
        guard let slot = layout.slot(row, column), !layout.cell(slot).text.isEmpty else { continue }
        if !line.isEmpty { line.append(0x0A) }
        if !names[column].isEmpty { line += names[column] + [0x3A, 0x20] }
        place(slot, TableText.lines(layout.cell(slot).text))
      }
    }
    let start = try assembler.append(.record, row: layout.grid.rows[row].number, line)
    close(at: start)
  }

  // MARK: Cells

  private mutating func place(_ slot: TableLayout.Slot, _ text: [UInt8]) {
    guard !text.isEmpty else { return }
    let start = line.count
    line += text
    lineCells.append(PlacedCell(row: slot.row, column: slot.cell, range: start..<line.count))
  }

  /// Ends a block that was appended at `start`; `nil` if it was left out.
  private mutating func close(at start: Int?) {
    if let start {
      for cell in lineCells {
        cells.append(PlacedCell(row: cell.row, column: cell.column, range: shifted(cell.range, by: start)))
      }
    }
    line = []
    lineCells = []
  }

  private func shifted(_ range: Range<Int>, by offset: Int) -> Range<Int> {
    (range.lowerBound + offset)..<(range.upperBound + offset)
  }
}
