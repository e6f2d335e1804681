/// Streams the sheets of an OpenDocument spreadsheet to the search for tables.
///
/// Rows and cells that repeat are counted and not built: a blank rest of a sheet is a million rows of 16,384 cells.
final class ODSSheets: XMLStreamHandler {
  private let assembler: TextAssembler
  /// Where embedded charts are; `nil` for a flat file.
  private let zip: ZipContainer?
  private let limits: ReadingLimits
  private var styles = ODSStyles()
  private(set) var isSpreadsheet = false
  private(set) var hasText = false
  /// Names of the sheets that are left out.
  private(set) var hidden: [String] = []

  private var sheet: ODSSheet?
  /// Elements inside something that is no part of a sheet: tracked changes, rules, scenarios.
  private var skipped = 0
  /// Tables inside cells and shapes.
  private var nestedTables = 0

  init(assembler: TextAssembler, zip: ZipContainer?, limits: ReadingLimits) {
    self.assembler = assembler
    self.zip = zip
    self.limits = limits
  }

  func start(_ name: String, _ attributes: XMLAttributes) throws(DocumentError) {
    if skipped > 0 {
      skipped += 1
      return
    }
    switch name {
    case "spreadsheet": isSpreadsheet = true
    case "style", "table-properties", "text-properties", "table-cell-properties":
      styles.start(name, attributes)
    case "tracked-changes", "content-validations", "database-ranges", "data-pilot-tables", "dde-links",
      "named-expressions", "scenario", "conditional-formats", "event-listeners", "master-styles", "meta",
      "scripts":
      skipped = 1
    case "table" where sheet == nil && isSpreadsheet: try begin(attributes)
    case "table" where sheet != nil: nestedTables += 1
    default:
      if nestedTables == 0 { try sheet?.start(name, attributes, styles) }
    }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(DocumentError) {
    if skipped == 0, nestedTables == 0 { sheet?.text(bytes) }
  }

  func end(_ name: String) throws(DocumentError) {
    if skipped > 0 {
      skipped -= 1
      return
    }
    switch name {
    case "table" where nestedTables > 0: nestedTables -= 1
    case "table": try finish()
    default:
      if nestedTables == 0 { try sheet?.end(name) }
    }
  }

  private func begin(_ attributes: XMLAttributes) throws(DocumentError) {
    let name = attributes["name"] ?? ""
    assembler.startPage(name: name)
    if styles.hidesTable(attributes["style-name"]) {
      hidden.append(name)
      assembler.notes.append(
        ReadingNote(
          page: assembler.page, "sheet '\(name)' is hidden and left out; show it and save to have it read"))
      skipped = 1
      return
    }
    if !name.isEmpty { try assembler.append(.heading, level: 1, name) }
    sheet = ODSSheet(name: name, assembler: assembler)
  }

  private func finish() throws(DocumentError) {
    guard let sheet else { return }
    let hasRows = try sheet.finish()
    self.sheet = nil
    let before = assembler.blocks.count
    for object in sheet.objects { try appendChart(object, sheet: sheet.name) }
    hasText = hasText || hasRows || assembler.blocks.count > before
  }

  /// Appends the chart that an object of a sheet is.
  private func appendChart(_ reference: String, sheet: String) throws(DocumentError) {
    let part = OfficePackage.resolve(reference, from: "") + "/content.xml"
    guard let bytes = try zip?.entry(part) else { return }
    let root = try MarkupTree.xml(bytes, part: part, limits: limits, allowsDocumentType: true).root
    if let chart = root?.first("body")?.first("chart")?.first("chart") {
      _ = try ODFChart.append(chart, to: assembler)
    } else {
      assembler.notes.append(
        ReadingNote(page: assembler.page, "sheet '\(sheet)': an embedded object is not read"))
    }
  }
}
