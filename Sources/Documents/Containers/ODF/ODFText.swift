/// Walks the body of an OpenDocument text and gives its content to an assembler, block by block.
///
/// Insertions of tracked changes are kept, deletions dropped; hidden text and generated indexes are left out; text
/// boxes, charts, notes and comments follow the paragraph that they are anchored in.
struct ODFText {
  enum Anchored {
    case box(XMLNode)
    case note(mark: String, body: XMLNode)
    case comment(XMLNode)
    case chart(XMLNode)
    case table(XMLNode)
    case picture(String)
  }

  let package: ODFPackage
  var styles: ODFStyles
  let assembler: TextAssembler
  var omissions = OfficeOmissions()
  var line = OfficeText()
  var anchored: [Anchored] = []
  var isInsideNote = false
  var hasPageNumber = false
  /// Texts of slides' footers, which are left out.
  var footers: Set<String> = []
  /// Changes that took out text which still stands in the body, as in flat files.
  private(set) var deletions: Set<String> = []
  var openDeletions: Set<String> = []
  private(set) var title: String?
  private var codeLines: [[UInt8]] = []
  private var headingCounts: [Int] = []
  /// Counts of lists by their style's name and by their id, for those that go on.
  private var listCounts: [String: [Int]] = [:]

  init(package: ODFPackage, styles: ODFStyles, assembler: TextAssembler) {
    self.package = package
    self.styles = styles
    self.assembler = assembler
  }

  /// - Complexity: O(nodes).
  mutating func append(_ body: XMLNode) throws(DocumentError) {
    var ended: Set<String> = []
    for node in body.descendants {
      if node.name == "change-end", let id = node.attribute("change-id") { ended.insert(id) }
      if node.name == "changed-region", node.first("deletion") != nil, let id = node.attribute("id") {
        deletions.insert(id)
      }
    }
    // A change without an end would take the rest of the text along.
    deletions.formIntersection(ended)
    try blocks(of: body)
    try flushCode()
  }

  // MARK: Blocks

  mutating func blocks(of node: XMLNode) throws(DocumentError) {
    for child in node.elements { try block(child) }
  }

  mutating func block(_ node: XMLNode) throws(DocumentError) {
    switch node.name {
    case "p": try paragraph(node, label: nil, depth: 0)
    case "h": try heading(node, label: nil)
    case "list": try list(node, depth: 1, style: nil, counts: nil)
    case "table": try table(node)
    case "tracked-changes":
      for change in node.elements("changed-region") {
        if change.first("deletion") != nil { omissions.deletions += 1 }
        if change.first("insertion") != nil { omissions.insertions += 1 }
      }
    case "table-of-content", "illustration-index", "table-index", "object-index", "user-index",
      "alphabetical-index":
      omissions.tablesOfContents += 1
    case "section":
      if node.attribute("display") == "none" || styles.hidesSection(node.attribute("style-name")) {
        omissions.hiddenRuns += 1
      } else {
        try blocks(of: node)
      }
    case "forms", "variable-decls", "sequence-decls", "user-field-decls", "dde-connection-decls", "scripts":
      break
    case "frame", "g", "a", "custom-shape", "rect", "ellipse", "circle", "line", "polyline", "polygon",
      "path",
      "connector", "caption", "measure", "regular-polygon":
      drawing(node)
      try appendAnchored()
    case "annotation": try appendComment(node)
    default: try blocks(of: node)
    }
  }

  private mutating func paragraph(_ node: XMLNode, label: String?, depth: Int) throws(DocumentError) {
    let style = node.attribute("style-name")
    var meaning = styles.meaning(of: style)
    if case .code = meaning, label == nil {
      var code: [UInt8] = []
      Self.gatherCode(node, &code)
      codeLines.append(code)
      return
    }
    try flushCode()
    // Only `text:h` is a heading, whatever its style is based on; a style of its own may still say so.
    if case .heading = meaning, depth > 0 { meaning = .plain }
    let format = styles.format("paragraph", style)
    inline(node, format.script ?? .normal, isHidden: format.isHidden ?? false)
    let prefix = label.map { $0.isEmpty ? "" : $0 + " " } ?? ""
    switch meaning {
    case .contents:
      omissions.tablesOfContents += 1
      _ = line.take()
      anchored = []
    case .heading(let level): try end(.heading, level: max(1, min(level, 6)), prefix: "")
    case .title:
      let text = line.takeOneLine()
      if !text.isEmpty {
        try assembler.append(.heading, level: 1, text)
        if title == nil { title = String(decoding: text, as: UTF8.self) }
      }
      try appendAnchored()
    case .quote: try end(.quote, level: 0, prefix: prefix)
    case .code, .plain:
      try end(label == nil ? .paragraph : .listItem, level: label == nil ? 0 : depth, prefix: prefix)
    }
  }

