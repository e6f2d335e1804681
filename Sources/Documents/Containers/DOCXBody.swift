/// Walks the body of a Word document and gives its text to an assembler, block by block.
///
/// Insertions of tracked changes are kept, deletions dropped; hidden text and generated tables of contents are
/// left out; text boxes and notes follow the paragraph they are anchored in.
struct DOCXBody {
  private let assembler: TextAssembler
  private let styles: DOCXStyles
  private var numbering: DOCXNumbering
  /// Notes by id, footnotes under `f`, endnotes under `e`.
  private let notes: [String: XMLNode]
  private(set) var title: String?
  private var line = InlineText()
  private var codeLines: [[UInt8]] = []
  private var boxes: [XMLNode] = []
  private var noteReferences: [String] = []
  private var isInsideNote = false

  init(assembler: TextAssembler, styles: DOCXStyles, numbering: DOCXNumbering, notes: [String: XMLNode]) {
    self.assembler = assembler
    self.styles = styles
    self.numbering = numbering
    self.notes = notes
  }

  /// - Complexity: O(nodes).
  mutating func append(_ body: XMLNode) throws(DocumentError) {
    try blocks(of: body)
    try endParagraph(.paragraph, level: 0, prefix: "")
    try flushCode()
  }

  // MARK: Blocks

  private mutating func blocks(of node: XMLNode) throws(DocumentError) {
    for child in node.elements {
      switch child.name {
      case "p": try paragraph(child)
      case "tbl": try table(child)
      case "del", "moveFrom", "sectPr": break
      case "AlternateContent":
        if let choice = child.first("Choice") ?? child.first("Fallback") { try blocks(of: choice) }
      case "sdt":
        if !Self.isContents(child), let content = child.first("sdtContent") { try blocks(of: content) }
      default: try blocks(of: child)
      }
    }
  }

  private mutating func paragraph(_ node: XMLNode) throws(DocumentError) {
    let properties = node.first("pPr")
    let style = properties?.first("pStyle")?.attribute("val")
    var meaning = styles.meaning(of: style)
    if let level = properties?.first("outlineLvl")?.attribute("val").flatMap({ Int($0) }) {
      if level < 9 { meaning = .heading(level + 1) } else if case .heading = meaning { meaning = .plain }
    }
    if case .contents = meaning { return }
    if case .code = meaning {
      var code: [UInt8] = []
      Self.gatherCode(node, &code)
      codeLines.append(code)
      return
    }
    try flushCode()
    inline(node)
    // A deleted paragraph mark joins the paragraph with the next.
    if properties?.first("rPr")?.first("del") != nil { return }
    guard !line.isEmpty || !boxes.isEmpty else { return }
    var item: (depth: Int, label: String)?
    if !line.isEmpty, let reference = Self.reference(properties, styles.numbering(of: style)) {
      item = numbering.next(reference)
    }
    let label = item.map { $0.label.isEmpty ? "" : $0.label + " " } ?? ""
    switch meaning {
    case .heading(let level):
      try endParagraph(.heading, level: max(1, min(level, 6)), prefix: label == "- " ? "" : label)
    case .title:
      try endParagraph(.heading, level: 1, prefix: "")
      if title == nil { title = assembler.firstText(of: .heading, level: 1) }
    case .quote: try endParagraph(.quote, level: 0, prefix: label)
    case .code, .contents, .plain:
      if let item {
        try endParagraph(.listItem, level: item.depth, prefix: label)
      } else {
        try endParagraph(.paragraph, level: 0, prefix: "")
      }
    }
  }

  /// The list of a paragraph: its own reference first, then its style's.
  private static func reference(
    _ properties: XMLNode?, _ ofStyle: DOCXNumbering.Reference?
  ) -> DOCXNumbering.Reference? {
    guard let own = DOCXNumbering.Reference(properties) else { return ofStyle }
    return DOCXNumbering.Reference(id: own.id ?? ofStyle?.id, level: own.level ?? ofStyle?.level)
  }

  private mutating func endParagraph(_ kind: Block.Kind, level: Int, prefix: String) throws(DocumentError) {
    var bytes = line.take()
    if kind == .heading { bytes = bytes.map { $0 == 0x0A ? 0x20 : $0 } }
    if !bytes.isEmpty { try assembler.append(kind, level: level, Array(prefix.utf8) + bytes) }
    try appendAnchored()
  }

  /// Text boxes and notes that were anchored in what was just appended.
  private mutating func appendAnchored() throws(DocumentError) {
    let boxes = boxes
    let references = noteReferences
    self.boxes = []
    noteReferences = []
    for box in boxes { try blocks(of: box) }
    for key in references {
      guard !isInsideNote, let note = notes[key] else { continue }
      isInsideNote = true
      let text = flat(note)
      isInsideNote = false
      if !text.isEmpty { try assembler.append(.paragraph, Array("[^\(Self.mark(key))]: ".utf8) + text) }
    }
  }

