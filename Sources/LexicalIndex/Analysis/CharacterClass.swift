/// What a scalar is to the tokenizer.
enum CharacterClass {
  case letter
  case digit
  /// Combining mark or other part of a word that cannot begin one.
  case extend
  /// Scripts written without spaces, those of South-East Asia among them: indexed as bigrams.
  case ideograph
  case other

  @inline(__always)
  init(ascii byte: UInt8) {
    switch byte {
    case 0x30...0x39: self = .digit
    case 0x41...0x5A, 0x61...0x7A: self = .letter
    default: self = .other
    }
  }

  /// - Source: Unicode Standard Annex #29, table 3, simplified: Katakana and Hangul count as ideographs.
  init(_ scalar: Unicode.Scalar) {
    let value = scalar.value
    switch value {
    case 0x30...0x39: self = .digit
    case 0x41...0x5A, 0x61...0x7A: self = .letter
    case 0..<0x80: self = .other
    case 0x3005, 0x3007, 0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FA, 0x30FC...0x30FF, 0x31F0...0x31FF,
      0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0xAC00...0xD7AF, 0x1100...0x11FF, 0xFF66...0xFF9F,
      0x20000...0x3FFFF, 0x0E01...0x0E3A, 0x0E40...0x0E4E, 0x0E81...0x0ECE, 0x1000...0x103F, 0x1780...0x17D3:
      self = .ideograph
    default:
      let properties = scalar.properties
      switch properties.generalCategory {
      case .decimalNumber, .letterNumber: self = .digit
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: self = .letter
      case .nonspacingMark, .spacingMark, .enclosingMark, .format: self = .extend
      default: self = .other
      }
    }
  }
}
