/// What elements of HTML are, by name.
enum HTMLNames {
  /// Elements whose content is no text of the page.
  static let neverText: Set<String> = [
    "script", "style", "template", "noscript", "head", "title", "meta", "link", "svg", "iframe", "object",
    "embed",
    "audio", "video", "canvas", "select", "datalist", "textarea", "input", "rp", "rt", "noframes", "frameset",
    "map",
    "base",
  ]

  /// Elements that hold what is not in the file, or not as text.
  static let embedded: Set<String> = ["iframe", "object", "embed", "audio", "video", "canvas", "svg"]

  static let blocks: Set<String> = [
    "address", "article", "aside", "body", "center", "details", "dialog", "div", "dd", "dt", "fieldset",
    "figcaption",
    "figure", "footer", "form", "header", "hgroup", "html", "legend", "li", "main", "nav", "p", "section",
    "search",
    "summary", "td", "th", "tr", "tbody", "thead", "tfoot", "caption", "table", "ul", "ol", "dl", "menu",
    "dir", "pre",
    "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "listing", "xmp", "plaintext",
  ]

  static func headingLevel(_ name: String) -> Int? {
    let bytes = name.utf8
    guard bytes.count == 2, bytes.first == 0x68, let digit = bytes.last, (0x31...0x36).contains(digit) else {
      return nil
    }
    return Int(digit) - 0x30
  }
}
