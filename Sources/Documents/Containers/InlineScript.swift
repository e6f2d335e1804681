/// Raised and lowered text: `10⁶` and `H₂O`, not `106` and `H2O`.
enum InlineScript {
  /// Digits and signs as the characters that Unicode has for them; letters behind a `^` or `_` where they are a part of
  /// a formula; else as they are (`1st`, `[3]`).
  ///
  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - previous: the last byte of what stands before, or `nil` at the start.
  /// - Complexity: O(bytes).
  static func text(_ bytes: [UInt8], isRaised: Bool, after previous: UInt8?) -> [UInt8] {
    guard !bytes.isEmpty, bytes.count <= 40, let previous, previous != 0x20, previous != 0x0A else {
      return bytes
    }
    var mapped: [UInt8] = []
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      guard let script = isRaised ? raised[scalar] : lowered[scalar] else {
        return unmapped(bytes, isRaised: isRaised, after: previous)
      }
      mapped += Array(String(script).utf8)
    }
    return mapped
  }

  /// - Source: the ordinal endings of English, French, Spanish, Italian and Portuguese, and the marks of trade.
  private static let endings: Set<String> = [
    "st", "nd", "rd", "th", "e", "er", "re", "ère", "ème", "eme", "o", "a", "os", "as", "ième", "r", "tm",
    "sm", "™", "®",
    "©", "me", "lle", "de", "ter", "s",
  ]

  private static func unmapped(_ bytes: [UInt8], isRaised: Bool, after previous: UInt8) -> [UInt8] {
    let text = String(decoding: bytes, as: UTF8.self)
    let isFormula =
      !endings.contains(text.lowercased()) && !bytes.contains(0x20) && bytes.first != 0x5B
      && bytes.first != 0x28
      && (ASCII.isAlphanumeric(previous) || previous == 0x29 || previous == 0x5D) && bytes.count <= 12
      && !bytes.contains(where: { $0 >= 0x80 })
    guard isFormula else { return bytes }
    let sign: UInt8 = isRaised ? 0x5E : 0x5F
    return bytes.count == 1 ? [sign] + bytes : [sign, 0x28] + bytes + [0x29]
  }

  private static let raised = table("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
  private static let lowered = table("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")

  private static func table(_ from: String, _ to: String) -> [Unicode.Scalar: Unicode.Scalar] {
    Dictionary(zip(from.unicodeScalars, to.unicodeScalars)) { first, _ in first }
  }
}
