/// The paragraph styles of an RTF file.
struct RTFStyles {
  struct Style {
    var name: [UInt8] = []
    var basedOn: Int?
    var outlineLevel: Int?
  }

  private var styles: [Int: Style] = [:]
  private static let mostStyles = 20_000

  mutating func change(_ style: Int, _ body: (inout Style) -> Void) {
    guard styles[style] != nil || styles.count < Self.mostStyles else { return }
    body(&styles[style, default: Style()])
  }

  /// What a paragraph of style `number` is, where the style tells.
  func meaning(of number: Int) -> DOCXStyles.Meaning {
    var next: Int? = number
    var steps = 0
    while let current = next, let style = styles[current], steps < 20 {
      var name = TextAssembler.oneLine(String(decoding: style.name, as: UTF8.self))?.lowercased() ?? ""
      if name.hasSuffix(";") { name.removeLast() }
      // Programs put other names of a style behind commas.
      for part in name.split(separator: ",") {
        if let meaning = DOCXStyles.meaning(ofName: TextAssembler.oneLine(String(part)) ?? "") {
          return meaning
        }
      }
      if let level = style.outlineLevel { return level < 9 ? .heading(level + 1) : .plain }
      next = style.basedOn == current ? nil : style.basedOn
      steps += 1
    }
    return .plain
  }
}
