/// Finds the tables of a sheet, row by row, and writes each as records under its own names.
///
/// Blank rows part tables where what follows has names of its own or other columns; blank columns do where both sides
/// have labels. Lines of a single cell above a table are its titles: the first becomes a heading, so that every record
/// is found with it.
///
/// Holds at most `mostRows` rows: names are looked for in those, and later rows are written as they come.
struct SheetTables {
  struct Options {
    /// Level of the heading that a table's title becomes.
    var captionLevel = 2
    /// Name of the sheet; a table without title below one with a title gets it as its heading again.
    var sheet: (name: [UInt8], level: Int)?
    /// The first row is names as a rule (CSV).
    var expectsNames = false
    /// Blank columns part tables.
    var splitsColumns = true
    /// Whether `placed` is filled.
    var keepsPlaces = false
  }

  /// Where the text of a cell with a `source` stands, ascending by `text`.
  struct Placed {
    var source: Range<Int>
    var text: Range<Int>
  }

  private let assembler: TextAssembler
  private let options: Options
  private(set) var placed: [Placed] = []

  private var buffer: [SheetRow] = []
  private var bufferedCells = 0
  /// The buffer's rows go on with `open`.
  private var isStreaming = false
  /// Tables that the rows to come may go on with.
  private var open: [OpenTable] = []
  /// Lines of a single cell that wait for a table below.
  private var texts: [SheetRow] = []
  /// A title is the heading of what is written now.
  private var isUnderTitle = false
  private var hasTables = false
  /// Names of columns without values.
  private var emptyNames: [[UInt8]] = []

  private static let mostRows = 1000
  private static let mostCells = 100_000

  private struct OpenTable {
    var columns: [Int]
    var names: TableNames
    /// Names that no value was written with so far.
    var unused: Set<Int>
    /// Whether most cells of a column, among those of `columns`, are values and no words.
    var hasValues: [Bool]
  }

  init(assembler: TextAssembler, options: Options) {
    self.assembler = assembler
    self.options = options
  }

  /// Takes the next row that isn't blank.
  ///
  /// - Parameter isBelowBlank: whether blank rows stand between it and the row before.
  /// - Throws: `.tooLarge` when the text would pass the limit.
  mutating func add(_ row: SheetRow, isBelowBlank: Bool) throws(DocumentError) {
    if isBelowBlank {
      // A single row of several cells may be the names of what stands below the blank row.
      if buffer.count == 1, !isStreaming, buffer[0].cells.count > 1,
        row.cells.count > 1 || options.expectsNames && !hasTables
      {
        buffer.append(SheetRow(number: buffer[0].number + 1, cells: []))
      } else {
        try flush(isEnd: true)
      }
    }
    buffer.append(row)
    bufferedCells += row.cells.count
    if buffer.count >= Self.mostRows || bufferedCells >= Self.mostCells { try flush(isEnd: false) }
  }

  mutating func finish() throws(DocumentError) {
    try flush(isEnd: true)
    try writeTexts(isTitle: false)
    while !open.isEmpty { close(at: 0) }
  }

  /// What `finish` found to say of the columns, without the sheet's name.
  var note: String? {
    guard !emptyNames.isEmpty else { return nil }
    let names = emptyNames.prefix(8).map { "'" + String(decoding: $0, as: UTF8.self) + "'" }.joined(
      separator: ", ")
    let rest = emptyNames.count > 8 ? ", … (\(emptyNames.count) in all)" : ""
    return emptyNames.count == 1
      ? "column \(names) has a name and no values" : "columns \(names)\(rest) have names and no values"
  }

  private mutating func flush(isEnd: Bool) throws(DocumentError) {
    let rows = buffer
    buffer = []
    bufferedCells = 0
    if !rows.isEmpty {
      if isStreaming {
        try stream(rows)
      } else {
        try write(rows, depth: 0)
      }
    }
    isStreaming = !isEnd && !open.isEmpty
  }

  // MARK: Parts of a region

