/// UTF-8 of which some sequences are broken: each costs itself.
///
/// A broken byte that reads as a letter or sign of Windows-1252 beside its neighbours is that; a file that several
/// programs wrote into has such lines. What else is broken becomes U+FFFD, a maximal subpart each.
struct UTF8Repair {
  private(set) var decoded = TextFromEncoding()
  /// Broken bytes that were read as Windows-1252.
  private(set) var western = 0

  /// - Complexity: O(bytes).
  /// - Source: The Unicode Standard 16, section 3.9, "U+FFFD Substitution of Maximal Subparts".
  init(_ bytes: [UInt8], from start: Int = 0, readsWestern: Bool) {
    let table = readsWestern ? ConverterTable(TextEncoding.windows1252.converter) : nil
    bytes.withUnsafeBufferPointer { buffer in
      var position = start
      var copied = start
      while position < bytes.count {
        guard buffer[position] >= 0x80 else {
          position += 1
          continue
        }
        let length = UTF8Survey.sequenceLength(buffer, at: position)
        if length > 0 {
          position += length
          continue
        }
        decoded.text.copy(copied..<position, of: bytes)
        let end = position + max(1, -length)
        if let table, let text = Self.western(position..<end, in: bytes, table) {
          if decoded.firstBroken == nil { decoded.firstBroken = position }
          western += 1
          decoded.broken += 1
          decoded.text.replace(position..<end, with: text)
        } else {
          decoded.breaks(position..<end)
        }
        position = end
        copied = end
      }
      decoded.text.copy(copied..<bytes.count, of: bytes)
    }
  }

  static func decode(_ bytes: [UInt8], from start: Int) -> TextFromEncoding {
    UTF8Repair(bytes, from: start, readsWestern: false).decoded
  }

  /// The letter of Windows-1252 that one broken byte is, if it is plausible there.
  private static func western(_ range: Range<Int>, in bytes: [UInt8], _ table: ConverterTable) -> [UInt8]? {
    guard range.count == 1, case .character(let text) = table.character([bytes[range.lowerBound]]) else {
      return nil
    }
    let before = range.lowerBound > 0 ? bytes[range.lowerBound - 1] : 0x20
    let after = range.upperBound < bytes.count ? bytes[range.upperBound] : 0x20
    return isPlausible(bytes[range.lowerBound], before: before, after: after) ? text : nil
  }

  /// Whether a byte is plausible as a letter beside ASCII letters, in the case that its neighbours ask for, or as
  /// common punctuation.
  private static func isPlausible(_ byte: UInt8, before: UInt8, after: UInt8) -> Bool {
    let touchesLetter = ASCII.isLetter(before) || ASCII.isLetter(after)
    switch byte {
    case 0x9A, 0x9C, 0x9E, 0xDF...0xF6, 0xF8...0xFE: return touchesLetter
    case 0x8A, 0x8C, 0x8E, 0x9F, 0xC0...0xD6, 0xD8...0xDE: return touchesLetter && !ASCII.isLower(before)
    case 0x80, 0x85, 0x91...0x97, 0x99, 0xA0, 0xA3, 0xA7, 0xA9, 0xAB, 0xAE, 0xB0...0xB3, 0xB5, 0xB7, 0xBB,
      0xBC...0xBE:
      return before < 0x80 && after < 0x80
    case 0xA1, 0xBF: return ASCII.isLetter(after)
    default: return false
    }
  }
}
