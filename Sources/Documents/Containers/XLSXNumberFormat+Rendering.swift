extension XLSXNumberFormat {
  /// What a section shows of `value`, which is no date; `nil` where it shows nothing at all.
  ///
  /// - Parameter isAbsolute: the section stands for negative numbers by itself.
  static func text(_ value: Double, _ section: Section, isAbsolute: Bool) -> String? {
    let tokens = section.tokens
    guard !tokens.isEmpty else { return nil }
    var body: [UInt8]
    let shown = isAbsolute ? abs(value) : value
    if tokens.contains(.general) || tokens.contains(.text) {
      body = plain(tokens, shown)
    } else if tokens.contains(.slash), let fraction = fraction(tokens, abs(shown)) {
      body = (shown < 0 && fraction.contains { (0x31...0x39).contains($0) } ? [0x2D] : []) + fraction
    } else if tokens.contains(where: { if case .digit = $0 { true } else { false } }) {
      let digits = number(tokens, abs(shown))
      let isZero = digits.allSatisfy { !(0x31...0x39).contains($0) }
      body = (shown < 0 && !isZero ? [0x2D] : []) + digits
    } else {
      body = tokens.flatMap { token -> [UInt8] in if case .literal(let bytes) = token { bytes } else { [] } }
    }
    let range = TextScan.trimmed(0..<body.count, in: body)
    body = Array(body[range])
    // Colour alone says that the number is negative.
    if isAbsolute, value < 0, section.isColored, !body.contains(0x28), !body.contains(0x2D),
      body.contains(where: { (0x31...0x39).contains($0) })
    {
      body.insert(0x2D, at: 0)
    }
    return body.isEmpty ? nil : String(decoding: body, as: UTF8.self)
  }

  /// Literals around the number as it is.
  private static func plain(_ tokens: [Token], _ value: Double) -> [UInt8] {
    tokens.flatMap { token -> [UInt8] in
      switch token {
      case .literal(let bytes): bytes
      case .general, .text: Array(XLSXStyles.plain(value).utf8)
      case .percent: [0x25]
      default: []
      }
    }
  }

  // MARK: Numbers

  /// - Parameter value: not negative.
  private static func number(_ tokens: [Token], _ value: Double) -> [UInt8] {
    let exponent = tokens.firstIndex { if case .exponent = $0 { true } else { false } }
    let mantissa = exponent.map { Array(tokens[..<$0]) } ?? tokens
    let point = mantissa.firstIndex(of: .point) ?? mantissa.count
    let decimals = mantissa[point...].count { if case .digit = $0 { true } else { false } }
    var decimal = DecimalDigits(value)
    for token in tokens where token == .percent { decimal.shift(2) }
    let lastDigit = mantissa[..<point].lastIndex { if case .digit = $0 { true } else { false } }
    let firstDigit = mantissa[..<point].firstIndex { if case .digit = $0 { true } else { false } }
    var groups = false
    if let firstDigit, let lastDigit {
      groups = mantissa[firstDigit..<lastDigit].contains(.comma)
      for token in mantissa[lastDigit..<point].dropFirst() {
        guard token == .comma else { break }
        decimal.shift(-3)
      }
    }
    if let last = mantissa[point...].lastIndex(where: { if case .digit = $0 { true } else { false } }) {
      for token in mantissa[last...].dropFirst() {
        guard token == .comma else { break }
        decimal.shift(-3)
      }
    }
    var power = 0
    if exponent != nil {
      let places = max(1, mantissa[..<point].count { if case .digit = $0 { true } else { false } })
      power = decimal.isZero ? 0 : decimal.exponent - 1
      // Several places before the point: the exponent is a multiple of their number.
      power -= places == 1 ? 0 : ((power % places) + places) % places
      decimal.shift(-power)
      decimal.round(places: decimals)
      if decimal.exponent > places {
        power += places
        decimal.shift(-places)
      }
    } else {
      decimal.round(places: decimals)
    }
    var out = whole(mantissa[..<point], decimal.whole, groups: groups)
    out += part(mantissa[point...], decimal.part(decimals))
    if let exponent, case .exponent(let showsPlus) = tokens[exponent] {
      if !out.contains(where: ASCII.isDigit) { out.append(0x30) }
      out.append(0x45)
      if power < 0 { out.append(0x2D) } else if showsPlus { out.append(0x2B) }
      out += whole(tokens[(exponent + 1)...], Array(String(abs(power)).utf8), groups: false)
    }
    return out
  }

  /// Digits before the point, from the right: each placeholder takes one, the first takes what is left.
  private static func whole(_ tokens: ArraySlice<Token>, _ digits: [UInt8], groups: Bool) -> [UInt8] {
    var rest = digits[...]
    var reversed: [UInt8] = []
    var written = 0
    let first = tokens.firstIndex { if case .digit = $0 { true } else { false } }
    func put(_ digit: UInt8) {
      if groups, written > 0, written % 3 == 0 { reversed.append(0x2C) }
      reversed.append(digit)
      written += 1
    }
    for index in tokens.indices.reversed() {
      switch tokens[index] {
      case .digit(let kind):
        if let digit = rest.popLast() {
          put(digit)
        } else if kind == 0x30 {
          put(0x30)
        } else if kind == 0x3F {
          reversed.append(0x20)
        }
        if index == first { while let digit = rest.popLast() { put(digit) } }
      case .literal(let bytes): reversed += bytes.reversed()
      case .percent: reversed.append(0x25)
      case .slash: reversed.append(0x2F)
      case .point, .comma, .general, .text, .exponent: break
      }
    }
    return reversed.reversed()
  }

  /// The point and what is behind it.
  private static func part(_ tokens: ArraySlice<Token>, _ digits: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var index = 0
    let lastNeeded = digits.lastIndex { $0 != 0x30 } ?? -1
    for token in tokens {
      switch token {
      case .point: out.append(0x2E)
      case .digit(let kind):
        if index <= lastNeeded || kind == 0x30 {
          out.append(index < digits.count ? digits[index] : 0x30)
        } else if kind == 0x3F {
          out.append(0x20)
        }
        index += 1
      case .literal(let bytes): out += bytes
      case .percent: out.append(0x25)
      case .slash: out.append(0x2F)
      case .comma, .general, .text, .exponent: break
      }
    }
    // Excel shows the point of `#.##` even where no digit follows; nobody reads it.
    if lastNeeded < 0, let point = out.firstIndex(of: 0x2E) {
      let next = out.index(after: point)
      if next == out.count || !ASCII.isDigit(out[next]) { out.remove(at: point) }
    }
    return out
  }

  // MARK: Fractions

  /// `# ?/?`, `# ??/??`, `# ?/8`; `nil` if the slash parts no numbers.
  private static func fraction(_ tokens: [Token], _ value: Double) -> [UInt8]? {
    guard let slash = tokens.firstIndex(of: .slash), slash > 0, case .digit = tokens[slash - 1],
      slash + 1 < tokens.count, value < 1e15
    else { return nil }
    var places = 0
    var fixed: [UInt8] = []
    var end = slash + 1
    scan: while end < tokens.count {
      switch tokens[end] {
      case .digit(let byte):
        places += 1
        if byte == 0x30, !fixed.isEmpty { fixed.append(byte) }
      case .literal(let bytes) where fixed.count + places < 4 && bytes.allSatisfy(ASCII.isDigit):
        fixed += bytes
      default: break scan
      }
      end += 1
    }
    var start = slash
    while start > 0, case .digit = tokens[start - 1] { start -= 1 }
    let hasWhole = tokens[..<start].contains { if case .digit = $0 { true } else { false } }
    let whole = hasWhole ? value.rounded(.down) : 0
    let (top, bottom) =
      Int(String(decoding: fixed, as: UTF8.self)).flatMap { fixed.isEmpty || $0 == 0 ? nil : $0 }
      .map { (Int(((value - whole) * Double($0)).rounded()), $0) }
      ?? nearest(value - whole, largest: [1, 9, 99, 999][min(max(places, 1), 3)])
    var parts: [String] = []
    var count = Int(whole)
    var numerator = top
    if hasWhole, numerator == bottom {
      count += 1
      numerator = 0
    }
    if count > 0 || numerator == 0 { parts.append(String(count)) }
    if numerator > 0 || !hasWhole { parts = parts.filter { _ in hasWhole } + ["\(numerator)/\(bottom)"] }
    func literals(_ tokens: ArraySlice<Token>) -> [UInt8] {
      tokens.flatMap { token -> [UInt8] in if case .literal(let bytes) = token { bytes } else { [] } }
    }
    let before = tokens[..<start].firstIndex { if case .digit = $0 { true } else { false } } ?? start
    return literals(tokens[..<before]) + Array(parts.joined(separator: " ").utf8) + literals(tokens[end...])
  }

  /// The fraction with a denominator of at most `largest` that is nearest to `value`, which is less than 1.
  private static func nearest(_ value: Double, largest: Int) -> (Int, Int) {
    var best = (top: 0, bottom: 1, distance: Double.infinity)
    for bottom in 1...largest {
      let top = (value * Double(bottom)).rounded()
      let distance = abs(value - top / Double(bottom))
      if distance < best.distance - 1e-12 { best = (Int(top), bottom, distance) }
    }
    return (best.top, best.bottom)
  }
}
