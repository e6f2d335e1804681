/// Formulas of OpenDocument (MathML) on one line.
enum ODFFormula {
  /// The formula's signs in order, or what its author wrote, in LibreOffice's notation.
  ///
  /// - Complexity: O(nodes).
  static func text(_ root: XMLNode) -> String {
    let shown = linear(root)
    if !shown.isEmpty { return shown }
    if let written = root.descendants.first(where: { $0.name == "annotation" }),
      written.attribute("encoding")?.hasPrefix("StarMath") ?? false
    {
      return TextAssembler.oneLine(written.text) ?? ""
    }
    return ""
  }

  private static func linear(_ node: XMLNode) -> String {
    let parts = node.elements.filter { $0.name != "annotation" }.map(linear)
    guard !parts.isEmpty else { return TextAssembler.oneLine(node.text) ?? "" }
    func raised(_ text: String, _ script: ScriptText.Script) -> String {
      let shown = ScriptText.render(text, as: script, after: 0x78)
      return shown == text ? (script == .superscript ? "^(" : "_(") + text + ")" : shown
    }
    switch (node.name, parts.count) {
    case ("mfrac", 2): return MathText.grouped(parts[0]) + "/" + MathText.grouped(parts[1])
    case ("msup", 2): return MathText.grouped(parts[0]) + raised(parts[1], .superscript)
    case ("msub", 2): return parts[0] + raised(parts[1], .subscript)
    case ("msubsup", 3), ("munderover", 3):
      return parts[0] + raised(parts[1], .subscript) + raised(parts[2], .superscript)
    case ("msqrt", _): return "√(" + parts.joined() + ")"
    case ("mroot", 2): return raised(parts[1], .superscript) + "√(" + parts[0] + ")"
    default: return parts.joined()
    }
  }
}
