/// Characters of the fonts that put pictures and Greek letters in the place of letters.
///
/// - Source: Unicode's mapping table for Adobe's Symbol; for Wingdings and Webdings the characters that Unicode 7 took
///   over from them, in the older forms that more fonts show.
enum SymbolFont {
  /// Whether text in the font called `name` is not what its characters say.
  static func isSymbolic(_ name: String) -> Bool { table(name) != nil }

  /// What the character `code` of font `name` shows.
  ///
  /// - Parameter code: 0x20…0xFF, or the same in Unicode's private area from U+F000 on.
  /// - Returns: `nil` when nothing is known to show it.
  static func text(_ name: String, _ code: UInt32) -> String? {
    let low = (0xF000...0xF0FF).contains(code) ? code - 0xF000 : code
    if let table = table(name), low < 0x100 {
      return table[low].map { String($0) }
    }
    guard !(0xE000...0xF8FF).contains(code), code >= 0x20, let scalar = Unicode.Scalar(code) else {
      return nil
    }
    return String(scalar)
  }

  /// `bytes` as the font called `name` shows them.
  ///
  /// - Returns: the text, and how many characters nothing is known to show.
  /// - Complexity: O(bytes).
  static func text(_ name: String, _ bytes: UnsafeBufferPointer<UInt8>) -> (text: String, unknown: Int) {
    var shown = ""
    var unknown = 0
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      let isCode = scalar.value < 0x100 || (0xF000...0xF0FF).contains(scalar.value)
      guard isCode, scalar.value > 0x20 else {
        shown.unicodeScalars.append(scalar)
        continue
      }
      if let text = text(name, scalar.value) { shown += text } else { unknown += 1 }
    }
    return (shown, unknown)
  }

  private static func table(_ name: String) -> [UInt32: Unicode.Scalar]? {
    switch name.lowercased() {
    case "symbol", "symbol mt", "standard symbols ps", "standard symbols l": symbol
    case "wingdings": wingdings
    case "wingdings 2": wingdings2
    case "wingdings 3": wingdings3
    case "webdings": webdings
    default: nil
    }
  }

  /// Rows of characters, each from its code on; a blank stands for a code without one.
  private static func rows(_ rows: [(UInt32, String)]) -> [UInt32: Unicode.Scalar] {
    var table: [UInt32: Unicode.Scalar] = [0x20: " "]
    for (start, characters) in rows {
      for (offset, scalar) in characters.unicodeScalars.enumerated() where scalar != " " {
        table[start + UInt32(offset)] = scalar
      }
    }
    return table
  }

  private static let symbol = rows([
    (0x21, "!∀#∃%&∋()∗+,−./0123456789:;<=>?"),
    (0x40, "≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"),
    (0x60, "‾αβχδεφγηιϕκλµνοπθρστυϖωξψζ{|}∼"),
    (0xA0, "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵"),
    (0xC0, "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"),
    (0xE0, "◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"),
  ])

  private static let wingdings = rows([
    (0x21, "✏✂✁    ☎✆✉"),
    (0x36, "⌛⌨      ✇"),
    (0x3F, "✍✍✌ 👍👎☜☞☝☟✋☺😐☹💣☠⚐⚐✈☼ ❄✞✞ ✠✡☪"),
    (0x5B, "☯ॐ☸♈♉♊♋♌♍♎♏♐♑♒♓&&●❍■□□❑❒⬧⧫◆❖⬥⌧⍓⌘❀✿“”"),
    (0x80, "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿"),
    (0x9E, "·••○○○◉◎○▪☐ ✦★✶✴✹✵ ⌖ ⌑ ✪✰"),
    (0xD5, "⌫⌦ ➢➢➢➢➲  ←→↑↓↖↗↙↘←➔↑↓↖↗↙↘⇦⇨⇧⇩⇔⇕⇖⇗⇙⇘▫▫✗✓☒☑"),
  ])

  private static let wingdings2 = rows([
    (0x4F, "✗✓☒☑☒☒⊗⊗"), (0x69, "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿"), (0x96, "•●●○○◉"), (0x9F, "■■□□□"),
  ])

  private static let wingdings3 = rows([
    (0x66, "←→↑↓↖↗↙↘"), (0x70, "▲▼△▽◀▶◁▷"), (0x7D, "▶"),
  ])

  private static let webdings = rows([
    (0x33, "◀▶▲▼"), (0x61, "✔"), (0x63, "□"), (0x67, "■"), (0x69, "ℹ"), (0x6E, "●"), (0x72, "✗"),
  ])
}