  private mutating func flushCode() throws(DocumentError) {
    guard !codeLines.isEmpty else { return }
    try assembler.append(.code, Array(codeLines.joined(separator: [0x0A])))
    codeLines = []
  }

  private static func isContents(_ sdt: XMLNode) -> Bool {
    sdt.first("sdtPr")?.descendant("docPartGallery")?.attribute("val") == "Table of Contents"
  }

  // MARK: Tables

  private mutating func table(_ node: XMLNode) throws(DocumentError) {
    try flushCode()
    var rows: [[XMLNode]] = []
    Self.collectRows(node, &rows)
    // One column is a frame around text.
    guard rows.contains(where: { $0.count > 1 }) else {
      for row in rows { for cell in row { try blocks(of: cell) } }
      return
    }
    var lines: [[UInt8]] = []
    for row in rows {
      var cells: [[UInt8]] = []
      for cell in row { cells.append(flat(cell)) }
      if cells.contains(where: { !$0.isEmpty }) { lines.append(TableRow.join(cells)) }
    }
    try assembler.append(.table, Array(lines.joined(separator: [0x0A])))
    try appendAnchored()
  }

  private static func collectRows(_ node: XMLNode, _ rows: inout [[XMLNode]]) {
    for child in node.elements {
      switch child.name {
      case "tr":
        if child.first("trPr")?.first("del") != nil { continue }
        var cells: [XMLNode] = []
        collectCells(child, &cells)
        rows.append(cells)
      case "tblPr", "tblGrid", "del", "moveFrom": break
      default: collectRows(child, &rows)
      }
    }
  }

  private static func collectCells(_ node: XMLNode, _ cells: inout [XMLNode]) {
    for child in node.elements {
      if child.name == "tc" { cells.append(child) } else { collectCells(child, &cells) }
    }
  }

  /// The paragraphs below `node` on one line.
  private mutating func flat(_ node: XMLNode) -> [UInt8] {
    let outer = line
    line = InlineText()
    flatten(node)
    let bytes = line.take()
    line = outer
    return bytes.map { $0 == 0x0A ? 0x20 : $0 }
  }

  private mutating func flatten(_ node: XMLNode) {
    for child in node.elements {
      switch child.name {
      case "p":
        line.space()
        inline(child)
        line.space()
      case "del", "moveFrom": break
      default: flatten(child)
      }
    }
  }

  // MARK: Inline text

  private mutating func inline(_ node: XMLNode) {
    for child in node.elements {
      switch child.name {
      case "r":
        if let hidden = child.first("rPr")?.first("vanish"), DOCXStyles.isOn(hidden) { continue }
        run(child)
      case "t": text(child)
      case "pPr", "del", "moveFrom", "rPr": break
      case "AlternateContent":
        if let choice = child.first("Choice") ?? child.first("Fallback") { inline(choice) }
      case "txbxContent": boxes.append(child)
      default: inline(child)
      }
    }
  }

  private mutating func run(_ node: XMLNode) {
    for child in node.elements {
      switch child.name {
      case "t": text(child)
      case "tab", "ptab": line.space()
      case "br", "cr":
        // A page or column break is no line of text.
        if child.attribute("type") == nil || child.attribute("type") == "textWrapping" {
          line.lineBreak()
        } else {
          line.space()
        }
      case "noBreakHyphen": line.append("-")
      case "footnoteReference": reference(child, "f")
      case "endnoteReference": reference(child, "e")
      case "delText", "instrText", "delInstrText", "rPr", "softHyphen", "sym": break
      case "txbxContent": boxes.append(child)
      case "AlternateContent":
        if let choice = child.first("Choice") ?? child.first("Fallback") { inline(choice) }
      // Drawings hold text boxes.
      default: inline(child)
      }
    }
  }

  private mutating func text(_ node: XMLNode) {
    for child in node.children where child.isText { line.append(child.content) }
  }

  private mutating func reference(_ node: XMLNode, _ kind: String) {
    guard !isInsideNote, let id = node.attribute("id"), notes[kind + id] != nil else { return }
    line.append("[^\(Self.mark(kind + id))]")
    noteReferences.append(kind + id)
  }

  /// What stands for a note in the text: `2` for a footnote, `e2` for an endnote.
  private static func mark(_ key: String) -> Substring {
    key.hasPrefix("f") ? key.dropFirst() : key[...]
  }

  private static func gatherCode(_ node: XMLNode, _ bytes: inout [UInt8]) {
    for child in node.elements {
      switch child.name {
      case "t": for text in child.children where text.isText { bytes.append(contentsOf: text.content) }
      case "tab": bytes.append(0x09)
      case "br", "cr": bytes.append(0x0A)
      case "del", "moveFrom", "pPr", "rPr": break
      default: gatherCode(child, &bytes)
      }
    }
  }
}
