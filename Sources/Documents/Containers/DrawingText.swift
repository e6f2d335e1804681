/// Text of DrawingML: paragraphs of shapes, table cells, diagrams.
///
/// - Source: ECMA-376 part 1, section 21.1.2.
enum DrawingText {
  /// The runs of a paragraph.
  ///
  /// - Complexity: O(nodes).
  static func gather(_ node: XMLNode, _ line: inout OfficeText) {
    for child in node.elements {
      switch child.name {
      case "r": run(child, &line)
      case "fld":
        // The number of a slide, and the date of today, say nothing about its content.
        let type = child.attribute("type") ?? ""
        if type != "slidenum", !type.hasPrefix("datetime") { run(child, &line) }
      case "br": line.lineBreak()
      case "tab": line.space()
      case "pPr", "rPr", "endParaRPr": break
      case "oMath": line.append(MathText.linear(child))
      case "AlternateContent":
        let choice = child.first("Choice")
        let before = line.isEmpty
        if let choice { gather(choice, &line) }
        if choice == nil || before && line.isEmpty, let fallback = child.first("Fallback") {
          gather(fallback, &line)
        }
      default: gather(child, &line)
      }
    }
  }

  private static func run(_ node: XMLNode, _ line: inout OfficeText) {
    let properties = node.first("rPr")
    let raise = properties?.attribute("baseline").flatMap { Int($0.replacingPercent) } ?? 0
    let script: ScriptText.Script = raise > 0 ? .superscript : raise < 0 ? .subscript : .normal
    let font = (properties?.first("sym") ?? properties?.first("latin"))?.attribute("typeface") ?? ""
    for child in node.elements where child.name == "t" {
      for text in child.children where text.isText {
        if SymbolFont.isSymbolic(font) {
          line.append(SymbolFont.text(font, text.content).text, script: script)
        } else {
          line.append(text.content, script: script)
        }
      }
    }
  }
}

extension String {
  /// Without a per cent sign at the end: strict files write `30%` for `30000`.
  fileprivate var replacingPercent: String { hasSuffix("%") ? String(dropLast()) : self }
}
