/// Office's mathematics (OMML) on one line: `x=(-b±√(b²-4ac))/(2a)`.
///
/// - Source: ECMA-376 part 1, section 22.1.
enum MathText {
  /// The formula below `node`, an `oMath` or a part of one.
  ///
  /// - Complexity: O(nodes × depth).
  static func linear(_ node: XMLNode) -> String {
    var text = ""
    for child in node.elements { text += element(child) }
    return text
  }

  private static func element(_ node: XMLNode) -> String {
    func part(_ name: String) -> String { node.first(name).map(linear) ?? "" }
    let base = "e"
    switch node.name {
    case "r":
      // Inside a run stand its text and, in Word, `w:t` or `w:sym`.
      return node.elements.map { $0.name == "t" ? $0.text : $0.name == "sym" ? symbol($0) : "" }.joined()
    case "del", "moveFrom", "rPr", "ctrlPr": return ""
    case "f":
      let numerator = part("num")
      let denominator = part("den")
      let type = node.first("fPr")?.first("type")?.attribute("val")
      if type == "noBar" { return "(\(numerator) over \(denominator))" }
      return grouped(numerator) + "/" + grouped(denominator)
    case "sSup": return grouped(part(base)) + script(part("sup"), .superscript)
    case "sSub": return grouped(part(base)) + script(part("sub"), .subscript)
    case "sSubSup":
      return grouped(part(base)) + script(part("sub"), .subscript) + script(part("sup"), .superscript)
    case "sPre": return script(part("sub"), .subscript) + script(part("sup"), .superscript) + part(base)
    case "rad":
      let degree = part("deg")
      let isHidden = node.first("radPr")?.first("degHide").map(DOCXStyles.isOn) ?? false
      return (isHidden || degree.isEmpty ? "" : script(degree, .superscript)) + "√" + bracketed(part(base))
    case "nary":
      let sign = node.first("naryPr")?.first("chr").map { $0.attribute("val") ?? "" } ?? "∫"
      return sign + script(part("sub"), .subscript) + script(part("sup"), .superscript) + " " + part(base)
    case "d": return delimited(node)
    case "func": return part("fName") + " " + grouped(part(base))
    case "limLow": return part(base) + script(part("lim"), .subscript)
    case "limUpp": return part(base) + script(part("lim"), .superscript)
    case "acc":
      let mark = node.first("accPr")?.first("chr").map { $0.attribute("val") ?? "" } ?? "\u{302}"
      return part(base) + mark
    case "bar": return part(base) + "\u{305}"
    case "m":
      let rows = node.elements("mr").map { row in row.elements("e").map(linear).joined(separator: ", ") }
      return "[" + rows.joined(separator: "; ") + "]"
    case "eqArr": return node.elements("e").map(linear).joined(separator: "; ")
    case let name where name.hasSuffix("Pr"): return ""
    default: return linear(node)
    }
  }

  private static func delimited(_ node: XMLNode) -> String {
    let properties = node.first("dPr")
    func sign(_ name: String, _ usual: String) -> String {
      properties?.first(name).map { $0.attribute("val") ?? "" } ?? usual
    }
    let parts = node.elements("e").map(linear)
    // A matrix has brackets of its own.
    if parts.count == 1, parts[0].hasPrefix("["), parts[0].hasSuffix("]") { return parts[0] }
    return sign("begChr", "(") + parts.joined(separator: sign("sepChr", "|")) + sign("endChr", ")")
  }

  private static func symbol(_ node: XMLNode) -> String {
    guard let code = node.attribute("char").flatMap({ UInt32($0, radix: 16) }) else { return "" }
    return SymbolFont.text(node.attribute("font") ?? "", code) ?? ""
  }

  /// A script as Unicode characters where all exist, else in brackets.
  private static func script(_ text: String, _ script: ScriptText.Script) -> String {
    guard !text.isEmpty else { return "" }
    let shown = ScriptText.render(text, as: script, after: 0x78)
    guard shown == text else { return shown }
    return (script == .superscript ? "^(" : "_(") + text + ")"
  }

  /// `text` in brackets unless it is one number, name or bracket.
  static func grouped(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "." || $0 == ","
        || $0.properties.isGraphemeExtend
    }
    return isPlain || isBracketed(text) ? text : "(" + text + ")"
  }

  private static func bracketed(_ text: String) -> String { isBracketed(text) ? text : "(" + text + ")" }

  /// Whether one pair of brackets holds all of `text`.
  private static func isBracketed(_ text: String) -> Bool {
    guard text.hasPrefix("("), text.hasSuffix(")") else { return false }
    var depth = 0
    var left = text.utf8.count
    for byte in text.utf8 {
      left -= 1
      if byte == 0x28 { depth += 1 }
      if byte == 0x29 { depth -= 1 }
      if depth == 0 { return left == 0 }
    }
    return false
  }
}
