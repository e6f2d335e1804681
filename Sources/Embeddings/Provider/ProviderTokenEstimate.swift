/// Tokens of a text for a model whose tokenizer is the provider's; errs high.
///
/// ASCII words count a token for every 3 letters begun, words with digits or of more than 12 letters one for every
/// 2; other ASCII characters but spaces one each; other characters as many as UTF-8 bytes less one.
enum ProviderTokenEstimate {
  /// - Complexity: O(bytes).
  static func count(_ text: some Sequence<UInt8>) -> Int {
    var scan = Scan()
    for byte in text { scan.take(byte) }
    return scan.total
  }

  /// The longest beginning of `text`, in whole Unicode scalars, that counts at most `limit` tokens.
  static func cut(_ text: String, to limit: Int) -> String {
    // A token takes a byte at least.
    guard text.utf8.count > limit else { return text }
    var scan = Scan()
    var fitting = 0
    for (offset, byte) in text.utf8.enumerated() {
      // Before each byte that begins a scalar, the text so far may end.
      if byte & 0xC0 != 0x80, scan.total <= limit { fitting = offset }
      scan.take(byte)
      // A word of 12 letters counts 4, and 7 with one letter more: the total never falls.
      if scan.total > limit { return String(decoding: text.utf8.prefix(fitting), as: UTF8.self) }
    }
    return text
  }

  /// Deals `total` out in proportion to `estimates`, so that the shares add up to it; the estimates themselves
  /// when the provider told no total.
  static func share(_ total: Int?, by estimates: ArraySlice<Int>) -> [Int] {
    let sum = estimates.reduce(0, +)
    guard let total, sum > 0 else { return Array(estimates) }
    var before = 0
    return estimates.map { estimate in
      defer { before += estimate }
      return total * (before + estimate) / sum - total * before / sum
    }
  }

  private struct Scan {
    private var done = 0
    private var wordLength = 0
    private var hasDigit = false

    var total: Int {
      let lettersAToken = hasDigit || wordLength > 12 ? 2 : 3
      return done + (wordLength + lettersAToken - 1) / lettersAToken
    }

    mutating func take(_ byte: UInt8) {
      switch byte {
      case 0x41...0x5A, 0x61...0x7A:
        wordLength += 1
      case 0x30...0x39:
        wordLength += 1
        hasDigit = true
      default:
        done = total
        wordLength = 0
        hasDigit = false
        // A lead byte is free; each byte that continues the character counts.
        if byte != 0x20 && byte < 0xC0 { done += 1 }
      }
    }
  }
}
