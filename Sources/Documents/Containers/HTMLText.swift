/// Walks an HTML tree and gives its main text to an assembler, block by block.
///
/// Shared by web pages, EPUB chapters and HTML mail. Drops what is not content (scripts, styles, navigation,
/// templates, form controls, hidden elements); tables become lines of cells joined by ` | `.
struct HTMLText {
  private let assembler: TextAssembler
  private var line = InlineText()
  private var listDepth = 0
  private var quoteDepth = 0
  /// What the next flushed text becomes, where it isn't a plain paragraph.
  private var pending: Block?
  private var pendingMarker = ""

  /// Appends the text of `root` to `assembler`.
  ///
  /// - Complexity: O(nodes).
  static func append(_ root: XMLNode, to assembler: TextAssembler) throws(DocumentError) {
    var walk = HTMLText(assembler: assembler)
    try walk.visit(root)
    try walk.flush()
  }

  private init(assembler: TextAssembler) {
    self.assembler = assembler
  }

  // MARK: The walk

  private mutating func visit(_ node: XMLNode) throws(DocumentError) {
    for child in node.children {
      if child.isText {
        line.append(child.content)
      } else if child.isElement, !Self.isDropped(child) {
        try element(child)
      }
    }
  }

  private mutating func element(_ node: XMLNode) throws(DocumentError) {
    let name = node.name
    switch name {
    case "h1", "h2", "h3", "h4", "h5", "h6":
      try flush()
      try visit(node)
      let level = Int(name.utf8.last ?? 0x31) - 0x30
      // A heading is one line: its breaks are layout.
      let text = line.take().map { $0 == 0x0A ? 0x20 : $0 }
      try assembler.append(.heading, level: level, text)
    case "br": line.lineBreak()
    case "hr": try flush()
    case "img":
      guard let text = node.attribute("alt"), !text.isEmpty else { return }
      line.space()
      line.append(text)
      line.space()
    case "pre", "listing", "xmp", "plaintext": try preformatted(node)
    case "blockquote":
      try flush()
      quoteDepth += 1
      try visit(node)
      try flush()
      quoteDepth -= 1
    case "ul", "ol", "menu", "dir": try list(node, isOrdered: name == "ol")
    case "dl": try definitions(node)
    case "table": try table(node)
    case "q":
      line.append("\u{201C}")
      try visit(node)
      line.append("\u{201D}")
    case _ where Self.blocks.contains(name):
      try flush()
      try visit(node)
      try flush()
    default:
      try visit(node)
    }
  }

  /// Ends the block that is being gathered.
  private mutating func flush() throws(DocumentError) {
    let bytes = line.take()
    guard !bytes.isEmpty else { return }
    let marker = pendingMarker
    let block = pending
    pending = nil
    pendingMarker = ""
    if let block {
      try assembler.append(block.kind, level: block.level, Array(marker.utf8) + bytes)
      return
    }
    // Two breaks in a row are a paragraph border on pages that know no <p>.
    for part in Self.paragraphs(bytes) { try assembler.append(quoteDepth > 0 ? .quote : .paragraph, part) }
  }

  private static func paragraphs(_ bytes: [UInt8]) -> [[UInt8]] {
    var parts: [[UInt8]] = []
    var start = 0
    var index = 0
    while index + 1 < bytes.count {
      if bytes[index] == 0x0A && bytes[index + 1] == 0x0A {
        parts.append(Array(bytes[start..<index]))
        while index < bytes.count && bytes[index] == 0x0A { index += 1 }
        start = index
      } else {
        index += 1
      }
    }
    parts.append(Array(bytes[start...]))
    return parts
  }

  // MARK: Lists

  private mutating func list(_ node: XMLNode, isOrdered: Bool) throws(DocumentError) {
    try flush()
    listDepth += 1
    var number = node.attribute("start").flatMap { Int($0) } ?? 1
    for child in node.children {
      if child.isText {
        line.append(child.content)
        continue
      }
      guard child.isElement, !Self.isDropped(child) else { continue }
      guard child.name == "li" else {
        try element(child)
        continue
      }
      try flush()
      if let value = child.attribute("value").flatMap({ Int($0) }) { number = value }
      pending = Block(kind: .listItem, range: 0..<0, level: listDepth)
      pendingMarker = isOrdered ? "\(number). " : "- "
      number &+= 1
      try visit(child)
      try flush()
      pending = nil
    }
    try flush()
    listDepth -= 1
  }

  /// `<dl>`: each definition is an item that starts with its term.
  private mutating func definitions(_ node: XMLNode) throws(DocumentError) {
    try flush()
    listDepth += 1
    var terms: [UInt8] = []
    try definitions(in: node, &terms)
    if !terms.isEmpty { try assembler.append(.listItem, level: listDepth, terms) }
    listDepth -= 1
  }

