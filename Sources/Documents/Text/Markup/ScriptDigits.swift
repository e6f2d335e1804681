/// Raised and lowered signs as characters of their own: 10⁶ is not 106.
enum ScriptDigits {
  private static let raised: [Character: Character] = Dictionary(
    uniqueKeysWithValues: zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ"))
  private static let lowered: [Character: Character] = Dictionary(
    uniqueKeysWithValues: zip("0123456789+-=()aeox", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓ"))

  /// `text` raised or lowered, or with `^` or `_` in front where it has signs that Unicode does not raise.
  ///
  /// - Complexity: O(text).
  static func text(_ text: [UInt8], isRaised: Bool) -> [UInt8] {
    let string = String(decoding: text, as: UTF8.self)
    let table = isRaised ? raised : lowered
    var out = ""
    for sign in string {
      guard let shown = table[sign] else { return [isRaised ? 0x5E : 0x5F] + text }
      out.append(shown)
    }
    return Array(out.utf8)
  }
}