  private mutating func heading(_ node: XMLNode, label: String?) throws(DocumentError) {
    try flushCode()
    let level = max(1, min(node.attribute("outline-level").flatMap { Int($0) } ?? 1, ODFListStyle.deepest))
    var number = label ?? ""
    if label == nil, let outline = styles.outline, node.attribute("is-list-header") != "true" {
      count(level, in: &headingCounts, outline, start: nil)
      number = outline.label(level, counts: headingCounts)
      if number == "-" { number = "" }
    }
    let format = styles.format("paragraph", node.attribute("style-name"))
    inline(node, format.script ?? .normal, isHidden: format.isHidden ?? false)
    try end(.heading, level: min(level, 6), prefix: number.isEmpty || number == "-" ? "" : number + " ")
  }

  private mutating func end(_ kind: Block.Kind, level: Int, prefix: String) throws(DocumentError) {
    let bytes = kind == .heading ? line.takeOneLine() : line.take()
    if !bytes.isEmpty { try assembler.append(kind, level: level, Array(prefix.utf8) + bytes) }
    try appendAnchored()
  }

  private mutating func flushCode() throws(DocumentError) {
    guard !codeLines.isEmpty else { return }
    try assembler.append(.code, Array(codeLines.joined(separator: [0x0A])))
    codeLines = []
  }

  private static func gatherCode(_ node: XMLNode, _ bytes: inout [UInt8]) {
    for child in node.children {
      if child.isText {
        bytes.append(contentsOf: child.content)
        continue
      }
      switch child.name {
      case "s":
        let count = child.attribute("c").flatMap { Int($0) } ?? 1
        bytes.append(contentsOf: [UInt8](repeating: 0x20, count: max(0, min(count, 1000))))
      case "tab": bytes.append(0x09)
      case "line-break": bytes.append(0x0A)
      default: if child.isElement { gatherCode(child, &bytes) }
      }
    }
  }

  // MARK: Lists

  private mutating func list(
    _ node: XMLNode, depth: Int, style outer: ODFListStyle?, counts outerCounts: [Int]?
  ) throws(DocumentError) {
    let name = node.attribute("style-name")
    let style = name.flatMap { styles.lists[$0] } ?? outer
    var counts = outerCounts ?? []
    if depth == 1 {
      if let id = node.attribute("continue-list"), let known = listCounts["#" + id] {
        counts = known
      } else if node.attribute("continue-numbering") == "true", let name, let known = listCounts[name] {
        counts = known
      }
    }
    try items(of: node, depth: depth, style: style, counts: &counts)
    if depth == 1 {
      if let name { listCounts[name] = counts }
      if let id = node.attribute("id") { listCounts["#" + id] = counts }
    }
  }

  private mutating func items(
    of node: XMLNode, depth: Int, style: ODFListStyle?, counts: inout [Int]
  ) throws(DocumentError) {
    let level = min(depth, ODFListStyle.deepest)
    for item in node.elements where item.name == "list-item" || item.name == "list-header" {
      // A list directly in an item is only a way to its level.
      var label: String?
      for child in item.elements {
        switch child.name {
        case "p", "h":
          var shown: String?
          if label == nil {
            if item.name == "list-item" {
              let start = item.attribute("start-value").flatMap { Int($0) }
              count(level, in: &counts, style, start: start)
              label = style?.label(level, counts: counts) ?? "-"
            } else {
              label = ""
            }
            shown = label
          }
          if child.name == "h" {
            try heading(child, label: shown ?? "")
          } else {
            try paragraph(child, label: shown, depth: level)
          }
        case "list":
          let inner = child.attribute("style-name").flatMap { styles.lists[$0] } ?? style
          try items(of: child, depth: depth + 1, style: inner, counts: &counts)
        default: try block(child)
        }
      }
    }
  }

  private func count(_ level: Int, in counts: inout [Int], _ style: ODFListStyle?, start: Int?) {
    while counts.count < level - 1 { counts.append(style?.start(counts.count + 1) ?? 1) }
    if counts.count >= level {
      counts.removeSubrange(level...)
      counts[level - 1] = start ?? counts[level - 1] &+ 1
    } else {
      counts.append(start ?? style?.start(level) ?? 1)
    }
  }

  // MARK: Anchored

  mutating func appendAnchored() throws(DocumentError) {
    let anchored = anchored
    self.anchored = []
    for one in anchored {
      switch one {
      case .box(let node): try blocks(of: node)
      case .note(let mark, let body):
        guard !isInsideNote else { continue }
        isInsideNote = true
        let text = flat(body)
        isInsideNote = false
        if !text.isEmpty { try assembler.append(.paragraph, Array("[^\(mark)]: ".utf8) + text) }
      case .comment(let node): try appendComment(node)
      case .chart(let node):
        if try !ODFChart.append(node, to: assembler) { omissions.others.append("a chart has no values") }
      case .table(let node): try table(node)
      case .picture(let text): try assembler.append(.paragraph, "Picture: " + text)
      }
    }
  }

  private mutating func appendComment(_ node: XMLNode) throws(DocumentError) {
    isInsideNote = true
    let text = flat(node)
    isInsideNote = false
    guard !text.isEmpty else { return }
    let author = node.first("creator").flatMap { TextAssembler.oneLine($0.text) }
    let by = author.map { " by \($0)" } ?? ""
    try assembler.append(.paragraph, Array("Comment\(by): ".utf8) + text)
  }
}
