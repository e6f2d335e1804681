/// Gathers the rows of one worksheet from its stream and gives them to an assembler as records.
///
/// A first row of distinct names makes each later row lines of `name: value`, as for CSV; else cells are
/// joined by ` | `.
///
/// - Source: ECMA-376 part 1, section 18.3.
final class XLSXSheet: XMLStreamHandler {
  /// Excel's own bounds.
  private static let mostRows = 1_048_576
  private static let mostColumns = 16_384

  private enum Cell {
    case text([UInt8])
    case other([UInt8])

    var bytes: [UInt8] {
      switch self {
      case .text(let bytes), .other(let bytes): bytes
      }
    }
  }

  private let assembler: TextAssembler
  private let sharedStrings: [[UInt8]]
  private let styles: XLSXStyles

  private var rows = 0
  private var row: [(column: Int, cell: Cell)] = []
  private var column = 0
  private var type = ""
  private var style = 0
  private var value: [UInt8] = []
  private var isInsideValue = false
  private var isPhonetic = false
  /// Names by column once the first row is known to hold them.
  private var header: [Int: [UInt8]]?
  private var heldRow: [(column: Int, cell: Cell)]?

  init(assembler: TextAssembler, sharedStrings: [[UInt8]], styles: XLSXStyles) {
    self.assembler = assembler
    self.sharedStrings = sharedStrings
    self.styles = styles
  }

  func start(_ name: String, _ attributes: XMLAttributes) throws(DocumentError) {
    switch name {
    case "row":
      rows += 1
      guard rows <= Self.mostRows else {
        throw DocumentError(.tooLarge, "a sheet has more than \(Self.mostRows) rows; split the workbook")
      }
      row = []
      column = -1
    case "c":
      let named = attributes["r"].flatMap(Self.column)
      column = min(named ?? column + 1, Self.mostColumns)
      type = attributes["t"] ?? "n"
      style = attributes["s"].flatMap { Int($0) } ?? 0
      value = []
    case "v", "t": isInsideValue = !isPhonetic
    case "rPh": isPhonetic = true
    default: break
    }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(DocumentError) {
    if isInsideValue { value.append(contentsOf: bytes) }
  }

  func end(_ name: String) throws(DocumentError) {
    switch name {
    case "v", "t": isInsideValue = false
    case "rPh": isPhonetic = false
    case "c":
      if let cell = makeCell(), row.count < Self.mostColumns { row.append((column, cell)) }
    case "row":
      if !row.isEmpty { try take(row) }
    case "sheetData":
      if let held = heldRow { try appendJoined(held) }
      heldRow = nil
    default: break
    }
  }

  private func makeCell() -> Cell? {
    guard !value.isEmpty else { return nil }
    switch type {
    case "s":
      guard let index = Int(String(decoding: value, as: UTF8.self)), sharedStrings.indices.contains(index),
        !sharedStrings[index].isEmpty
      else { return nil }
      return .text(sharedStrings[index])
    case "str", "inlineStr":
      var line = InlineText()
      line.append(value)
      return line.isEmpty ? nil : .text(line.take().map { $0 == 0x0A ? 0x20 : $0 })
    case "b": return .other(Array((value == [0x31] ? "true" : "false").utf8))
    case "e": return nil
    case "d":
      let text = String(decoding: value, as: UTF8.self)
      return .other(Array((DateText.iso8601(text) ?? text).utf8))
    default: return .other(Array(styles.text(String(decoding: value, as: UTF8.self), style: style).utf8))
    }
  }

  // MARK: Rows

  private func take(_ row: [(column: Int, cell: Cell)]) throws(DocumentError) {
    if let header {
      try appendRecord(row, header)
    } else if let held = heldRow {
      heldRow = nil
      if let names = Self.names(held) {
        header = names
        try appendRecord(row, names)
      } else {
        header = [:]
        try appendJoined(held)
        try appendJoined(row)
      }
    } else {
      heldRow = row
    }
  }

  /// The first row as column names, or `nil` if it doesn't look like them: two or more short, distinct texts.
  private static func names(_ row: [(column: Int, cell: Cell)]) -> [Int: [UInt8]]? {
    guard row.count >= 2 else { return nil }
    var names: [Int: [UInt8]] = [:]
    var seen: Set<[UInt8]> = []
    for (column, cell) in row {
      guard case .text(let bytes) = cell, bytes.count <= 100, seen.insert(bytes).inserted else { return nil }
      names[column] = bytes
    }
    return names
  }

  private func appendRecord(_ row: [(column: Int, cell: Cell)], _ header: [Int: [UInt8]])
    throws(DocumentError)
  {
    guard !header.isEmpty else { return try appendJoined(row) }
    var fields: [[UInt8]] = []
    for (column, cell) in row {
      fields.append((header[column].map { $0 + Array(": ".utf8) } ?? []) + cell.bytes)
    }
    try assembler.append(.record, Array(fields.joined(separator: [0x0A])))
  }

  private func appendJoined(_ row: [(column: Int, cell: Cell)]) throws(DocumentError) {
    try assembler.append(.record, TableRow.join(row.map(\.cell.bytes)))
  }

  /// 0 for `A7`, 27 for `AB1`.
  private static func column(_ reference: String) -> Int? {
    var column = 0
    for byte in reference.utf8 {
      guard (0x41...0x5A).contains(byte) else { break }
      column = column * 26 + Int(byte) - 0x40
      if column > mostColumns { return nil }
    }
    return column > 0 ? column - 1 : nil
  }
}
