/// Reads CSV and TSV: each row a record of `name: value` lines, so that it says what it is by itself.
///
/// Names are found below titles and among years by `SheetTables`; a file without names has its values joined by bars.
/// Empty values are left out. A broken row costs itself, and is named with its line.
package struct CSVReader: DocumentReader {
  private let format: DocumentFormat

  /// - Parameter format: `.csv` or `.tsv`: what the delimiter is where the text fits several.
  package init(format: DocumentFormat = .csv) {
    self.format = format
  }

  /// - Throws: what `TextDecoding.decode` throws.
  /// - Complexity: O(bytes + text).
  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    let decoded = try TextDecoding.decode(source.bytes, limits: limits)
    let bytes = decoded.bytes
    let dialect = CSVDialect(bytes, preferring: format == .tsv ? 0x09 : 0x2C)
    let assembler = TextAssembler(limits: limits)
    var tables = SheetTables(
      assembler: assembler,
      options: SheetTables.Options(expectsNames: true, splitsColumns: false, keepsPlaces: true))
    var rows = CSVRows(bytes, delimiter: dialect.delimiter, from: dialect.start, line: dialect.line)
    var widths = CSVWidths()
    var isBelowBlank = false
    while let fields = rows.next() {
      var row = SheetRow(number: rows.line, cells: [])
      for (column, field) in fields.enumerated() where !field.value.isEmpty {
        let text = TableText.lines(field.value)
        guard !text.isEmpty else { continue }
        row.cells.append(
          SheetRow.Cell(column: column, cell: TableGrid.Cell(text: text), source: field.range))
      }
      guard !row.isBlank else {
        isBelowBlank = true
        continue
      }
      widths.add(line: rows.line, fields: fields.count, filled: (row.cells.last?.column ?? 0) + 1)
      try tables.add(row, isBelowBlank: isBelowBlank)
      isBelowBlank = false
    }
    try tables.finish()
    assembler.notes +=
      decoded.notes + Self.notes(rows) + widths.notes + (tables.note.map { [ReadingNote($0)] } ?? [])
    var document = try assembler.finish(
      format: format, title: nil, emptyMessage: "the file has no records; nothing to read")
    let map = CSVSourceMap.map(tables.takePlaced(), from: bytes, to: document.text)
    document.places.sourceMap = map.composed(with: decoded.sourceMap, count: document.text.utf8.count)
    return document
  }

  private static func notes(_ rows: CSVRows) -> [ReadingNote] {
    var notes: [ReadingNote] = []
    func add(_ lines: [Int], _ text: String) {
      guard !lines.isEmpty else { return }
      let name = lines.count == 1 ? "line" : "lines"
      notes.append(ReadingNote("\(name) \(SheetReference.list(lines)): \(text)"))
    }
    add(rows.strayQuotes, "a quote inside a quoted field is not doubled; read as part of the field")
    add(rows.openQuotes, "a quoted field is never closed; the line is read without its quotes")
    return notes
  }
}
