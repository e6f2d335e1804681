/// What the automatic styles of a spreadsheet say about its sheets and cells.
struct ODSStyles {
  private var hiddenTables: Set<String> = []
  private var emphasizedCells: Set<String> = [
    "Heading", "Heading1", "Accent_20_1", "Accent_20_2", "Accent_20_3",
  ]
  private var scripts: [String: ScriptText.Script] = [:]
  private var current = ""
  private var family = ""

  /// An element of a style begins.
  mutating func start(_ name: String, _ attributes: XMLAttributes) {
    switch name {
    case "style":
      current = attributes["name"] ?? ""
      family = attributes["family"] ?? ""
      if family == "table-cell", let parent = attributes["parent-style-name"],
        emphasizedCells.contains(parent)
      {
        emphasizedCells.insert(current)
      }
    case "table-properties":
      if family == "table", attributes["display"] == "false" { hiddenTables.insert(current) }
    case "text-properties":
      if let position = attributes["text-position"]?.split(separator: " ").first {
        scripts[current] =
          position == "super" || (Int(position.dropLast()) ?? 0) > 0
          ? .superscript : position == "sub" || position.hasPrefix("-") ? .subscript : .normal
      }
      if family == "table-cell", let weight = attributes["font-weight"],
        weight == "bold" || (Int(weight) ?? 0) >= 600
      {
        emphasizedCells.insert(current)
      }
    case "table-cell-properties":
      if family == "table-cell", let ground = attributes["background-color"], ground != "transparent" {
        emphasizedCells.insert(current)
      }
    default: break
    }
  }

  func script(_ style: String?) -> ScriptText.Script { style.flatMap { scripts[$0] } ?? .normal }

  func hidesTable(_ style: String?) -> Bool { style.map(hiddenTables.contains) ?? false }

  func emphasizesCell(_ style: String?) -> Bool { style.map(emphasizedCells.contains) ?? false }
}
