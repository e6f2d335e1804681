/// Reads one sheet with what belongs to it: tables, links, comments, text boxes, charts.
struct XLSXSheetReading {
  private let package: OfficePackage
  private let part: String
  private let name: String
  private let assembler: TextAssembler
  private let strings: [[UInt8]]
  private let styles: XLSXStyles
  private let limits: ReadingLimits
  /// Rows that the workbook says are printed on each page, or filtered.
  var titles: [(place: SheetReference, isFilter: Bool)] = []

  init(
    package: OfficePackage, part: String, name: String, assembler: TextAssembler, strings: [[UInt8]],
    styles: XLSXStyles, limits: ReadingLimits
  ) {
    self.package = package
    self.part = part
    self.name = name
    self.assembler = assembler
    self.strings = strings
    self.styles = styles
    self.limits = limits
  }

  /// - Returns: whether the sheet has text beside its name.
  func read() throws(DocumentError) -> Bool {
    if !name.isEmpty { try assembler.append(.heading, level: 1, name) }
    let before = assembler.blocks.count
    guard let bytes = try package.bytes(part) else { return false }
    var frame = try XLSXSheetFrame(bytes, part: part, limits: limits)
    let related = try package.relationships(of: part)
    for title in titles {
      if title.isFilter { frame.addNames(of: title.place) } else { frame.addPrintTitles(title.place) }
    }
    for relation in related where relation.type == "table" && !relation.isExternal {
      guard let table = try package.tree(relation.target)?.root, table.attribute("headerRowCount") != "0",
        let place = table.attribute("ref").flatMap(SheetReference.init)
      else { continue }
      frame.addNames(of: place)
    }
    var links: [SheetReference: String] = [:]
    for (place, id) in frame.links {
      guard let relation = related.first(where: { $0.id == id }), relation.isExternal else { continue }
      links[SheetReference(row: place.rows.lowerBound, column: place.columns.lowerBound)] = relation.target
    }
    let options = SheetTables.Options(sheet: name.isEmpty ? nil : (Array(name.utf8), 1))
    let sheet = XLSXSheet(
      tables: SheetTables(assembler: assembler, options: options), frame: frame, links: links,
      sharedStrings: strings,
      styles: styles)
    try XMLStream.read(bytes, part: part, limits: limits, handler: sheet)
    assembler.notes += sheet.report.notes(sheet: name, page: assembler.page)
    try appendComments(related)
    try appendDrawings(frame.drawings, related)
    return assembler.blocks.count > before
  }

  // MARK: Comments

  /// Appends what people wrote to cells; comments of the new kind come with a copy of the old, which is left out.
  private func appendComments(_ related: [OfficePackage.Relationship]) throws(DocumentError) {
    var comments: [(place: SheetReference, text: String)] = []
    var threads: Set<SheetReference> = []
    for relation in related where relation.type.lowercased() == "threadedcomment" && !relation.isExternal {
      for comment in try package.tree(relation.target)?.root?.elements("threadedComment") ?? [] {
        guard let place = comment.attribute("ref").flatMap(SheetReference.init) else { continue }
        threads.insert(place)
        comments.append((place, comment.first("text")?.text ?? ""))
      }
    }
    for relation in related where relation.type == "comments" && !relation.isExternal {
      guard let root = try package.tree(relation.target)?.root else { continue }
      for comment in root.first("commentList")?.elements("comment") ?? [] {
        guard let place = comment.attribute("ref").flatMap(SheetReference.init), !threads.contains(place)
        else { continue }
        var text = ""
        if let runs = comment.first("text")?.elements {
          // Phonetic hints (`rPh`) are no text.
          for run in runs where run.name == "t" || run.name == "r" {
            text += run.name == "t" ? run.text : run.first("t")?.text ?? ""
          }
        }
        comments.append((place, text))
      }
    }
    comments.sort {
      ($0.place.rows.lowerBound, $0.place.columns.lowerBound) < (
        $1.place.rows.lowerBound, $1.place.columns.lowerBound
      )
    }
    for comment in comments {
      guard let text = TextAssembler.oneLine(comment.text) else { continue }
      let cell = SheetReference.name(
        row: comment.place.rows.lowerBound, column: comment.place.columns.lowerBound)
      try assembler.append(
        .paragraph, row: comment.place.rows.lowerBound, Array("Comment on \(cell): \(text)".utf8))
    }
  }

  // MARK: Drawings

  /// Reads a sheet that is a chart and nothing else.
  ///
  /// - Returns: whether it has text beside its name.
  func readChart() throws(DocumentError) -> Bool {
    if !name.isEmpty { try assembler.append(.heading, level: 1, name) }
    let before = assembler.blocks.count
    guard let root = try package.tree(part)?.root else { return false }
    let ids = root.elements("drawing").compactMap { $0.relationship("id") }
    try appendDrawings(ids, try package.relationships(of: part))
    return assembler.blocks.count > before
  }

  private func appendDrawings(
    _ ids: [String], _ related: [OfficePackage.Relationship]
  ) throws(DocumentError) {
    for id in ids {
      guard let relation = related.first(where: { $0.id == id && !$0.isExternal }) else { continue }
      var drawing = XLSXDrawing(package: package, sheet: name, assembler: assembler)
      try drawing.append(relation.target)
    }
  }
}
