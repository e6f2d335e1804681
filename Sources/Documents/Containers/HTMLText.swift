/// Walks an HTML tree and gives its text to an assembler, block by block.
///
/// Shared by web pages, EPUB chapters and HTML mail. `HTMLContent` decides what is content; here it gets its form:
/// headings, list items, quotes, code, tables through the shared table model, labels of accordions and tabs.
struct HTMLText {
  let assembler: TextAssembler
  let content: HTMLContent
  var line = InlineText()
  var listDepth = 0
  private var quoteDepth = 0
  /// All that follows is quoted: a mail's program has put an older mail below a line.
  private var isQuotedRest = false
  /// What the next flushed text becomes, where it isn't a plain paragraph.
  private var pending: Pending?

  /// Parts of the page's title, of which the first that stands as a block of its own is its heading, where no `h1` is.
  private var titles: Set<[UInt8]> = []

  private struct Pending {
    var kind: Block.Kind
    var level: Int
    var marker: [UInt8]
    /// Whether the marker says something by itself: a term.
    var isText: Bool
  }

  /// Appends the text of `root` to `assembler`, and a note about what was left out.
  ///
  /// - Parameters:
  ///   - title: the page's title, by which a heading outside of the main part is known as the text's own.
  ///   - name: the file's name.
  /// - Complexity: O(nodes).
  static func append(
    _ root: XMLNode, to assembler: TextAssembler, as kind: HTMLContent.Kind = .page, title: String? = nil,
    name: String = ""
  ) throws(DocumentError) {
    let content = HTMLContent(root, kind: kind, name: name)
    var walk = HTMLText(assembler: assembler, content: content)
    if kind == .page, content.measure.title == nil, let title { walk.titles = HTMLTitle.parts(title) }
    if let heading = content.titleOutside(pageTitle: title) {
      try assembler.append(.heading, level: 1, walk.flat(heading))
    }
    for part in content.roots {
      try walk.visit(part)
      try walk.flush()
    }
    if let note = content.count.sentence {
      assembler.notes.append(ReadingNote(page: assembler.page > 0 ? assembler.page : nil, note))
    }
  }

  private init(assembler: TextAssembler, content: HTMLContent) {
    self.assembler = assembler
    self.content = content
  }

  // MARK: The walk

  mutating func visit(_ node: XMLNode) throws(DocumentError) {
    for child in node.children {
      if child.isText {
        line.append(child.content)
      } else if child.isElement {
        if let formula = HTMLFormula.text(child) {
          line.append(formula)
        } else if !content.leavesOut(child) {
          try element(child)
        }
      }
    }
  }

  mutating func element(_ node: XMLNode) throws(DocumentError) {
    let name = node.name
    if content.kind == .page { try label(node, name) }
    if content.kind == .mail { noteQuotedRest(node, name) }
    switch name {
    case "h1", "h2", "h3", "h4", "h5", "h6": try heading(node, level: HTMLNames.headingLevel(name) ?? 1)
    case "br": line.lineBreak()
    case "hr": try flush()
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
    case "summary": try summary(node)
    case "button": try button(node)
    case "img", "q", "sup", "sub": inline(node, name, &line)
    case _ where HTMLNames.blocks.contains(name):
      if let rows = HTMLGrid.rows(node) { return try grid(rows) }
      try flush()
      try visit(node)
      try flush()
    default:
      try visit(node)
    }
  }

  // MARK: Blocks

  /// Ends the block that is being gathered.
  mutating func flush() throws(DocumentError) {
    let bytes = line.take()
    guard !bytes.isEmpty else { return }
    if let block = pending {
      pending = nil
      try assembler.append(block.kind, level: block.level, block.marker + bytes)
      return
    }
    let kind: Block.Kind = quoteDepth > 0 || isQuotedRest ? .quote : .paragraph
    // Two breaks in a row are a paragraph border on pages that know no <p>.
    if !titles.isEmpty {
      if assembler.blocks.count > 10 { titles = [] }
      if titles.contains(bytes) {
        titles = []
        try assembler.append(.heading, level: 1, bytes)
        return
      }
    }
    for part in Self.paragraphs(bytes) { try assembler.append(kind, part) }
  }

  /// Ends the block that is being gathered before one that is no text of a line: a term without its own text stays.
  mutating func flushBeforeBlock() throws(DocumentError) {
    try flush()
    guard let block = pending, block.isText else { return }
    pending = nil
    var marker = block.marker
    while marker.last == 0x20 { marker.removeLast() }
    try assembler.append(block.kind, level: block.level, marker)
  }

  /// Makes the next text an item of a list.
  mutating func begin(_ kind: Block.Kind, level: Int, marker: [UInt8], isText: Bool) {
    pending = Pending(kind: kind, level: level, marker: marker, isText: isText)
  }

  mutating func endItem() {
    pending = nil
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

  // MARK: Headings and labels

  /// A heading on one line; one that was never closed and holds the page is none.
  private mutating func heading(_ node: XMLNode, level: Int) throws(DocumentError) {
    try flushBeforeBlock()
    if content.measure[node].text > 400 {
      try visit(node)
      return try flush()
    }
    try assembler.append(.heading, level: level, flat(node))
  }

  /// The label of `details`: a heading where there are several beside each other, or where it asks.
  private mutating func summary(_ node: XMLNode) throws(DocumentError) {
    try flushBeforeBlock()
    let hasHeading = node.elements.contains { HTMLNames.headingLevel($0.name) != nil }
    if hasHeading {
      try visit(node)
      return try flush()
    }
    let text = flat(node)
    guard let details = HTMLAncestry.parent(node), details.name == "details", content.kind != .mail else {
      try assembler.append(.paragraph, text)
      return
    }
    let isOneOfMany = [HTMLAncestry.previous(details), HTMLAncestry.next(details)].contains {
      $0?.name == "details"
    }
    guard isOneOfMany || text.last == 0x3F, text.count <= 300 else {
      try assembler.append(.paragraph, text)
      return
    }
    try assembler.append(.heading, level: min(6, HTMLAncestry.headingLevel(above: details) + 1), text)
  }

  /// The label of an accordion's panel that stands outside of a heading.
  private mutating func button(_ node: XMLNode) throws(DocumentError) {
    try flushBeforeBlock()
    let text = flat(node)
    guard text.count <= 300 else {
      try assembler.append(.paragraph, text)
      return
    }
    try assembler.append(.heading, level: min(6, HTMLAncestry.headingLevel(above: node) + 1), text)
  }

  /// The name of the tab whose panel begins.
  private mutating func label(_ node: XMLNode, _ name: String) throws(DocumentError) {
    guard node.pointer.pointee.properties != nil, HTMLNames.blocks.contains(name),
      let id = node.attribute("id")
    else {
      return
    }
    let isPanel = node.attribute("role") == "tabpanel"
    let named = isPanel ? node.attribute("aria-labelledby").flatMap { content.measure.identified[$0] } : nil
    guard let tab = content.measure.controls[id] ?? named, tab.attribute("role") == "tab" else { return }
    guard HTMLAncestry.hasRole(above: tab, "tablist") else { return }
    try flushBeforeBlock()
    try assembler.append(.paragraph, flat(tab))
  }

  /// What mail programs put before the mail that is answered.
  private mutating func noteQuotedRest(_ node: XMLNode, _ name: String) {
    guard !isQuotedRest, let id = node.attribute("id") else { return }
    if [
      "divRplyFwdMsg", "appendonsend", "OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container",
      "x_divRplyFwdMsg", "reply-intro",
    ].contains(id) {
      isQuotedRest = true
    }
  }
}
