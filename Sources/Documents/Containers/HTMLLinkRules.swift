/// Links that are signs of the page, not words of its text.
enum HTMLLinkRules {
  private static let signs: Set<String> = [
    "¶", "#", "§", "🔗", "⚓", "∞", "\u{F0C1}", "\u{E16D}", "⛓", "🔗\u{FE0F}", "[link]", "[#]",
  ]

  private static let permalinks = [
    "link to this", "permalink", "permanent link", "direct link to", "copy link", "anchor link for",
    "heading link",
  ]

  /// How links that jump over a page's head begin, in the languages of common systems.
  private static let skips = [
    "skip ", "jump to ", "go to content", "go to main", "zum inhalt", "zum hauptinhalt", "direkt zum",
    "springe zu",
    "aller au contenu", "passer au contenu", "saltar al", "ir al contenido", "vai al contenuto", "salta al",
    "naar inhoud",
    "naar de inhoud", "ga naar", "hoppa till", "gå til", "przejdź do", "pular para", "ir para o conte",
    "siirry",
    "перейти к", "本文へ", "跳至", "跳到",
  ]

  private static let tops: Set<String> = [
    "top", "back to top", "return to top", "go to top", "to top", "page top", "↑", "⬆", "▲", "nach oben",
    "zurück nach oben",
    "haut de page", "retour en haut", "volver arriba", "torna su", "naar boven", "[top]", "to the top",
  ]

  private static let edits = [
    "edit this page", "edit on git", "edit page", "improve this page", "view page source", "show source",
    "edit this on",
    "suggest edits", "report an issue with this", "view source on", "diese seite bearbeiten", "[src]",
    "[source]", "[edit]", "[edit source]",
  ]

  /// - Complexity: O(1): long links are text.
  static func furniture(
    _ node: XMLNode, _ words: HTMLClassWords, _ numbers: HTMLMeasure.Numbers, total: Int
  ) -> HTMLFurniture? {
    guard numbers.text <= 100 else { return HTMLHidden.isHidden(node) ? .hidden : nil }
    let target = node.attribute("href") ?? ""
    let text =
      (TextAssembler.oneLine(node.text) ?? node.descendant("img")?.attribute("alt"))?.lowercased() ?? ""
    if text.isEmpty { return nil }
    if target.utf8.contains(0x23) || words.contains(.permalink) {
      if signs.contains(text) || permalinks.contains(where: text.hasPrefix) { return .permalink }
      if words.contains(.permalink), numbers.text <= 4 { return .permalink }
    }
    if words.contains(.editLink) || edits.contains(where: text.hasPrefix) { return .editLink }
    if HTMLHidden.isHidden(node) { return .control }
    guard target.utf8.first == 0x23 else { return nil }
    if words.contains(.skipLink)
      || (numbers.start <= max(400, total / 50) && skips.contains(where: text.hasPrefix))
    {
      return .skipLink
    }
    return tops.contains(text) ? .skipLink : nil
  }
}

/// Notices that ask for consent to cookies.
enum HTMLConsent {
  /// Whether a short text is about cookies or consent.
  static func speaksOfCookies(_ node: XMLNode, _ numbers: HTMLMeasure.Numbers) -> Bool {
    guard numbers.text < 5000 else { return false }
    let text = node.text.lowercased()
    return text.contains("cookie") || text.contains("consent") || text.contains("gdpr")
      || text.contains("dsgvo")
  }
}

/// Elements whose content is not in the file, or is drawn.
enum HTMLEmbedded {
  /// Whether a reader of the page would miss it: not what is hidden or tiny, nor a drawing without words.
  static func isWorthANote(_ node: XMLNode, _ name: String) -> Bool {
    guard HTMLNames.embedded.contains(name), name != "canvas" else { return false }
    if name == "svg" { return node.descendant("text") != nil }
    if HTMLHidden.isHidden(node) { return false }
    for side in ["width", "height"] {
      if let value = node.attribute(side), ["0", "1", "0px", "1px"].contains(value) { return false }
    }
    return true
  }
}
