/// Walks the slides of an OpenDocument presentation: the title as a heading, then the other shapes in order.
///
/// - Source: OASIS OpenDocument 1.3 part 3, sections 9.6 and 10.
struct ODFSlides {
  let assembler: TextAssembler

  init(assembler: TextAssembler) {
    self.assembler = assembler
  }

  /// - Complexity: O(nodes).
  func append(_ body: XMLNode, walk: inout ODFText) throws(DocumentError) {
    for (index, page) in body.elements("page").enumerated() {
      let number = index + 1
      assembler.startPage()
      let title = Self.title(of: page, &walk)
      if walk.styles.hidesPage(page.attribute("style-name")) {
        let name = title.isEmpty ? "" : " (\"\(String(decoding: title, as: UTF8.self))\")"
        assembler.notes.append(
          ReadingNote(
            page: number, "slide \(number)\(name) is hidden and was left out; show it to have it read"))
        continue
      }
      // A slide without a title must not stand under that of the slide before.
      try assembler.append(.heading, level: 1, title.isEmpty ? Array("Slide \(number)".utf8) : title)
      for shape in page.elements where shape.name != "notes" { try append(shape, &walk) }
      for notes in page.elements("notes") { try appendNotes(notes, &walk) }
      assembler.notes += walk.omissions.notes.map {
        ReadingNote(page: number, $0.note + " on slide \(number)")
      }
      walk.omissions = OfficeOmissions()
    }
    guard !walk.footers.isEmpty else { return }
    let shown = walk.footers.sorted().prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
    assembler.notes.append(
      ReadingNote(
        "footers and dates of slides were left out: \(shown)" + (walk.footers.count > 3 ? " …" : "")))
  }

  private static func title(of page: XMLNode, _ walk: inout ODFText) -> [UInt8] {
    for shape in page.elements where role(of: shape) == "title" && shape.attribute("placeholder") != "true" {
      let text = walk.flat(shape)
      walk.anchored = []
      if !text.isEmpty { return text }
    }
    return []
  }

  private static func role(of shape: XMLNode) -> String? { shape.attribute("class") }

  private func append(_ shape: XMLNode, _ walk: inout ODFText) throws(DocumentError) {
    switch Self.role(of: shape) {
    case "title": return
    // The number of the slide, the date and the footer are furniture.
    case "page-number": return
    case "date-time", "footer", "header":
      let text = walk.flat(shape)
      walk.anchored = []
      if !text.isEmpty { walk.footers.insert(String(decoding: text, as: UTF8.self)) }
      return
    default: if shape.attribute("placeholder") == "true" { return }
    }
    if shape.name == "g" || shape.name == "a" {
      for child in shape.elements { try append(child, &walk) }
    } else {
      try walk.block(shape)
    }
  }

  private func appendNotes(_ notes: XMLNode, _ walk: inout ODFText) throws(DocumentError) {
    var isFirst = true
    for frame in notes.elements("frame")
    where Self.role(of: frame) == "notes" && frame.attribute("placeholder") != "true" {
      for box in frame.elements("text-box") {
        for paragraph in box.descendants where paragraph.name == "p" {
          walk.inline(paragraph, .normal, isHidden: false)
          let text = walk.line.take()
          guard !text.isEmpty else { continue }
          try assembler.append(.paragraph, (isFirst ? Array("Notes: ".utf8) : []) + text)
          isFirst = false
        }
      }
    }
  }
}