  /// Writes rows without blank rows among them.
  private mutating func write(_ rows: [SheetRow], depth: Int) throws(DocumentError) {
    let groups = depth < 3 ? SheetColumns.groups(of: rows, splits: options.splitsColumns) : []
    guard groups.count > 1 else { return try writeTable(rows) }
    for group in groups {
      var part: [SheetRow] = []
      for row in rows {
        let cells = row.cells.filter { group.contains($0.column) }
        let piece = SheetRow(number: row.number, cells: cells)
        if !piece.isBlank {
          part.append(piece)
        } else if !part.isEmpty {
          try write(part, depth: depth + 1)
          part = []
        }
      }
      if !part.isEmpty { try write(part, depth: depth + 1) }
    }
  }

  private mutating func writeTable(_ rows: [SheetRow]) throws(DocumentError) {
    let columns = Set(rows.lazy.flatMap { $0.cells.lazy.filter { !$0.cell.text.isEmpty }.map(\.column) })
      .sorted()
    let isLines = rows.allSatisfy { $0.cells.count { !$0.isCopy && !$0.cell.text.isEmpty } < 2 }
    let isFirst = options.expectsNames && !hasTables
    if isLines, columns.count > 1 || rows.count < 3, !isFirst || rows.count < 2 {
      texts += rows
      return
    }
    let chunk = SheetGrid(rows, columns: columns)
    let layout = TableLayout(chunk.grid, keepsColumns: true)
    let header = HeaderSearch(layout, expectsNames: isFirst).header()
    // Lines below a table of several columns are notes, or the titles of the next.
    if isLines, !header.isSure, hasTables, !options.expectsNames {
      texts += rows
      return
    }
    if let index = open.lastIndex(where: { goesOn($0, columns: columns, layout: layout, header: header) }) {
      try writeTexts(isTitle: false)
      open.append(open.remove(at: index))
      try writeRecords(rows, tableAt: open.count - 1)
      return
    }
    try writeTexts(isTitle: true)
    let names = TableNames(header, in: layout)
    var writer = TableWriter(assembler: assembler, layout: layout)
    let titles = header.titles.map { rows[$0] }
    try writeTitles(titles)
    try leaveTitle(at: rows[0].number)
    try writer.writeRecords(names, from: header.firstValues)
    keep(writer.cells, chunk)
    hasTables = true
    for index in open.indices.reversed() where !Set(open[index].columns).isDisjoint(with: columns) {
      close(at: index)
    }
    open.append(
      OpenTable(
        columns: columns, names: names,
        unused: Set(names.names.indices.filter { !names[$0].isEmpty }).subtracting(writer.usedNames),
        hasValues: Self.hasValues(layout, from: header.firstValues)))
    if open.count > 16 { close(at: 0) }
    titleIsFresh = false
  }

  /// Ends a table; names without any value are in no record, and are said.
  private mutating func close(at index: Int) {
    let table = open.remove(at: index)
    guard table.names.hasNames else { return }
    for column in table.unused.sorted() where emptyNames.count < 1000 {
      emptyNames.append(table.names[column])
    }
  }

  /// Whether rows below a blank one go on with a table above.
  private func goesOn(_ table: OpenTable, columns: [Int], layout: TableLayout, header: TableHeader) -> Bool {
    guard table.names.hasNames || options.expectsNames, let first = columns.first, let last = columns.last,
      let left = table.columns.first, let right = table.columns.last, first >= left, last <= right
    else { return false }
    if !texts.isEmpty, header.hasNames { return false }
    if header.hasNames, header.isSure { return false }
    if header.hasNames, columns != table.columns, !options.expectsNames { return false }
    // Words where the table above has values, or values where it has words, in most columns.
    var differences = 0
    var compared = 0
    var positions: [Int: Int] = [:]
    for (position, column) in table.columns.enumerated() { positions[column] = position }
    for (index, column) in columns.enumerated() {
      guard let known = positions[column] else { continue }
      let kinds = (0..<min(layout.rowCount, 50)).map { CellKind(layout.text($0, index)) }.filter {
        $0 != .empty
      }
      guard !kinds.isEmpty else { continue }
      compared += 1
      let values = kinds.count { $0.isValue }
      if (values * 2 > kinds.count) != table.hasValues[known] { differences += 1 }
    }
    return differences * 2 <= compared
  }

