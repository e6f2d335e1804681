/// Walks the body of a Word document and gives its text to an assembler, block by block.
///
/// Insertions of tracked changes are kept, deletions dropped; hidden text and generated tables of contents are
/// left out; text boxes, charts, notes and comments follow the paragraph they are anchored in.
struct DOCXBody {
  /// What follows the paragraph that it is anchored in.
  enum Anchored {
    case box(XMLNode)
    case note(key: String, mark: String)
    case comment(String)
    case chart(XMLNode)
    case diagram(XMLNode)
    case picture(String)
  }

  let assembler: TextAssembler
  let parts: DOCXParts
  var numbering: DOCXNumbering
  var omissions = OfficeOmissions()
  var line = OfficeText()
  var fields = DOCXFields()
  var anchored: [Anchored] = []
  var isInsideNote = false
  /// Style of the paragraph whose runs are read.
  var paragraphStyle: String?
  /// Name of the part that is walked, which relationships are seen from.
  var part: String
  private(set) var title: String?
  private var codeLines: [[UInt8]] = []
  var noteNumbers: [String: Int] = [:]
  var noteCounts: [String: Int] = [:]
  /// Whether the number of a page stood in the line that is read.
  var hasPageNumber = false
  private var shownComments: Set<String> = []
  private var importDepth: Int

  /// Documents that import documents are followed this far.
  private static let deepestImport = 2

  /// - Parameter part: name of the main part.
  init(assembler: TextAssembler, parts: DOCXParts, part: String, importDepth: Int = 0) {
    self.assembler = assembler
    self.parts = parts
    self.part = part
    self.importDepth = importDepth
    numbering = parts.numbering
  }

  /// Appends the body, then comments without an anchor, then headers and footers.
  ///
  /// - Complexity: O(nodes).
  mutating func append(_ body: XMLNode) throws(DocumentError) {
    fields = DOCXFields(of: body)
    omissions.brokenFields = !fields.isBalanced
    try blocks(of: body)
    try endParagraph(.paragraph, level: 0, prefix: "")
    try flushCode()
    for id in parts.commentOrder where !shownComments.contains(id) { try appendComment(id) }
    try appendHeadersAndFooters()
    assembler.notes += omissions.notes
  }

  // MARK: Blocks

  mutating func blocks(of node: XMLNode) throws(DocumentError) {
    for child in node.elements {
      switch child.name {
      case "p": try paragraph(child)
      case "tbl": try table(child)
      case "del", "moveFrom": countDeletion(child)
      case "sectPr", "tblPr", "tblGrid": break
      case "oMathPara", "oMath":
        inlineElement(child)
        try endParagraph(.paragraph, level: 0, prefix: "")
      case "AlternateContent":
        let before = assembler.blocks.count
        let choice = child.first("Choice")
        if let choice { try blocks(of: choice) }
        if assembler.blocks.count == before, let fallback = child.first("Fallback") {
          try blocks(of: fallback)
        }
      case "sdt":
        if Self.isContents(child) {
          omissions.tablesOfContents += 1
        } else if Self.isPlaceholder(child) {
          omissions.placeholders += 1
        } else if let content = child.first("sdtContent") {
          try blocks(of: content)
        }
      case "altChunk": try appendImport(child)
      case "ins", "moveTo":
        omissions.insertions += 1
        try blocks(of: child)
      default: try blocks(of: child)
      }
    }
  }

