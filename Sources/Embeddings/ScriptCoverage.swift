/// The writing systems that a model has learnt, told from its vocabulary.
///
/// A script counts as learnt when the vocabulary has at least a thousand pieces of two or more of its letters: a
/// vocabulary that lists a script's letters singly cannot say anything of its words.
package struct ScriptCoverage: Hashable, Sendable {
  package enum Script: String, CaseIterable, Sendable {
    case latin, greek, cyrillic, armenian, hebrew, arabic, indic, thai, georgian, hangul, kana, han, other

    /// The script of a letter, by Unicode block.
    package init(_ scalar: Unicode.Scalar) {
      switch scalar.value {
      case 0...0x24F, 0x1E00...0x1EFF, 0x2C60...0x2C7F, 0xA720...0xA7FF, 0xFF21...0xFF5A: self = .latin
      case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
      case 0x400...0x52F, 0x1C80...0x1C8F, 0x2DE0...0x2DFF: self = .cyrillic
      case 0x530...0x58F: self = .armenian
      case 0x590...0x5FF: self = .hebrew
      case 0x600...0x77F, 0x8A0...0x8FF, 0xFB50...0xFDFF, 0xFE70...0xFEFF: self = .arabic
      case 0x900...0xDFF: self = .indic
      case 0xE00...0xEFF: self = .thai
      case 0x10A0...0x10FF: self = .georgian
      case 0x1100...0x11FF, 0xAC00...0xD7AF: self = .hangul
      case 0x3040...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F: self = .kana
      case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: self = .han
      default: self = .other
      }
    }
  }

  private static let leastPieces = 1000

  package let scripts: Set<Script>

  /// Counts the pieces of a vocabulary file, one a line.
  ///
  /// - Complexity: O(bytes).
  package init(vocabulary bytes: [UInt8]) {
    var counts: [Script: Int] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let letters = String(decoding: line, as: UTF8.self).unicodeScalars.filter(\.properties.isAlphabetic)
      guard letters.count > 1, let first = letters.first else { continue }
      counts[Script(first), default: 0] += 1
    }
    scripts = Set(counts.filter { $0.value >= Self.leastPieces }.keys)
  }

  package func includes(_ scalar: Unicode.Scalar) -> Bool { scripts.contains(Script(scalar)) }
}
