/// What a Word document's styles mean for structure.
///
/// Styles are found by id, which Word translates; the built-in ones by name, which it doesn't. What a style
/// doesn't say it takes from the one it is based on.
///
/// - Source: ECMA-376 part 1, section 17.7.
struct DOCXStyles {
  struct Style {
    var name = ""
    var basedOn: String?
    /// 0…8, or 9 for body text.
    var outlineLevel: Int?
    var numbering: DOCXNumbering.Reference?
    var run = RunFormat()
  }

  /// What run properties say about the text; `nil` where they say nothing.
  struct RunFormat {
    var isHidden: Bool?
    var script: ScriptText.Script?
    /// The font, where it is one that shows other characters than those in the file.
    var symbolFont: String?

    init() {}

    init(_ properties: XMLNode?) {
      guard let properties else { return }
      isHidden = properties.first("vanish").map(DOCXStyles.isOn)
      switch properties.first("vertAlign")?.attribute("val") {
      case "superscript": script = .superscript
      case "subscript": script = .subscript
      case "baseline": script = .normal
      default: break
      }
      if let font = properties.first("rFonts")?.attribute("ascii"), SymbolFont.isSymbolic(font) {
        symbolFont = font
      }
    }

    /// This, with what it leaves open taken from `other`.
    func over(_ other: RunFormat) -> RunFormat {
      var format = self
      format.isHidden = isHidden ?? other.isHidden
      format.script = script ?? other.script
      return format
    }
  }

  private var styles: [String: Style] = [:]
  private var runStyles: [String: Style] = [:]
  private var defaultStyle: String?

  /// - Complexity: O(styles).
  init(_ root: XMLNode?) {
    guard let root else { return }
    for node in root.elements("style") {
      guard let id = node.attribute("styleId") else { continue }
      let type = node.attribute("type") ?? "paragraph"
      let properties = node.first("pPr")
      let style = Style(
        name: node.first("name")?.attribute("val")?.lowercased() ?? "",
        basedOn: node.first("basedOn")?.attribute("val"),
        outlineLevel: properties?.first("outlineLvl")?.attribute("val").flatMap { Int($0) },
        numbering: DOCXNumbering.Reference(properties), run: RunFormat(node.first("rPr")))
      if type == "character" { runStyles[id] = style }
      guard type == "paragraph" else { continue }
      styles[id] = style
      if node.attribute("default") == "1" || node.attribute("default") == "true" { defaultStyle = id }
    }
  }

  /// The kind of paragraph of style `id`, where the style tells.
  enum Meaning {
    case heading(Int)
    case title, quote, code, contents, plain
  }

  func meaning(of id: String?) -> Meaning {
    for style in chain(id) {
      if let meaning = Self.meaning(ofName: style.name) { return meaning }
      if let level = style.outlineLevel { return level < 9 ? .heading(level + 1) : .plain }
    }
    // A style that is used and not defined still says what it is by its usual id.
    if let id, styles[id] == nil, id.hasPrefix("Heading"), let level = Int(id.dropFirst(7)) {
      return Self.meaning(ofName: "heading \(level)") ?? .plain
    }
    if id == "Title", styles["Title"] == nil { return .title }
    return .plain
  }

  static func meaning(ofName name: String) -> Meaning? {
    if name.hasPrefix("heading "), let level = Int(name.dropFirst(8)) { return .heading(level) }
    switch name {
    case "title": return .title
    case "quote", "intense quote", "block text": return .quote
    case "html preformatted", "source code", "code", "macro text", "plain text code": return .code
    case "toc heading", "contents heading": return .contents
    default:
      let isContents =
        name.hasPrefix("toc ") || name.hasPrefix("table of figures") || name.hasPrefix("index ")
      return isContents ? .contents : nil
    }
  }

  func numbering(of id: String?) -> DOCXNumbering.Reference? {
    var found = DOCXNumbering.Reference(id: nil, level: nil)
    for style in chain(id) {
      if found.id == nil { found.id = style.numbering?.id }
      if found.level == nil { found.level = style.numbering?.level }
    }
    guard found.id != nil else { return nil }
    found.style = id
    return found
  }

  /// How a run with `properties` in a paragraph of style `paragraphStyle` looks.
  func format(_ properties: XMLNode?, paragraphStyle: String?) -> RunFormat {
    var format = RunFormat(properties)
    for style in Self.chain(properties?.first("rStyle")?.attribute("val"), in: runStyles) {
      format = format.over(style.run)
    }
    for style in chain(paragraphStyle) { format = format.over(style.run) }
    return format
  }

  /// The style and what it is based on, nearest first; cut where it goes round.
  private func chain(_ id: String?) -> [Style] { Self.chain(id ?? defaultStyle, in: styles) }

  private static func chain(_ id: String?, in styles: [String: Style]) -> [Style] {
    var chain: [Style] = []
    var next = id
    while let id = next, let style = styles[id], chain.count < 20 {
      chain.append(style)
      next = style.basedOn
    }
    return chain
  }

  /// Whether a toggle property such as `<w:vanish/>` is on.
  static func isOn(_ node: XMLNode) -> Bool {
    guard let value = node.attribute("val") else { return true }
    return value != "0" && value != "false" && value != "off"
  }
}
