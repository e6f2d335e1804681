/// What the description of a picture adds to the text.
enum HTMLImage {
  private static let hollow: Set<String> = [
    "image", "img", "picture", "photo", "icon", "logo", "figure", "screenshot", "bild", "spacer", "bullet",
    "avatar",
    "thumbnail", "pixel", "graphic", "banner", "*", "-", "|", "o", ">", "<", "<-", "->", "«", "»", "prev",
    "next", "up", "home", "placeholder",
  ]

  private static let endings = [
    ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".tif", ".tiff", ".ico", ".avif",
  ]

  /// The `alt` text, if it says more than that there is a picture; a formula's without its wrapping.
  static func description(_ node: XMLNode) -> String? {
    guard let text = node.attribute("alt").flatMap(TextAssembler.oneLine) else { return nil }
    if text.hasPrefix("{\\displaystyle "), text.hasSuffix("}") {
      return String(text.dropFirst(15).dropLast())
    }
    let lower = text.lowercased()
    if hollow.contains(lower) || endings.contains(where: lower.hasSuffix) && !lower.contains(" ") {
      return nil
    }
    // A caption beside it says the same.
    if let figure = HTMLAncestry.parent(node), figure.name == "figure",
      let caption = figure.first("figcaption").flatMap({ TextAssembler.oneLine($0.text) }),
      caption.contains(text)
    {
      return nil
    }
    return text
  }
}
