/// Walks one slide and gives its text to an assembler: the title as a heading, then the other shapes in the order of
/// the file, which is the one that screen readers follow.
///
/// - Source: ECMA-376 part 1, section 19.3.
struct PPTXSlide {
  private let package: OfficePackage
  private let relations: [OfficePackage.Relationship]
  private let number: Int
  private let assembler: TextAssembler
  /// Texts of footers and dates, which were left out.
  private(set) var footers: [String] = []
  private var pictures = 0
  private var media = 0
  private var hiddenShapes = 0
  private var objects: [String] = []

  /// - Parameter number: of the slide, from 1.
  init(
    package: OfficePackage, relations: [OfficePackage.Relationship], number: Int, assembler: TextAssembler
  ) {
    self.package = package
    self.relations = relations
    self.number = number
    self.assembler = assembler
  }

  /// - Complexity: O(nodes).
  mutating func append(_ slide: XMLNode) throws(DocumentError) {
    guard let tree = slide.first("cSld")?.first("spTree") else { return }
    var shapes: [XMLNode] = []
    gatherShapes(tree, &shapes)
    let title = Self.title(of: shapes)
    // A slide without a title must not stand under that of the slide before.
    try assembler.append(.heading, level: 1, title.isEmpty ? Array("Slide \(number)".utf8) : title)
    let before = assembler.blocks.count
    for shape in shapes { try append(shape: shape) }
    if title.isEmpty, assembler.blocks.count == before, pictures + media + objects.count == 0 {
      assembler.notes.append(ReadingNote(page: number, "slide \(number) is empty"))
    }
  }

  /// The title of a slide, or `nil` if it has none.
  func title(of slide: XMLNode) -> String? {
    guard let tree = slide.first("cSld")?.first("spTree") else { return nil }
    var copy = self
    var shapes: [XMLNode] = []
    copy.gatherShapes(tree, &shapes)
    let title = Self.title(of: shapes)
    return title.isEmpty ? nil : String(decoding: title, as: UTF8.self)
  }

  private static func title(of shapes: [XMLNode]) -> [UInt8] {
    var line = OfficeText()
    for shape in shapes where isTitle(role(of: shape)) {
      for paragraph in paragraphs(of: shape) {
        line.space()
        DrawingText.gather(paragraph, &line)
      }
    }
    return line.takeOneLine()
  }

  /// The speaker's notes of a notes slide.
  mutating func appendNotes(_ notes: XMLNode) throws(DocumentError) {
    guard let tree = notes.first("cSld")?.first("spTree") else { return }
    var shapes: [XMLNode] = []
    gatherShapes(tree, &shapes)
    var isFirst = true
    for shape in shapes where Self.role(of: shape) == "body" {
      for paragraph in Self.paragraphs(of: shape) {
        var line = OfficeText()
        DrawingText.gather(paragraph, &line)
        guard !line.isEmpty else { continue }
        try assembler.append(.paragraph, (isFirst ? Array("Notes: ".utf8) : []) + line.take())
        isFirst = false
      }
    }
  }

  /// Says what the slide holds and was not read.
  func appendOmissions() {
    func note(_ count: Int, _ what: String) {
      guard count > 0 else { return }
      assembler.notes.append(
        ReadingNote(page: number, "\(count) \(what)\(count == 1 ? "" : "s") of slide \(number) not read"))
    }
    note(pictures, "picture")
    note(media, "recording")
    note(hiddenShapes, "hidden shape")
    for object in objects {
      assembler.notes.append(
        ReadingNote(page: number, "an embedded object (\(object)) of slide \(number) was not read"))
    }
  }

  // MARK: Shapes

  private mutating func gatherShapes(_ node: XMLNode, _ shapes: inout [XMLNode]) {
    for child in node.elements {
      switch child.name {
      case "sp", "graphicFrame", "cxnSp", "pic":
        if Self.isHidden(child) { hiddenShapes += 1 } else { shapes.append(child) }
      case "grpSp":
        if Self.isHidden(child) { hiddenShapes += 1 } else { gatherShapes(child, &shapes) }
      case "AlternateContent":
        // Both branches draw the same; old programs read the second.
        let count = shapes.count
        for branch in child.elements("Choice") + child.elements("Fallback") where shapes.count == count {
          gatherShapes(branch, &shapes)
        }
      default: break
      }
    }
  }

  private static func properties(of shape: XMLNode) -> XMLNode? {
    shape.elements.first { $0.name.hasPrefix("nv") }
  }

  private static func isHidden(_ shape: XMLNode) -> Bool {
    let value = properties(of: shape)?.first("cNvPr")?.attribute("hidden")
    return value == "1" || value == "true"
  }

  /// The placeholder type of a shape; `obj` where a placeholder names none, `nil` where it isn't one.
  private static func role(of shape: XMLNode) -> String? {
    guard let placeholder = properties(of: shape)?.first("nvPr")?.first("ph") else { return nil }
    return placeholder.attribute("type") ?? "obj"
  }

  private static func isTitle(_ role: String?) -> Bool { role == "title" || role == "ctrTitle" }

  private static func paragraphs(of shape: XMLNode) -> [XMLNode] {
    shape.first("txBody")?.elements("p") ?? []
  }

