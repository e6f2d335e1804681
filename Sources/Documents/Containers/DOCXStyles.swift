/// What a Word document's paragraph styles mean for structure.
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
    var isHidden = false
  }

  private var styles: [String: Style] = [:]
  private var defaultStyle: String?

  /// - Complexity: O(styles).
  init(_ root: XMLNode?) {
    guard let root else { return }
    for node in root.elements("style") {
      guard let id = node.attribute("styleId"), node.attribute("type") ?? "paragraph" == "paragraph" else {
        continue
      }
      let properties = node.first("pPr")
      styles[id] = Style(
        name: node.first("name")?.attribute("val")?.lowercased() ?? "",
        basedOn: node.first("basedOn")?.attribute("val"),
        outlineLevel: properties?.first("outlineLvl")?.attribute("val").flatMap { Int($0) },
        numbering: DOCXNumbering.Reference(properties),
        isHidden: node.first("rPr")?.first("vanish").map(DOCXStyles.isOn) ?? false)
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
      let name = style.name
      if name.hasPrefix("heading "), let level = Int(name.dropFirst(8)) { return .heading(level) }
      if name == "title" { return .title }
      if name == "quote" || name == "intense quote" || name == "block text" { return .quote }
      if name == "html preformatted" || name == "source code" || name == "code" || name == "macro text"
        || name == "plain text code"
      {
        return .code
      }
      if name.hasPrefix("toc ") || name.hasPrefix("table of figures") || name.hasPrefix("index ") {
        return .contents
      }
      if let level = style.outlineLevel { return level < 9 ? .heading(level + 1) : .plain }
    }
    return .plain
  }

  func numbering(of id: String?) -> DOCXNumbering.Reference? {
    var found = DOCXNumbering.Reference(id: nil, level: nil)
    for style in chain(id) {
      if found.id == nil { found.id = style.numbering?.id }
      if found.level == nil { found.level = style.numbering?.level }
    }
    return found.id == nil ? nil : found
  }

  /// The style and what it is based on, nearest first; cut where it goes round.
  private func chain(_ id: String?) -> [Style] {
    var chain: [Style] = []
    var next = id ?? defaultStyle
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