  private static func hasValues(_ layout: TableLayout, from row: Int) -> [Bool] {
    (0..<layout.columnCount).map { column in
      let kinds = (row..<max(row, min(layout.rowCount, row + 50))).map { CellKind(layout.text($0, column)) }
        .filter { $0 != .empty }
      return kinds.count { $0.isValue } * 2 > kinds.count
    }
  }

  // MARK: Going on

  /// Writes rows beyond the buffer, each cell under the names of its table.
  private mutating func stream(_ rows: [SheetRow]) throws(DocumentError) {
    guard open.count > 1 else {
      if !open.isEmpty { try writeRecords(rows, tableAt: 0) }
      return
    }
    // Columns that no table has go with the table to their left.
    let order = open.indices.sorted { (open[$0].columns.first ?? 0) < (open[$1].columns.first ?? 0) }
    for (position, index) in order.enumerated() {
      let start = position == 0 ? 0 : open[index].columns.first ?? 0
      let end = position + 1 < order.count ? open[order[position + 1]].columns.first ?? .max : .max
      let part = rows.map { row in
        SheetRow(number: row.number, cells: row.cells.filter { $0.column >= start && $0.column < end })
      }
      try writeRecords(part.filter { !$0.isBlank }, tableAt: index)
    }
  }

  private mutating func writeRecords(_ rows: [SheetRow], tableAt index: Int) throws(DocumentError) {
    guard !rows.isEmpty else { return }
    let table = open[index]
    let known = Set(table.columns)
    var columns = table.columns
    let others = Set(rows.lazy.flatMap { $0.cells.lazy.map(\.column) }).subtracting(known)
    columns += others.sorted()
    let chunk = SheetGrid(rows, columns: columns)
    var writer = TableWriter(assembler: assembler, layout: TableLayout(chunk.grid, keepsColumns: true))
    try writer.writeRecords(table.names, from: 0)
    open[index].unused.subtract(writer.usedNames)
    keep(writer.cells, chunk)
  }

  // MARK: Titles

  private var titleIsFresh = false

  /// Writes the lines that waited: as titles of the table that follows, or as what they are.
  private mutating func writeTexts(isTitle: Bool) throws(DocumentError) {
    let rows = texts
    texts = []
    try writeTitles(rows, isTitle: isTitle)
  }

  /// The first line that can be a title becomes a heading; the others are paragraphs.
  private mutating func writeTitles(_ rows: [SheetRow], isTitle: Bool = true) throws(DocumentError) {
    for row in rows {
      let cells = row.cells.filter { !$0.cell.text.isEmpty && !$0.isCopy }
      var line: [UInt8] = []
      var found: [(source: Range<Int>, text: Range<Int>)] = []
      for cell in cells {
        if !line.isEmpty { line.append(0x20) }
        let text = TableText.line(cell.cell.text)
        if let source = cell.source, options.keepsPlaces, !text.isEmpty {
          found.append((source, line.count..<(line.count + text.count)))
        }
        line += text
      }
      let isHeading =
        isTitle && !titleIsFresh && cells.count == 1 && !TableText.isNote(line) && line.count <= 200
      let start = try assembler.append(
        isHeading ? .heading : .paragraph, level: isHeading ? options.captionLevel : 0, row: row.number, line)
      if isHeading {
        titleIsFresh = true
        isUnderTitle = true
      }
      guard let start else { continue }
      for cell in found {
        let text = (cell.text.lowerBound + start)..<(cell.text.upperBound + start)
        placed.append(Placed(source: cell.source, text: text))
      }
    }
  }

  /// Ends the section of a title that is another table's.
  private mutating func leaveTitle(at row: Int) throws(DocumentError) {
    guard isUnderTitle, !titleIsFresh, let sheet = options.sheet else { return }
    try assembler.append(.heading, level: sheet.level, row: row, sheet.name)
    isUnderTitle = false
  }

  private mutating func keep(_ cells: [PlacedCell], _ chunk: SheetGrid) {
    guard options.keepsPlaces else { return }
    for cell in cells {
      guard let source = chunk.sources[cell.row][cell.column] else { continue }
      placed.append(Placed(source: source, text: cell.range))
    }
  }

  /// Hands over what `placed` holds.
  mutating func takePlaced() -> [Placed] {
    defer { placed = [] }
    return placed
  }
}
