/// What the styles of an OpenDocument file mean for structure.
///
/// - Source: OASIS OpenDocument 1.3 part 3, section 16.
struct ODFStyles {
  struct Style {
    var name = ""
    var parent: String?
    var outlineLevel: Int?
    var isHidden: Bool?
    var script: ScriptText.Script?
    /// The font, where it is one that shows other characters than those in the file.
    var symbolFont: String?
    /// Of a slide that is not shown.
    var hidesPage = false
    /// Of a section or row that is not shown.
    var hidesContent = false
  }

  private var styles: [String: Style] = [:]
  private(set) var lists: [String: ODFListStyle] = [:]
  private(set) var outline: ODFListStyle?
  /// Fonts by the names that the file gives them.
  private var fonts: [String: String] = [:]

  /// - Parameter roots: parts with styles; later ones don't replace what earlier ones name.
  /// - Complexity: O(styles).
  init(_ roots: [XMLNode]) {
    for root in roots {
      for face in root.first("font-face-decls")?.elements("font-face") ?? [] {
        guard let name = face.attribute("name"), let family = face.attribute("font-family") else { continue }
        fonts[name] = family.split(separator: "'").first.map(String.init) ?? family
      }
      for group in ["automatic-styles", "styles"] {
        guard let group = root.first(group) else { continue }
        for node in group.elements { take(node) }
      }
    }
  }

  private mutating func take(_ node: XMLNode) {
    switch node.name {
    case "style":
      guard let name = node.attribute("name"), let family = node.attribute("family") else { return }
      let key = family + "/" + name
      if styles[key] == nil { styles[key] = read(node, name) }
    case "list-style":
      guard let name = node.attribute("name"), lists[name] == nil else { return }
      lists[name] = ODFListStyle(node)
    case "outline-style": if outline == nil { outline = ODFListStyle(node) }
    default: break
    }
  }

  private func read(_ node: XMLNode, _ name: String) -> Style {
    var style = Style()
    style.name = node.attribute("display-name") ?? Self.plain(name)
    style.parent = node.attribute("parent-style-name")
    style.outlineLevel = node.attribute("default-outline-level").flatMap { Int($0) }
    if let text = node.first("text-properties") {
      style.isHidden = text.attribute("display").map { $0 == "none" }
      style.script = text.attribute("text-position").map(Self.script)
      let font = text.attribute("font-name").map { fonts[$0] ?? $0 } ?? text.attribute("font-family") ?? ""
      if SymbolFont.isSymbolic(font) { style.symbolFont = font }
    }
    style.hidesPage = node.first("drawing-page-properties")?.attribute("visibility") == "hidden"
    style.hidesContent = node.first("section-properties")?.attribute("display") == "none"
    return style
  }

  /// `super 58%`, `-33% 58%`, `0% 100%`.
  private static func script(_ position: String) -> ScriptText.Script {
    let word = position.split(separator: " ").first.map(String.init) ?? ""
    if word == "super" { return .superscript }
    if word == "sub" { return .subscript }
    let height = Double(word.hasSuffix("%") ? String(word.dropLast()) : word) ?? 0
    return height > 0 ? .superscript : height < 0 ? .subscript : .normal
  }

  /// `Heading 1` of `Heading_20_1`.
  private static func plain(_ name: String) -> String {
    var out = ""
    var rest = name[...]
    while let start = rest.firstIndex(of: "_") {
      out += rest[..<start]
      let code = rest[rest.index(after: start)...].prefix(2)
      let after = rest.index(start, offsetBy: 3, limitedBy: rest.endIndex) ?? rest.endIndex
      if code.count == 2, after < rest.endIndex, rest[after] == "_", let value = UInt32(code, radix: 16),
        let scalar = Unicode.Scalar(value)
      {
        out.unicodeScalars.append(scalar)
        rest = rest[rest.index(after: after)...]
      } else {
        out += "_"
        rest = rest[rest.index(after: start)...]
      }
    }
    return out + rest
  }

  private func chain(_ family: String, _ name: String?) -> [Style] {
    var chain: [Style] = []
    var next = name
    while let name = next, let style = styles[family + "/" + name], chain.count < 20 {
      chain.append(style)
      next = style.parent
    }
    return chain
  }

  /// What a paragraph of style `name` is.
  func meaning(of name: String?) -> DOCXStyles.Meaning {
    for style in chain("paragraph", name) {
      let lower = style.name.lowercased()
      switch lower {
      case "quotations": return .quote
      case "preformatted text": return .code
      default:
        if lower.hasPrefix("contents ") { return .contents }
        if let meaning = DOCXStyles.meaning(ofName: lower) { return meaning }
      }
      if let level = style.outlineLevel, level > 0 { return .heading(level) }
    }
    return .plain
  }

  /// How text of style `name` of a family looks.
  func format(_ family: String, _ name: String?) -> Style {
    var format = Style()
    for style in chain(family, name) {
      format.isHidden = format.isHidden ?? style.isHidden
      format.script = format.script ?? style.script
      format.symbolFont = format.symbolFont ?? style.symbolFont
    }
    return format
  }

  func hidesPage(_ name: String?) -> Bool { chain("drawing-page", name).contains { $0.hidesPage } }

  func hidesSection(_ name: String?) -> Bool { chain("section", name).contains { $0.hidesContent } }
}
