import Documents
import Testing

/// A workbook made of the XML that a test is about.
struct Workbook {
  struct Sheet {
    var name = "S"
    /// Elements before and behind the rows.
    var before = ""
    var rows = ""
    var after = ""
    var state = ""
  }

  var sheets: [Sheet] = []
  /// Number formats of the styles 1, 2 …
  var formats: [String] = []
  var definedNames = ""

  init(_ sheets: [Sheet], formats: [String] = []) {
    self.sheets = sheets
    self.formats = formats
  }

  /// One sheet in a line notation: a line a row, cells between `|`, numbers as numbers, `=F` a formula without a value,
  /// `b:` in front for bold; blank lines are blank rows, and `h:` hides a row.
  init(_ text: String, before: String = "", after: String = "") {
    var rows = ""
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var line = line
      let isHidden = line.hasPrefix("h:")
      if isHidden { line = line.dropFirst(2) }
      guard !line.isEmpty else { continue }
      rows += "<row r='\(index + 1)'\(isHidden ? " hidden='1'" : "")>"
      for (column, cell) in line.split(separator: "|", omittingEmptySubsequences: false).enumerated() {
        rows += Self.cell(String(cell), at: "\(Self.letters(column))\(index + 1)")
      }
      rows += "</row>"
    }
    self.init([Sheet(before: before, rows: rows, after: after)])
  }

  private static func letters(_ column: Int) -> String {
    column < 26
      ? String(UnicodeScalar(UInt8(65 + column))) : letters(column / 26 - 1) + letters(column % 26)
  }

  private static func cell(_ text: String, at place: String) -> String {
    var text = text
    let isBold = text.hasPrefix("b:")
    if isBold { text.removeFirst(2) }
    let style = isBold ? " s='1'" : ""
    if text.isEmpty { return isBold ? "<c r='\(place)'\(style)/>" : "" }
    if text.hasPrefix("=") { return "<c r='\(place)'><f>\(text.dropFirst())</f></c>" }
    if Double(text) != nil { return "<c r='\(place)'\(style)><v>\(text)</v></c>" }
    return "<c r='\(place)' t='inlineStr'\(style)><is><t>\(text)</t></is></c>"
  }

  var source: SourceFile {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    func relationships(_ entries: [(id: String, type: String, target: String)]) -> String {
      "<Relationships>"
        + entries.map { "<Relationship Id='\($0.id)' Type='\(office)/\($0.type)' Target='\($0.target)'/>" }
        .joined()
        + "</Relationships>"
    }
    let list = sheets.enumerated().map { index, sheet in
      "<sheet name='\(sheet.name)' r:id='r\(index)'\(sheet.state.isEmpty ? "" : " state='\(sheet.state)'")/>"
    }
    let codes = formats.enumerated().map { index, code in
      let escaped = code.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(
        "\"", with: "&quot;"
      )
      .replacing("'", with: "&apos;")
      return "<numFmt numFmtId='\(200 + index)' formatCode='\(escaped)'/>"
    }
    let styles =
      formats.isEmpty ? "<xf fontId='1'/>" : formats.indices.map { "<xf numFmtId='\(200 + $0)'/>" }.joined()
    var parts = [
      ("_rels/.rels", relationships([("d", "officeDocument", "xl/workbook.xml")])),
      (
        "xl/workbook.xml",
        "<workbook xmlns:r='\(office)'><sheets>\(list.joined())</sheets>"
          + "<definedNames>\(definedNames)</definedNames></workbook>"
      ),
      (
        "xl/_rels/workbook.xml.rels",
        relationships(
          sheets.indices.map { ("r\($0)", "worksheet", "s\($0).xml") } + [("styles", "styles", "styles.xml")])
      ),
      (
        "xl/styles.xml",
        "<styleSheet><numFmts>\(codes.joined())</numFmts><fonts><font/><font><b/></font></fonts>"
          + "<cellXfs><xf/>\(styles)</cellXfs></styleSheet>"
      ),
    ]
    for (index, sheet) in sheets.enumerated() {
      parts.append(
        (
          "xl/s\(index).xml",
          "<worksheet>\(sheet.before)<sheetData>\(sheet.rows)</sheetData>\(sheet.after)</worksheet>"
        ))
    }
    return SourceFile(
      name: "a.xlsx",
      bytes: StoredZip.archive(parts.map { StoredZip.Entry(name: $0.0, bytes: Array($0.1.utf8)) }))
  }

  func read() throws -> ParsedDocument {
    let document = try readDocument(source, format: .xlsx)
    ContainerSupport.checkInvariants(document)
    return document
  }
}
