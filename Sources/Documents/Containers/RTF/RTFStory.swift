/// A text of its own inside an RTF file: the body, a note, a comment, a text box, a header.
struct RTFStory {
  enum Kind: Equatable {
    case body
    case note(mark: String)
    case comment(author: String?)
    case box
    case header(label: String)
  }

  var kind: Kind
  var line = OfficeText()
  /// The number or bullet of the paragraph.
  var label = OfficeText()
  var lines: [HeaderFooterText.Line] = []
  /// Whether the number of a page stood in the line.
  var hasPageNumber = false

  init(_ kind: Kind) {
    self.kind = kind
  }

  /// The paragraphs on one line.
  mutating func flat() -> [UInt8] {
    endParagraph()
    return Array(lines.map(\.text).filter { !$0.isEmpty }.joined(separator: [0x20]))
  }

  mutating func endParagraph() {
    let mark = label.takeOneLine()
    let text = line.takeOneLine()
    let shown = text.isEmpty || mark.isEmpty ? text : mark + [0x20] + text
    lines.append(HeaderFooterText.Line(text: shown, hadPageNumber: hasPageNumber))
    hasPageNumber = false
  }
}
