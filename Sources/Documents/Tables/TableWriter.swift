/// Writes a laid out table as blocks of an assembler.
struct TableWriter {
  private let assembler: TextAssembler
  private let layout: TableLayout
  private(set) var cells: [PlacedCell] = []

  /// Columns whose names were written with a value.
  private(set) var usedNames: Set<Int> = []

  private var line: [UInt8] = []
  /// Cells of `line`, by their range in it.
  private var lineCells: [PlacedCell] = []

  init(assembler: TextAssembler, layout: TableLayout) {
    self.assembler = assembler
    self.layout = layout
  }

  // MARK: Titles

  /// Writes the caption and what stands above the names.
  mutating func writeTitles(_ header: TableHeader, captionLevel: Int) throws(DocumentError) {
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
  mutating func writeRows(_ header: TableHeader, _ names: TableNames) throws(DocumentError) {
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
      guard !filled.isEmpty, !names.areRepeated(in: row, of: layout) else { continue }
      if filled.count == 1, filled[0].columns.count > 1 {
        place(filled[0].slot, TableText.line(layout.cell(filled[0].slot).text))
      } else {
        writeJoined(row)
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

  // MARK: Records

  /// A record of more bytes may be cut: its first line goes with every piece.
  private static let longRecord = 600

  /// Writes a block a row from `start` on, with a line a filled cell.
  mutating func writeRecords(_ names: TableNames, from start: Int) throws(DocumentError) {
    for row in start..<max(start, layout.rowCount) { try writeRecord(row, names) }
  }

  private mutating func writeRecord(_ row: Int, _ names: TableNames) throws(DocumentError) {
    let filled = layout.filled(row)
    guard !filled.isEmpty, !names.areRepeated(in: row, of: layout) else { return }
    let number = layout.grid.rows[row].number
    let only = filled.count == 1 ? TableText.lines(layout.cell(filled[0].slot).text) : []
    if filled.count == 1, layout.columnCount > 1, filled[0].columns.count > 1 || TableText.isNote(only) {
      place(filled[0].slot, only)
      return close(at: try assembler.append(.paragraph, row: number, line))
    }
    var firstLine = 0
    if !names.hasNames {
      let isLabelled = filled.count == 2 && layout.cell(filled[0].slot).text.last == 0x3A
      if isLabelled {
        for (index, cell) in filled.enumerated() {
          if index > 0 { line.append(0x20) }
          place(cell.slot, TableText.line(layout.cell(cell.slot).text))
        }
      } else {
        writeJoined(row)
      }
    } else {
      for column in layout.slots[row].indices {
        guard let slot = layout.slot(row, column), !layout.cell(slot).text.isEmpty else { continue }
        if !line.isEmpty {
          if firstLine == 0 { firstLine = line.count }
          line.append(0x0A)
        }
        if !names[column].isEmpty {
          line += names[column] + [0x3A, 0x20]
          usedNames.insert(column)
        }
        place(slot, TableText.lines(layout.cell(slot).text))
      }
    }
    let header = line.count > Self.longRecord && firstLine < Self.longRecord / 4 ? firstLine : 0
    close(at: try assembler.append(.record, headerBytes: header, row: number, line))
  }

  private mutating func writeJoined(_ row: Int) {
    for column in layout.slots[row].indices {
      bar(column)
      if let slot = layout.slot(row, column) { place(slot, TableText.line(layout.cell(slot).text)) }
    }
    dropEmptyEnd()
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
