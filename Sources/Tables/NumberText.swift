/// Numbers as they are written in files.
enum NumberText {
  /// Powers of ten that a double holds exactly.
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19,
    1e20, 1e21, 1e22,
  ]

  /// The number that `Double(_: String)` reads; `nil` where it reads none.
  ///
  /// - Source: Clinger, "How to read floating point numbers accurately", PLDI 1990: a whole number below 2⁵³ over a power
  ///   of ten up to 10²² is rounded once.
  static func value(_ text: UnsafeRawBufferPointer) -> Double? {
    guard var place = text.baseAddress.map({ _ in 0 }), !text.isEmpty else { return nil }
    let isNegative = text[0] == 0x2D
    if isNegative || text[0] == 0x2B { place = 1 }
    var digits = 0
    var decimals = 0
    var whole: UInt64 = 0
    var hasPoint = false
    while place < text.count {
      let byte = text[place]
      if byte &- 0x30 < 10 {
        whole = whole &* 10 &+ UInt64(byte &- 0x30)
        digits += 1
        if hasPoint { decimals += 1 }
      } else if byte == 0x2E, !hasPoint, digits > 0 {
        hasPoint = true
      } else {
        return slowly(text)
      }
      place += 1
    }
    guard digits > 0, digits <= 18, whole < 1 << 53, decimals < powers.count, !hasPoint || decimals > 0 else {
      return slowly(text)
    }
    let value = Double(whole) / powers[decimals]
    return isNegative ? -value : value
  }

  private static func slowly(_ text: UnsafeRawBufferPointer) -> Double? {
    Double(String(decoding: text, as: UTF8.self))
  }

  static func isInteger(_ text: UnsafeRawBufferPointer) -> Bool {
    let start = text.first == 0x2D || text.first == 0x2B ? 1 : 0
    return text.count > start && text[start...].allSatisfy { 0x30...0x39 ~= $0 }
  }
}
