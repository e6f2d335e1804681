/// What headers and footers of pages say beyond the number of the page.
enum HeaderFooterText {
  /// A line of a header or footer.
  struct Line {
    var text: [UInt8]
    /// Whether the number of the page or of pages stood in it; it's not in `text`.
    var hadPageNumber: Bool
  }

  /// Words that stand beside page numbers, in the languages that templates come in.
  private static let words: Set<String> = [
    "page", "pages", "of", "p", "pg", "pp", "seite", "seiten", "von", "s", "sur", "de", "di", "da", "página",
    "páginas",
    "pagina", "pagine", "pág", "pag", "blz", "van", "sida", "sidan", "av", "side", "af", "sivu", "strona",
    "stron", "z",
    "strana", "str", "oldal", "sayfa", "стр", "страница", "из", "σελίδα", "από", "页", "頁", "第", "共", "ページ",
    "쪽", "the",
  ]

  /// Lines that carry more than a page number, each once, in order.
  static func lines(_ lines: [Line]) -> [[UInt8]] {
    var kept: [[UInt8]] = []
    for line in lines where !line.text.isEmpty && !(line.hadPageNumber && isOnlyNumbering(line.text)) {
      if !isNumber(line.text), !kept.contains(line.text) { kept.append(line.text) }
    }
    return kept
  }

  private static func isOnlyNumbering(_ text: [UInt8]) -> Bool {
    let parts = String(decoding: text, as: UTF8.self).lowercased()
      .split { !$0.isLetter && !$0.isNumber }
    return parts.allSatisfy { words.contains(String($0)) }
  }

  /// A number by itself, as it stays where a program wrote no field.
  private static func isNumber(_ text: [UInt8]) -> Bool {
    text.allSatisfy { ASCII.isDigit($0) || $0 == 0x2D || $0 == 0x20 } && text.count < 6
  }
}
