/// What lies on a sheet: text boxes, shapes, charts, diagrams. Pictures are counted.
///
/// - Source: ECMA-376 part 1, section 20.5.
struct XLSXDrawing {
  private let package: OfficePackage
  private let sheet: String
  private let assembler: TextAssembler
  private var pictures = 0

  init(package: OfficePackage, sheet: String, assembler: TextAssembler) {
    self.package = package
    self.sheet = sheet
    self.assembler = assembler
  }

  /// Appends the text of drawing part `part`.
  ///
  /// - Complexity: O(nodes).
  mutating func append(_ part: String) throws(DocumentError) {
    guard let root = try package.tree(part)?.root else { return note("a drawing is missing from the file") }
    let related = try package.relationships(of: part)
    for anchor in root.elements {
      let row = anchor.first("from")?.first("row").flatMap { Int($0.text) }.map { $0 + 1 }
      assembler.anchorRow = row.flatMap { (1...SheetReference.mostRows).contains($0) ? $0 : nil }
      try append(anchor, related)
    }
    assembler.anchorRow = nil
    if pictures > 0 {
      note(pictures == 1 ? "a picture is not read" : "\(pictures) pictures are not read")
    }
  }

  private mutating func append(
    _ node: XMLNode, _ related: [OfficePackage.Relationship]
  ) throws(DocumentError) {
    for child in node.elements {
      switch child.name {
      case "txBody": try appendText(child)
      case "pic":
        pictures += 1
        let properties = child.first("nvPicPr")?.first("cNvPr")
        if let text = properties?.attribute("descr").flatMap(PictureText.useful) {
          try assembler.append(.paragraph, "Picture: \(text)")
        }
      case "chart":
        guard let root = try root(child.relationship("id"), related) else { continue }
        if try !ChartText.append(root, to: assembler) { note("a chart has no values") }
      case "relIds":
        guard let id = child.relationship("dm"), let root = try root(id, related) else { continue }
        try DiagramText.append(root, to: assembler)
      case "Fallback": break
      default: try append(child, related)
      }
    }
  }

  private func root(
    _ id: String?, _ related: [OfficePackage.Relationship]
  ) throws(DocumentError) -> XMLNode? {
    guard let relation = related.first(where: { $0.id == id && !$0.isExternal }),
      let root = try package.tree(relation.target)?.root
    else {
      note("a chart is missing from the file")
      return nil
    }
    return root
  }

  private func appendText(_ body: XMLNode) throws(DocumentError) {
    var lines: [[UInt8]] = []
    for paragraph in body.elements("p") {
      var line = OfficeText()
      DrawingText.gather(paragraph, &line)
      if !line.isEmpty { lines.append(line.takeOneLine()) }
    }
    try assembler.append(.paragraph, Array(lines.joined(separator: [0x0A])))
  }

  private func note(_ text: String) {
    assembler.notes.append(ReadingNote(page: assembler.page, "sheet '\(sheet)': \(text)"))
  }
}
