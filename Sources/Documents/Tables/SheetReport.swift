/// What was left out of a sheet or stands for something else, for its notes.
struct SheetReport {
  var hiddenRows: [Int] = []
  var hiddenColumns: Set<Int> = []
  /// Cells whose formula has no stored value.
  var formulas: [String] = []
  /// Cells that their number format shows as nothing.
  var unshown: [String] = []
  /// What the search for tables says.
  var tables: String?
  /// Cells whose shared string is not in the workbook.
  var missing: [String] = []

  /// One sentence each.
  func notes(sheet: String, page: Int) -> [ReadingNote] {
    var notes: [ReadingNote] = []
    func add(_ note: String) { notes.append(ReadingNote(page: page, "sheet '\(sheet)': \(note)")) }
    if !hiddenRows.isEmpty {
      let list = SheetReference.list(hiddenRows)
      add(
        "hidden \(hiddenRows.count == 1 ? "row" : "rows") \(list) left out; show and save to have them read")
    }
    if !hiddenColumns.isEmpty {
      let list = SheetReference.list(Array(hiddenColumns), name: SheetReference.letters)
      add(
        "hidden \(hiddenColumns.count == 1 ? "column" : "columns") \(list) left out; show and save to have them read"
      )
    }
    if let tables { add(tables) }
    if !formulas.isEmpty {
      add(
        "\(Self.cells(formulas)) no stored value, so the formula itself is shown; open the file in a spreadsheet "
          + "program and save it")
    }
    if !unshown.isEmpty { add("\(Self.cells(unshown)) a number format that shows nothing; left out") }
    if !missing.isEmpty { add("\(Self.cells(missing)) a text that the workbook does not hold; left out") }
    return notes
  }

  private static func cells(_ names: [String]) -> String {
    let shown =
      names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", … (\(names.count) in all)" : "")
    return names.count == 1 ? "cell \(shown) has" : "cells \(shown) have"
  }
}
