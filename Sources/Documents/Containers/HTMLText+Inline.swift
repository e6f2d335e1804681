extension HTMLText {
  /// The text of `node` on one line, without what is left out.
  ///
  /// - Complexity: O(nodes below).
  func flat(_ node: XMLNode) -> [UInt8] {
    var text = InlineText()
    gather(node, &text)
    return text.take().map { $0 == 0x0A ? 0x20 : $0 }
  }

  private func gather(_ node: XMLNode, _ text: inout InlineText) {
    for child in node.children {
      if child.isText {
        text.append(child.content)
        continue
      }
      guard child.isElement else { continue }
      if let formula = HTMLFormula.text(child) {
        text.append(formula)
        continue
      }
      if content.leavesOut(child) { continue }
      let name = child.name
      if inline(child, name, &text) { continue }
      let isBlock = HTMLNames.blocks.contains(name) || name == "br"
      if isBlock { text.space() }
      gather(child, &text)
      if isBlock { text.space() }
    }
  }

  /// Appends an element whose text is not just that of its children.
  ///
  /// - Returns: whether it was one.
  @discardableResult
  func inline(_ node: XMLNode, _ name: String, _ text: inout InlineText) -> Bool {
    switch name {
    case "img":
      guard let description = HTMLImage.description(node) else { return true }
      text.space()
      text.append(description)
      text.space()
    case "q":
      text.append("\u{201C}")
      gather(node, &text)
      text.append("\u{201D}")
    case "sup", "sub":
      var inner = InlineText()
      gather(node, &inner)
      text.append(Self.script(inner.take(), isRaised: name == "sup", after: text.last))
    default:
      return false
    }
    return true
  }

  /// Raised and lowered text; marks of notes in brackets (`[3]`) stay as they are.
  private static func script(_ bytes: [UInt8], isRaised: Bool, after previous: UInt8?) -> [UInt8] {
    guard let first = bytes.first, first != 0x5B, first != 0x28, !bytes.contains(0x20) else { return bytes }
    let word = String(decoding: bytes, as: UTF8.self)
    return Array(
      ScriptText.render(word, as: isRaised ? .superscript : .subscript, after: previous ?? 0x20).utf8)
  }
}
