/// Formulas of MathML, KaTeX and MathJax, each once.
///
/// - Source: W3C MathML 3, section 5.1 (annotations); the markup that KaTeX 0.16 and MathJax 2 and 3 write.
enum HTMLFormula {
  /// The text of a formula, if `node` is one: its TeX where it is given, else its characters.
  static func text(_ node: XMLNode) -> String? {
    switch node.name {
    case "math":
      return mathML(node)
    case "mjx-container":
      return node.descendant("math").flatMap(mathML) ?? TextAssembler.oneLine(node.text) ?? ""
    case "script":
      guard let type = node.attribute("type"), type.hasPrefix("math/tex") else { return nil }
      return TextAssembler.oneLine(node.text) ?? ""
    default:
      return nil
    }
  }

  private static func mathML(_ node: XMLNode) -> String? {
    for name in ["annotation", "annotation-xml"] {
      if let found = annotation(node, name) { return stripped(found) }
    }
    if let text = node.attribute("alttext").flatMap(TextAssembler.oneLine) { return stripped(text) }
    var text = InlineText()
    gather(node, &text)
    return String(decoding: text.take(), as: UTF8.self)
  }

  private static func annotation(_ node: XMLNode, _ name: String) -> String? {
    guard let found = node.descendant(name),
      found.attribute("encoding")?.lowercased().contains("tex") ?? false
    else {
      return nil
    }
    return TextAssembler.oneLine(found.text)
  }

  private static func stripped(_ text: String) -> String {
    text.hasPrefix("{\\displaystyle ") && text.hasSuffix("}") ? String(text.dropFirst(15).dropLast()) : text
  }

  /// Characters with what raises and lowers them.
  private static func gather(_ node: XMLNode, _ text: inout InlineText) {
    let name = node.name
    let signs = ["msup": ["", "^"], "msub": ["", "_"], "msubsup": ["", "_", "^"], "mfrac": ["", "/"]][name]
    var index = 0
    for child in node.children {
      if child.isText {
        text.append(child.content)
      } else if child.isElement, child.name != "annotation", child.name != "annotation-xml" {
        if let signs, index < signs.count { text.append(signs[index]) }
        if name == "msqrt", index == 0 { text.append("√") }
        gather(child, &text)
        index += 1
      }
    }
  }

  /// Whether an element that a script has drawn stands for a formula whose source is beside or inside it.
  static func isDrawn(_ node: XMLNode) -> Bool {
    if node.attribute("class")?.contains("katex-html") ?? false { return true }
    var beside = HTMLAncestry.next(node)
    for _ in 0..<2 {
      guard let element = beside else { return false }
      if element.name == "script" { return element.attribute("type")?.hasPrefix("math/tex") ?? false }
      beside = HTMLAncestry.next(element)
    }
    return false
  }
}