  private mutating func paragraph(_ node: XMLNode) throws(DocumentError) {
    let properties = node.first("pPr")
    let style = properties?.first("pStyle")?.attribute("val")
    var meaning = parts.styles.meaning(of: style)
    if let level = properties?.first("outlineLvl")?.attribute("val").flatMap({ Int($0) }) {
      if level < 9 { meaning = .heading(level + 1) } else if case .heading = meaning { meaning = .plain }
    }
    if case .contents = meaning {
      // Its fields may reach beyond it.
      paragraphStyle = style
      inline(node)
      _ = line.take()
      anchored = []
      omissions.tablesOfContents += 1
      return
    }
    if case .code = meaning {
      var code: [UInt8] = []
      Self.gatherCode(node, &code)
      codeLines.append(code)
      return
    }
    try flushCode()
    paragraphStyle = style
    let deletions = omissions.deletions
    inline(node)
    // A deleted paragraph mark joins the paragraph with the next.
    if properties?.first("rPr")?.first("del") != nil { return }
    let reference = Self.reference(properties, parts.styles.numbering(of: style), style: style)
    // What is numbered counts without text as well, but not where its text was deleted.
    let item = reference.flatMap {
      line.isEmpty && omissions.deletions > deletions ? nil : numbering.next($0)
    }
    guard !line.isEmpty || !anchored.isEmpty else { return }
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
  static func reference(
    _ properties: XMLNode?, _ ofStyle: DOCXNumbering.Reference?, style: String?
  ) -> DOCXNumbering.Reference? {
    guard let own = DOCXNumbering.Reference(properties) else { return ofStyle }
    var reference = DOCXNumbering.Reference(id: own.id ?? ofStyle?.id, level: own.level ?? ofStyle?.level)
    reference.style = style
    return reference
  }

  mutating func endParagraph(_ kind: Block.Kind, level: Int, prefix: String) throws(DocumentError) {
    let bytes = kind == .heading ? line.takeOneLine() : line.take()
    if !bytes.isEmpty { try assembler.append(kind, level: level, Array(prefix.utf8) + bytes) }
    try appendAnchored()
  }

  mutating func flushCode() throws(DocumentError) {
    guard !codeLines.isEmpty else { return }
    try assembler.append(.code, Array(codeLines.joined(separator: [0x0A])))
    codeLines = []
  }

  private static func gatherCode(_ node: XMLNode, _ bytes: inout [UInt8]) {
    for child in node.elements {
      switch child.name {
      case "t": for text in child.children where text.isText { bytes.append(contentsOf: text.content) }
      case "tab": bytes.append(0x09)
      case "br", "cr": bytes.append(0x0A)
      case "noBreakHyphen": bytes.append(0x2D)
      case "del", "moveFrom", "pPr", "rPr": break
      default: gatherCode(child, &bytes)
      }
    }
  }

  private static func isContents(_ sdt: XMLNode) -> Bool {
    sdt.first("sdtPr")?.descendant("docPartGallery")?.attribute("val") == "Table of Contents"
  }

  /// Whether a form field shows the words that ask for an entry.
  static func isPlaceholder(_ sdt: XMLNode) -> Bool {
    sdt.first("sdtPr")?.first("showingPlcHdr").map(DOCXStyles.isOn) ?? false
  }

  /// Deleted text still moves fields on.
  mutating func countDeletion(_ node: XMLNode) {
    omissions.deletions += 1
    for child in node.descendants where child.name == "fldChar" { _ = fields.step(child) }
  }

  // MARK: Anchored

  /// Text boxes, charts, notes and comments that were anchored in what was just appended.
  mutating func appendAnchored() throws(DocumentError) {
    let anchored = anchored
    self.anchored = []
    for one in anchored {
      switch one {
      case .box(let node):
        let style = paragraphStyle
        try blocks(of: node)
        paragraphStyle = style
      case .note(let key, let mark):
        guard !isInsideNote, let note = parts.notes[key] else { continue }
        isInsideNote = true
        let text = flat(note)
        isInsideNote = false
        if !text.isEmpty { try assembler.append(.paragraph, Array("[^\(mark)]: ".utf8) + text) }
      case .comment(let id): try appendComment(id)
      case .chart(let root):
        if try !ChartText.append(root, to: assembler) { omissions.others.append("a chart has no values") }
      case .diagram(let root): try DiagramText.append(root, to: assembler)
      case .picture(let text): try assembler.append(.paragraph, "Picture: " + text)
      }
    }
  }

  private mutating func appendComment(_ id: String) throws(DocumentError) {
    guard let comment = parts.comments[id], shownComments.insert(id).inserted else { return }
    isInsideNote = true
    let text = flat(comment.node)
    isInsideNote = false
    guard !text.isEmpty else { return }
    let by = comment.author.map { " by \($0)" } ?? ""
    try assembler.append(.paragraph, Array("Comment\(by): ".utf8) + text)
  }

  // MARK: Other parts

  /// A part of another format that the document takes in at this point.
  private mutating func appendImport(_ node: XMLNode) throws(DocumentError) {
    guard let id = node.relationship("id") ?? node.attribute("id"), importDepth < Self.deepestImport,
      let target = try parts.target(id, of: part), let bytes = try parts.package.bytes(target.target),
      let format = DocumentFormat.detect(name: target.target, bytes: bytes),
      [.html, .text, .rtf, .docx].contains(format)
    else {
      omissions.missingParts += 1
      return
    }
    let source = SourceFile(name: target.target, bytes: bytes)
    let document: ParsedDocument
    do {
      document =
        format == .docx
        ? try DOCXReader(importDepth: importDepth + 1).read(source, limits: parts.limits)
        : try readDocument(source, format: format, limits: parts.limits)
    } catch {
      omissions.others.append("a part that the document takes in was not read: \(error.message)")
      return
    }
    try assembler.append(document)
  }

  private mutating func appendHeadersAndFooters() throws(DocumentError) {
    var seen: Set<[UInt8]> = []
    for (label, name, root) in try parts.headersAndFooters() {
      part = name
      fields = DOCXFields(of: root)
      let lines = HeaderFooterText.lines(headerLines(of: root))
      let text = Array(lines.joined(separator: [0x0A]))
      try appendAnchored()
      guard !text.isEmpty, seen.insert(text).inserted else { continue }
      try assembler.append(.paragraph, Array("\(label): ".utf8) + text)
    }
  }
}