  private mutating func definitions(in node: XMLNode, _ terms: inout [UInt8]) throws(DocumentError) {
    var isAfterDefinition = false
    for child in node.elements where !Self.isDropped(child) {
      switch child.name {
      case "dt":
        if isAfterDefinition { terms = [] }
        isAfterDefinition = false
        try visit(child)
        let term = line.take()
        guard !term.isEmpty else { continue }
        terms += (terms.isEmpty ? [] : Array(", ".utf8)) + term
      case "dd":
        pending = Block(kind: .listItem, range: 0..<0, level: listDepth)
        pendingMarker = terms.isEmpty ? "" : String(decoding: terms, as: UTF8.self) + ": "
        try visit(child)
        try flush()
        pending = nil
        isAfterDefinition = true
      case "div":
        if isAfterDefinition { terms = [] }
        try definitions(in: child, &terms)
        isAfterDefinition = true
      default:
        try element(child)
      }
    }
    if isAfterDefinition { terms = [] }
  }

  // MARK: Preformatted text and tables

  private mutating func preformatted(_ node: XMLNode) throws(DocumentError) {
    try flush()
    var bytes: [UInt8] = []
    Self.gatherRaw(node, &bytes)
    // The newline right after <pre> is not part of the text.
    if bytes.first == 0x0A { bytes.removeFirst() }
    try assembler.append(.code, bytes)
  }

  private static func gatherRaw(_ node: XMLNode, _ bytes: inout [UInt8]) {
    for child in node.children {
      if child.isText {
        bytes.append(contentsOf: child.content)
      } else if child.isElement, !isDropped(child) {
        if child.name == "br" { bytes.append(0x0A) }
        gatherRaw(child, &bytes)
      }
    }
  }

  private mutating func table(_ node: XMLNode) throws(DocumentError) {
    try flush()
    guard !Self.isLayout(node) else {
      try visit(node)
      return try flush()
    }
    var rows: [[UInt8]] = []
    try collect(node, &rows)
    try assembler.append(.table, Array(rows.joined(separator: [0x0A])))
  }

  /// Adds the rows below `node`, a caption as a row of its own.
  private mutating func collect(_ node: XMLNode, _ rows: inout [[UInt8]]) throws(DocumentError) {
    for child in node.elements where !Self.isDropped(child) {
      switch child.name {
      case "tr":
        var cells: [[UInt8]] = []
        for cell in child.elements where !Self.isDropped(cell) { cells.append(cellText(cell)) }
        if cells.contains(where: { !$0.isEmpty }) { rows.append(TableRow.join(cells)) }
      case "caption":
        let caption = cellText(child)
        if !caption.isEmpty { rows.append(caption) }
      default:
        try collect(child, &rows)
      }
    }
  }

  /// The text of a cell on one line.
  private func cellText(_ node: XMLNode) -> [UInt8] {
    var cell = InlineText()
    Self.gatherFlat(node, &cell)
    return cell.take()
  }

  private static func gatherFlat(_ node: XMLNode, _ line: inout InlineText) {
    for child in node.children {
      if child.isText {
        line.append(child.content)
      } else if child.isElement, !isDropped(child) {
        let name = child.name
        let isBlock = blocks.contains(name) || name == "br" || name == "li" || name == "pre"
        if isBlock { line.space() }
        if name == "img", let text = child.attribute("alt") { line.append(text) }
        gatherFlat(child, &line)
        if isBlock { line.space() }
      }
    }
  }

  /// Whether a table only places things on the page: it holds structure, or has at most one column.
  private static func isLayout(_ table: XMLNode) -> Bool {
    if table.attribute("role") == "presentation" { return true }
    var widest = 0
    func holdsStructure(_ node: XMLNode) -> Bool {
      var cells = 0
      for child in node.elements {
        switch child.name {
        case "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote": return true
        case "td", "th": cells += 1
        default: break
        }
        if holdsStructure(child) { return true }
      }
      widest = max(widest, cells)
      return false
    }
    return holdsStructure(table) || widest < 2
  }

  // MARK: What counts as what

  private static let dropped: Set<String> = [
    "script", "style", "nav", "template", "noscript", "head", "title", "meta", "link", "svg", "iframe",
    "object",
    "embed", "audio", "video", "canvas", "select", "datalist", "textarea", "button", "input", "rp", "rt",
    "noframes", "frameset", "map",
  ]

  private static let blocks: Set<String> = [
    "address", "article", "aside", "body", "center", "details", "dialog", "div", "dd", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hgroup", "html", "legend", "li", "main", "p",
    "section",
    "summary", "td", "th", "tr", "tbody", "thead", "tfoot", "caption",
  ]

  private static func isDropped(_ node: XMLNode) -> Bool {
    if dropped.contains(node.name) { return true }
    guard node.pointer.pointee.properties != nil else { return false }
    if let hidden = node.attribute("hidden"), hidden != "until-found" { return true }
    if node.attribute("aria-hidden") == "true" { return true }
    guard let style = node.attribute("style") else { return false }
    let bytes = style.utf8.prefix(1000).filter { $0 != 0x20 }.map {
      (0x41...0x5A).contains($0) ? $0 + 32 : $0
    }
    let plain = String(decoding: bytes, as: UTF8.self)
    return plain.contains("display:none") || plain.contains("visibility:hidden")
  }
}