  private mutating func append(shape: XMLNode) throws(DocumentError) {
    let role = Self.role(of: shape)
    if Self.isTitle(role) { return }
    switch role {
    case "sldNum": return
    case "dt", "ftr", "hdr":
      var line = OfficeText()
      for paragraph in Self.paragraphs(of: shape) { DrawingText.gather(paragraph, &line) }
      if !line.isEmpty { footers.append(String(decoding: line.takeOneLine(), as: UTF8.self)) }
      return
    default: break
    }
    switch shape.name {
    case "graphicFrame": try appendFrame(shape)
    case "pic": try appendPicture(shape)
    default: try appendText(shape, isList: role == "body" || role == "obj")
    }
  }

  private mutating func appendPicture(_ shape: XMLNode) throws(DocumentError) {
    let properties = Self.properties(of: shape)
    let kinds: Set<String> = ["videoFile", "audioFile", "wavAudioFile", "audioCd", "quickTimeFile"]
    if properties?.first("nvPr")?.elements.contains(where: { kinds.contains($0.name) }) ?? false {
      media += 1
    } else {
      pictures += 1
    }
    if let text = properties?.first("cNvPr")?.attribute("descr").flatMap(PictureText.useful) {
      try assembler.append(.paragraph, "Picture: " + text)
    }
  }

  private mutating func appendFrame(_ frame: XMLNode) throws(DocumentError) {
    guard let data = frame.first("graphic")?.first("graphicData") else { return }
    for child in data.elements {
      switch child.name {
      case "tbl": try appendTable(child)
      case "chart":
        if let root = try root(child.relationship("id"), "a chart") {
          if try !ChartText.append(root, to: assembler) {
            assembler.notes.append(ReadingNote(page: number, "a chart of slide \(number) has no values"))
          }
        }
      case "relIds":
        if let root = try root(child.relationship("dm"), "a diagram") {
          try DiagramText.append(root, to: assembler)
        }
      case "AlternateContent", "oleObj":
        if let object = child.name == "oleObj" ? child : child.descendant("oleObj") {
          let names = [object.attribute("progId"), object.attribute("name")].compactMap { $0 }
          objects.append(names.first { !$0.isEmpty } ?? "of an unknown program")
        }
      default: break
      }
    }
  }

  /// The root of a part that the slide shows.
  private func root(_ id: String?, _ what: String) throws(DocumentError) -> XMLNode? {
    guard let part = relations.first(where: { $0.id == id && !$0.isExternal }),
      let root = try package.tree(part.target)?.root
    else {
      assembler.notes.append(ReadingNote(page: number, "\(what) of slide \(number) is missing from the file"))
      return nil
    }
    return root
  }

  // MARK: Text

  private func appendText(_ shape: XMLNode, isList: Bool) throws(DocumentError) {
    var counts: [Int: Int] = [:]
    for paragraph in Self.paragraphs(of: shape) {
      var line = OfficeText()
      DrawingText.gather(paragraph, &line)
      guard !line.isEmpty else { continue }
      let properties = paragraph.first("pPr")
      let level = max(0, min(properties?.attribute("lvl").flatMap { Int($0) } ?? 0, 8))
      for deeper in counts.keys where deeper > level { counts[deeper] = nil }
      if let number = properties?.first("buAutoNum") {
        let start = number.attribute("startAt").flatMap { Int($0) } ?? 1
        let count = counts[level].map { $0 &+ 1 } ?? start
        counts[level] = count
        let label = Self.label(count, number.attribute("type") ?? "arabicPeriod")
        try assembler.append(.listItem, level: level + 1, Array((label + " ").utf8) + line.take())
        continue
      }
      counts[level] = nil
      let hasBullet = properties?.first("buChar") != nil || properties?.first("buBlip") != nil
      if hasBullet || isList && properties?.first("buNone") == nil {
        try assembler.append(.listItem, level: level + 1, Array("- ".utf8) + line.take())
      } else {
        try assembler.append(.paragraph, line.take())
      }
    }
  }

  /// The number of an item: `1.`, `(a)`, `iv)`.
  private static func label(_ number: Int, _ type: String) -> String {
    let format =
      type.hasPrefix("alphaLc")
      ? "lowerLetter"
      : type.hasPrefix("alphaUc")
        ? "upperLetter"
        : type.hasPrefix("romanLc") ? "lowerRoman" : type.hasPrefix("romanUc") ? "upperRoman" : "decimal"
    let text = DOCXNumbering.format(number, as: format)
    if type.hasSuffix("ParenBoth") { return "(" + text + ")" }
    if type.hasSuffix("ParenR") { return text + ")" }
    return type.hasSuffix("Period") ? text + "." : text
  }

  private func appendTable(_ table: XMLNode) throws(DocumentError) {
    var grid = TableGrid()
    let first = table.first("tblPr")?.attribute("firstRow")
    let marksFirst = first == "1" || first == "true"
    for (index, row) in table.elements("tr").enumerated() {
      var cells: [TableGrid.Cell] = []
      for cell in row.elements("tc") {
        func isSet(_ name: String) -> Bool {
          let value = cell.attribute(name)
          return value == "1" || value == "true"
        }
        // What another cell covers is told by that cell's span.
        if isSet("hMerge") || isSet("vMerge") { continue }
        var line = OfficeText()
        for paragraph in Self.paragraphs(of: cell) {
          line.space()
          DrawingText.gather(paragraph, &line)
        }
        func span(_ name: String) -> Int {
          max(1, min(cell.attribute(name).flatMap { Int($0) } ?? 1, 1000))
        }
        cells.append(
          TableGrid.Cell(
            text: line.takeOneLine(), columnSpan: span("gridSpan"), rowSpan: span("rowSpan"),
            isHeader: marksFirst && index == 0))
      }
      grid.rows.append(TableGrid.Row(cells: cells))
    }
    try assembler.append(grid, as: .rows)
  }
}
