/// Walks one slide and gives its text to an assembler: the title as a heading, then the other shapes in order.
///
/// - Source: ECMA-376 part 1, section 19.3.
enum PPTXSlide {
  /// - Complexity: O(nodes).
  static func append(_ slide: XMLNode, to assembler: TextAssembler) throws(DocumentError) {
    guard let tree = slide.first("cSld")?.first("spTree") else { return }
    var shapes: [XMLNode] = []
    gatherShapes(tree, &shapes)
    let titles = shapes.filter { isTitle(role(of: $0)) }
    for shape in titles {
      var line = InlineText()
      for paragraph in paragraphs(of: shape) {
        line.space()
        gather(paragraph, &line)
      }
      try assembler.append(.heading, level: 1, line.take().map { $0 == 0x0A ? 0x20 : $0 })
    }
    for shape in shapes {
      let role = role(of: shape)
      guard !isTitle(role), role != "sldNum", role != "dt", role != "ftr", role != "hdr" else { continue }
      if shape.name == "graphicFrame" {
        if let table = shape.descendant("tbl") { try appendTable(table, to: assembler) }
      } else {
        try appendText(shape, isList: role == "body" || role == "obj", to: assembler)
      }
    }
  }

  /// The speaker's notes of a notes slide.
  static func appendNotes(_ notes: XMLNode, to assembler: TextAssembler) throws(DocumentError) {
    guard let tree = notes.first("cSld")?.first("spTree") else { return }
    var shapes: [XMLNode] = []
    gatherShapes(tree, &shapes)
    var isFirst = true
    for shape in shapes where role(of: shape) == "body" {
      for paragraph in paragraphs(of: shape) {
        var line = InlineText()
        gather(paragraph, &line)
        guard !line.isEmpty else { continue }
        try assembler.append(.paragraph, (isFirst ? Array("Notes: ".utf8) : []) + line.take())
        isFirst = false
      }
    }
  }

  /// The texts of a SmartArt diagram.
  static func appendDiagram(_ data: XMLNode, to assembler: TextAssembler) throws(DocumentError) {
    for point in data.first("ptLst")?.elements("pt") ?? [] {
      var line = InlineText()
      for paragraph in point.first("t")?.elements("p") ?? [] {
        line.space()
        gather(paragraph, &line)
      }
      if !line.isEmpty { try assembler.append(.listItem, level: 1, Array("- ".utf8) + line.take()) }
    }
  }

  // MARK: Shapes

  private static func gatherShapes(_ node: XMLNode, _ shapes: inout [XMLNode]) {
    for child in node.elements {
      switch child.name {
      case "sp", "graphicFrame", "cxnSp": shapes.append(child)
      case "grpSp": gatherShapes(child, &shapes)
      case "AlternateContent":
        if let choice = child.first("Choice") ?? child.first("Fallback") { gatherShapes(choice, &shapes) }
      default: break
      }
    }
  }

  /// The placeholder type of a shape; `obj` where a placeholder names none, `nil` where it isn't one.
  private static func role(of shape: XMLNode) -> String? {
    guard let properties = shape.elements.first(where: { $0.name.hasPrefix("nv") })?.first("nvPr"),
      let placeholder = properties.first("ph")
    else { return nil }
    return placeholder.attribute("type") ?? "obj"
  }

  private static func isTitle(_ role: String?) -> Bool { role == "title" || role == "ctrTitle" }

  private static func paragraphs(of shape: XMLNode) -> [XMLNode] {
    shape.first("txBody")?.elements("p") ?? []
  }

  private static func appendText(
    _ shape: XMLNode, isList: Bool, to assembler: TextAssembler
  ) throws(DocumentError) {
    for paragraph in paragraphs(of: shape) {
      var line = InlineText()
      gather(paragraph, &line)
      guard !line.isEmpty else { continue }
      let properties = paragraph.first("pPr")
      let level = properties?.attribute("lvl").flatMap { Int($0) } ?? 0
      let hasBullet = properties?.first("buChar") != nil || properties?.first("buAutoNum") != nil
      if hasBullet || isList && properties?.first("buNone") == nil {
        try assembler.append(.listItem, level: max(0, min(level, 8)) + 1, Array("- ".utf8) + line.take())
      } else {
        try assembler.append(.paragraph, line.take())
      }
    }
  }

  private static func appendTable(_ table: XMLNode, to assembler: TextAssembler) throws(DocumentError) {
    var rows: [[UInt8]] = []
    for row in table.elements("tr") {
      var cells: [[UInt8]] = []
      for cell in row.elements("tc") {
        var line = InlineText()
        for paragraph in paragraphs(of: cell) {
          line.space()
          gather(paragraph, &line)
        }
        cells.append(line.take())
      }
      if cells.contains(where: { !$0.isEmpty }) { rows.append(TableRow.join(cells)) }
    }
    try assembler.append(.table, Array(rows.joined(separator: [0x0A])))
  }

  /// The runs of a paragraph.
  private static func gather(_ node: XMLNode, _ line: inout InlineText) {
    for child in node.elements {
      switch child.name {
      case "t": for text in child.children where text.isText { line.append(text.content) }
      case "br": line.lineBreak()
      case "tab": line.space()
      case "pPr", "rPr", "endParaRPr": break
      default: gather(child, &line)
      }
    }
  }
}
