/// What a worksheet says about its cells outside of them: hidden columns, merged cells, links, names' rows.
struct XLSXSheetFrame {
  /// A merged block of cells.
  struct Merge {
    var rows: ClosedRange<Int>
    var columns: ClosedRange<Int>
  }

  private(set) var hiddenColumns: [ClosedRange<Int>] = []
  /// Ascending by their first rows.
  private(set) var merges: [Merge] = []
  /// Rows that the format marks as names: of defined tables and filters.
  private(set) var namedCells: [SheetReference] = []
  /// The last row above a frozen pane or among the titles of each printed page.
  private(set) var frozenRows: Set<Int> = []
  /// Relationship or place in the workbook, by cell.
  private(set) var links: [SheetReference: String] = [:]
  /// Relationship ids of the sheet's drawing and tables.
  private(set) var drawings: [String] = []

  /// More merged cells are left as they are stored: each costs time in the rows that it covers.
  private static let mostMerges = 50_000

  /// - Complexity: O(bytes).
  init(_ bytes: [UInt8], part: String, limits: ReadingLimits) throws(DocumentError) {
    guard let root = try MarkupTree.xml(Self.withoutRows(bytes), part: part, limits: limits).root else {
      return
    }
    for column in root.first("cols")?.elements("col") ?? [] {
      guard Self.isTrue(column.attribute("hidden")), let first = column.attribute("min").flatMap({ Int($0) }),
        let last = column.attribute("max").flatMap({ Int($0) }), first > 0, last >= first
      else { continue }
      hiddenColumns.append((first - 1)...(last - 1))
    }
    for cell in root.first("mergeCells")?.elements("mergeCell") ?? [] {
      guard merges.count < Self.mostMerges, let place = cell.attribute("ref").flatMap(SheetReference.init)
      else { continue }
      merges.append(Merge(rows: place.rows, columns: place.columns))
    }
    merges.sort { ($0.rows.lowerBound, $0.columns.lowerBound) < ($1.rows.lowerBound, $1.columns.lowerBound) }
    if let place = root.first("autoFilter")?.attribute("ref").flatMap(SheetReference.init) {
      addNames(of: place)
    }
    for view in root.first("sheetViews")?.elements("sheetView") ?? [] {
      guard let pane = view.first("pane"), pane.attribute("state")?.hasPrefix("frozen") == true,
        let rows = pane.attribute("ySplit").flatMap({ Double($0) }), rows >= 1, rows <= 50
      else { continue }
      frozenRows.insert(Int(rows))
    }
    for link in root.first("hyperlinks")?.elements("hyperlink") ?? [] {
      guard let place = link.attribute("ref").flatMap(SheetReference.init), let id = link.relationship("id")
      else {
        continue
      }
      links[place] = id
    }
    drawings = root.elements("drawing").compactMap { $0.relationship("id") }
  }

  /// Marks the first row of a table or filter as names.
  mutating func addNames(of place: SheetReference) {
    var names = place
    names.rows = place.rows.lowerBound...place.rows.lowerBound
    // A whole column is no table.
    if place.rows.count < SheetReference.mostRows { namedCells.append(names) }
  }

  /// Marks the last of the rows that are printed on top of each page.
  mutating func addPrintTitles(_ place: SheetReference) {
    if place.rows.count <= 50 { frozenRows.insert(place.rows.upperBound) }
  }

  func isHidden(column: Int) -> Bool {
    hiddenColumns.contains { $0.contains(column) }
  }

  func isName(row: Int, column: Int) -> Bool {
    namedCells.contains { $0.rows.contains(row) && $0.columns.contains(column) }
  }

  static func isTrue(_ value: String?) -> Bool { value == "1" || value == "true" }

  /// The part without its rows, which may be millions.
  private static func withoutRows(_ bytes: [UInt8]) -> [UInt8] {
    let word = Array("sheetData".utf8)
    func isWord(_ at: Int) -> Bool { word.indices.allSatisfy { bytes[at + $0] == word[$0] } }
    var start = 0
    let last = bytes.count - word.count
    while start <= last, !(bytes[start] == word[0] && isWord(start)) { start += 1 }
    guard start <= last else { return bytes }
    var end = last
    while end > start, !(bytes[end] == word[0] && isWord(end)) { end -= 1 }
    while start > 0, bytes[start] != 0x3C { start -= 1 }
    while end < bytes.count, bytes[end] != 0x3E { end += 1 }
    guard end < bytes.count else { return bytes }
    return Array(bytes[..<start]) + Array(bytes[(end + 1)...])
  }
}
