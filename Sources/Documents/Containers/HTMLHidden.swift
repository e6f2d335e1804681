/// What a browser would not show, and what of it is content all the same: the closed panels of accordions and tabs.
enum HTMLHidden {
  /// Whether attributes hide `node`.
  static func isHidden(_ node: XMLNode) -> Bool {
    if let hidden = node.attribute("hidden"), hidden != "until-found" { return true }
    if node.attribute("aria-hidden") == "true" { return true }
    guard let style = node.attribute("style") else { return false }
    let bytes = style.utf8.prefix(1000).filter { $0 > 0x20 }.map {
      (0x41...0x5A).contains($0) ? $0 + 32 : $0
    }
    let plain = String(decoding: bytes, as: UTF8.self)
    return plain.contains("display:none") || plain.contains("visibility:hidden")
      || plain.contains("mso-hide:all")
  }

  /// Signs that only screens show; no one misses them.
  static func isIcon(_ node: XMLNode, _ name: String) -> Bool {
    !HTMLNames.blocks.contains(name)
  }
}

extension HTMLContent {
  /// Whether a hidden element is a part of the text that a reader opens.
  func isPanel(_ node: XMLNode, _ name: String, _ words: HTMLClassWords) -> Bool {
    let numbers = measure[node]
    guard HTMLNames.blocks.contains(name), name != "nav", numbers.text > 0, !words.contains(.dialog),
      !words.contains(.consent), numbers.linkShare < 0.7, node.attribute("aria-modal") == nil
    else { return false }
    switch node.attribute("role") {
    case "dialog", "alertdialog", "menu", "tooltip", "alert", "status", "listbox": return false
    case "tabpanel": return true
    default: break
    }
    if words.contains(.panel) { return true }
    if let id = node.attribute("id"), measure.controls[id] != nil { return true }
    if let parent = HTMLAncestry.parent(node), parent.name != "body" {
      if self.words(parent).contains(.panel) { return true }
      if parent.name == "details" { return true }
    }
    guard let before = HTMLAncestry.previous(node) else { return false }
    let controls = measure[before].controls
    // Below the page's title it is no answer to it.
    let isHeading =
      (HTMLNames.headingLevel(before.name) ?? 1) > 1 || before.name == "dt" || before.name == "summary"
    return isHeading || (controls == 1 && measure[before].text > 3) || before.attribute("onclick") != nil
  }

  /// Whether a button is a heading or a question, whose panel is text.
  func isLabel(_ button: XMLNode) -> Bool {
    if measure[button].text == 0 { return false }
    var above = HTMLAncestry.parent(button)
    for _ in 0..<4 {
      guard let element = above else { break }
      if HTMLNames.headingLevel(element.name) != nil || element.name == "summary" || element.name == "dt" {
        return true
      }
      above = HTMLAncestry.parent(element)
    }
    return panel(of: button) != nil
  }

  /// The text that a button or tab shows and hides.
  func panel(of control: XMLNode) -> XMLNode? {
    func isText(_ node: XMLNode) -> Bool {
      let numbers = measure[node]
      let role = node.attribute("role")
      return HTMLNames.blocks.contains(node.name) && node.name != "nav" && numbers.text > 0
        && numbers.linkShare < 0.7
        && !words(node).contains(.dialog) && role != "dialog" && role != "menu" && role != "listbox"
        && !HTMLAncestry.isInside(node, "nav")
    }
    for name in ["aria-controls", "data-bs-target", "data-target"] {
      guard let value = control.attribute(name) else { continue }
      for id in value.split(separator: " ").prefix(4) {
        let key = id.hasPrefix("#") ? String(id.dropFirst()) : String(id)
        if let found = measure.identified[key], isText(found) { return found }
      }
    }
    guard control.attribute("aria-expanded") != nil || words(control).contains(.panel) else { return nil }
    if let beside = HTMLAncestry.next(control) { return isText(beside) ? beside : nil }
    guard let parent = HTMLAncestry.parent(control), measure[parent].text == measure[control].text,
      let beside = HTMLAncestry.next(parent)
    else { return nil }
    return isText(beside) ? beside : nil
  }
}
