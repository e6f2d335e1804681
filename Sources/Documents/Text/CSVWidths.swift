/// Counts fields a row, to name the rows that have more or fewer than most.
struct CSVWidths {
  private struct Rows {
    var count = 0
    var lines: [Int] = []
  }

  private var rows: [Int: Rows] = [:]

  /// Lines that are kept of each count.
  private static let mostLines = 100

  /// - Parameters:
  ///   - fields: how many the row has.
  ///   - filled: the number, from 1, of the last that is not empty.
  mutating func add(line: Int, fields: Int, filled: Int) {
    var known = rows[fields] ?? Rows()
    known.count += 1
    if known.lines.count < Self.mostLines { known.lines.append(line) }
    rows[fields] = known
  }

  /// One sentence for the rows with fewer fields than most below the first of these, one for those with more.
  var notes: [ReadingNote] {
    guard let usual = rows.max(by: { ($0.value.count, $0.key) < ($1.value.count, $1.key) }),
      usual.value.count > 1,
      let first = usual.value.lines.first
    else { return [] }
    func note(_ counts: [Int], _ text: String) -> ReadingNote? {
      let lines = counts.flatMap { rows[$0]?.lines ?? [] }.filter { $0 > first }.sorted()
      guard !lines.isEmpty else { return nil }
      let name = lines.count == 1 ? "line \(lines[0]) has" : "lines \(SheetReference.list(lines)) have"
      return ReadingNote("\(name) \(text) than the \(usual.key) of most lines; read as far as they go")
    }
    return [
      note(rows.keys.filter { $0 < usual.key }, "fewer fields"),
      note(rows.keys.filter { $0 > usual.key }, "more fields"),
    ].compactMap { $0 }
  }
}
