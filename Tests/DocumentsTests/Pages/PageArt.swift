import Documents

/// Pages drawn as text: a place of a line is half an em wide, a line 12 units high, type has 10.
///
/// A word in `*…*` is bold; a line that begins with `#` is set in type of 18, and 22 units high.
enum PageArt {
  static let advance = 5.0

  static func page(_ art: String, number: Int = 1, height: Double = 842) -> PrintedPage {
    var words: [PrintedPage.Word] = []
    var top = 40.0
    for line in art.split(separator: "\n", omittingEmptySubsequences: false) {
      let isLarge = line.hasPrefix("#")
      let size = isLarge ? 18.0 : 10.0
      let advance = isLarge ? 9.0 : advance
      var column = 0
      var start = 0
      var word = ""
      func close() {
        defer { word = "" }
        guard !word.isEmpty else { return }
        let isBold = word.hasPrefix("*") && word.hasSuffix("*") && word.count > 2
        let text = isBold ? String(word.dropFirst().dropLast()) : word
        let left = 50 + Double(start) * advance
        words.append(
          PrintedPage.Word(
            text: text,
            box: PageBox(
              left: left, top: top, right: left + Double(text.count) * advance, bottom: top + 0.9 * size),
            fontSize: size, isBold: isBold))
      }
      for character in line.dropFirst(isLarge ? 1 : 0) {
        if character == " " {
          close()
        } else {
          if word.isEmpty { start = column }
          word.append(character)
        }
        column += 1
      }
      close()
      top += isLarge ? 22 : 12
    }
    return PrintedPage(number: number, width: 595, height: height, words: words)
  }

  static func document(_ pages: [PrintedPage], title: String? = nil) throws(DocumentError) -> ParsedDocument {
    try PrintedText(pages: pages).document(
      format: .pdf, title: title, metadata: [:], notes: [], emptyMessage: "nothing", limits: ReadingLimits())
  }

  static func document(_ art: String...) throws(DocumentError) -> ParsedDocument {
    try document(art.enumerated().map { page($1, number: $0 + 1) })
  }
}
