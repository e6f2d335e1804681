/// A number as decimal digits, at most 15: what Excel keeps of it.
struct DecimalDigits {
  /// Without zeros at either end.
  private var digits: [UInt8] = []
  /// Where the point stands: `digits` 15 with exponent 1 are 1.5.
  private(set) var exponent = 0

  /// - Parameter value: finite, not negative.
  init(_ value: Double) {
    // The shortest digits that are this number again, as `15.0`, `1.5e-07` or `1e+20`.
    let text = Array("\(value)".utf8)
    let end = text.firstIndex { $0 == 0x65 } ?? text.count
    let point = text[..<end].firstIndex(of: 0x2E) ?? end
    digits = text[..<end].filter { ASCII.isDigit($0) }
    exponent = point + (end < text.count ? Int(String(decoding: text[(end + 1)...], as: UTF8.self)) ?? 0 : 0)
    let zeros = digits.prefix { $0 == 0x30 }.count
    digits.removeFirst(zeros)
    exponent -= zeros
    trimEnd()
    if digits.count > 15 { round(digits: 15) }
  }

  var isZero: Bool { digits.isEmpty }

  /// Multiplies by ten to the power of `power`.
  mutating func shift(_ power: Int) {
    if !isZero { exponent += power }
  }

  /// Rounds half away from zero to `places` digits behind the point.
  mutating func round(places: Int) { round(digits: exponent + places) }

  private mutating func round(digits count: Int) {
    guard count < digits.count else { return }
    guard count >= 0 else {
      digits = []
      exponent = 0
      return
    }
    let roundsUp = digits[count] >= 0x35
    digits.removeSubrange(count...)
    if roundsUp {
      var index = count - 1
      while index >= 0, digits[index] == 0x39 {
        digits[index] = 0x30
        index -= 1
      }
      if index >= 0 {
        digits[index] += 1
      } else {
        digits.insert(0x31, at: 0)
        exponent += 1
      }
    }
    trimEnd()
  }

  private mutating func trimEnd() {
    while digits.last == 0x30 { digits.removeLast() }
    if digits.isEmpty { exponent = 0 }
  }

  /// Digits before the point, none for a number below 1.
  var whole: [UInt8] {
    guard exponent > 0 else { return [] }
    return (0..<exponent).map { $0 < digits.count ? digits[$0] : 0x30 }
  }

  /// `count` digits behind the point.
  func part(_ count: Int) -> [UInt8] {
    (0..<count).map { index in
      let place = exponent + index
      return place >= 0 && place < digits.count ? digits[place] : 0x30
    }
  }
}
