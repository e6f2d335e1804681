/// Raised and lowered text as plain characters: `10⁶`, `CO₂`, `x^(ab)`, `1st`.
enum ScriptText {
  enum Script {
    case normal, superscript, `subscript`
  }

  /// Longer raised text is a matter of layout, not of meaning.
  private static let longest = 24
  /// Endings of ordinals that programs raise on their own.
  private static let ordinals: Set<String> = [
    "st", "nd", "rd", "th", "e", "er", "re", "ers", "ème", "eme", "èmes", "de", "ste", "er.", "ᵉ",
  ]

  /// How `text` is written as `script` behind a text that ends with the byte `previous`.
  ///
  /// Digits, signs and single letters take their Unicode forms where all have one; words are put in brackets, so that
  /// they stay words.
  ///
  /// - Complexity: O(text).
  static func render(_ text: String, as script: Script, after previous: UInt8) -> String {
    guard script != .normal else { return text }
    let scalars = Array(text.unicodeScalars)
    guard let first = scalars.firstIndex(where: { !isSpace($0) }),
      let last = scalars.lastIndex(where: { !isSpace($0) })
    else { return text }
    let core = scalars[first...last]
    guard core.count <= longest else { return text }
    let word = String(String.UnicodeScalarView(core))
    guard let shown = form(word, core, script, previous) else { return text }
    let before = String(String.UnicodeScalarView(scalars[..<first]))
    return before + shown + String(String.UnicodeScalarView(scalars[(last + 1)...]))
  }

  /// - Returns: `nil` where the text stays as it is.
  private static func form(
    _ word: String, _ core: ArraySlice<Unicode.Scalar>, _ script: Script, _ previous: UInt8
  ) -> String? {
    let hasLetterOrDigit = core.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil }
    let isSign = core.allSatisfy { "+-−–=()".unicodeScalars.contains($0) }
    guard hasLetterOrDigit || isSign else { return nil }
    // What has no base stands by itself: a mark in front of a note, a whole line that was made small.
    if previous == 0x20, hasLetterOrDigit, core.count > 3 { return nil }
    if script == .superscript {
      if word == "TM" { return "™" }
      if word == "SM" { return "℠" }
      if ASCII.isDigit(previous), ordinals.contains(word.lowercased()) { return nil }
      if ASCII.isDigit(previous) || previous == 0x6E || previous == 0x4E {
        if word == "o" { return "º" }
        if word == "a" { return "ª" }
      }
    }
    let table = script == .superscript ? superscripts : subscripts
    let mapped = core.compactMap { table[$0] }
    let words = core.filter { $0.properties.isAlphabetic && $0 != "n" && $0 != "i" }
    if mapped.count == core.count, words.isEmpty || core.count == 1 {
      return String(String.UnicodeScalarView(mapped))
    }
    return (script == .superscript ? "^(" : "_(") + word + ")"
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

  private static func table(_ plain: String, _ shown: String) -> [Unicode.Scalar: Unicode.Scalar] {
    var table: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (from, to) in zip(plain.unicodeScalars, shown.unicodeScalars) { table[from] = to }
    return table
  }

  private static let superscripts = table(
    "0123456789+-−–=(),abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾,ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
  private static let subscripts = table(
    "0123456789+-−–=(),aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎,ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
}
