/// The mark that may open a text file.
struct ByteOrderMark: Equatable {
  let encoding: String
  let length: Int
  /// Bytes of a code unit.
  let unit: Int
  let isBigEndian: Bool

  init?(_ bytes: [UInt8]) {
    // UTF-32 little-endian starts like UTF-16's, so it is asked first.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      self.init(encoding: "UTF-8", length: 3, unit: 1, isBigEndian: false)
    } else if bytes.starts(with: [0xFF, 0xFE, 0, 0]), bytes.count % 4 == 0 {
      self.init(encoding: "UTF-32LE", length: 4, unit: 4, isBigEndian: false)
    } else if bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
      self.init(encoding: "UTF-32BE", length: 4, unit: 4, isBigEndian: true)
    } else if bytes.starts(with: [0xFF, 0xFE]) {
      self.init(encoding: "UTF-16LE", length: 2, unit: 2, isBigEndian: false)
    } else if bytes.starts(with: [0xFE, 0xFF]) {
      self.init(encoding: "UTF-16BE", length: 2, unit: 2, isBigEndian: true)
    } else {
      return nil
    }
  }

  init(encoding: String, length: Int, unit: Int, isBigEndian: Bool) {
    self.encoding = encoding
    self.length = length
    self.unit = unit
    self.isBigEndian = isBigEndian
  }
}

/// UTF-16 and UTF-32 to UTF-8, strictly.
enum UnicodeTransform {
  enum Outcome: Equatable {
    case text([UInt8])
    /// The byte at which the encoding's rules are broken.
    case broken(Int)
    /// The byte at which there is U+0000.
    case nul(Int)
  }

  /// - Complexity: O(bytes).
  static func decode(_ bytes: [UInt8], after mark: ByteOrderMark) -> Outcome {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = mark.length
    while index < bytes.count {
      guard index + mark.unit <= bytes.count else { return .broken(index) }
      let start = index
      var value = unit(bytes, at: index, mark)
      index += mark.unit
      if mark.unit == 2, value & 0xFC00 == 0xD800, index + 2 <= bytes.count {
        let low = unit(bytes, at: index, mark)
        guard low & 0xFC00 == 0xDC00 else { return .broken(start) }
        value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF)
        index += 2
      }
      guard value != 0 else { return .nul(start) }
      guard let scalar = Unicode.Scalar(value) else { return .broken(start) }
      out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
    return .text(out)
  }

  private static func unit(_ bytes: [UInt8], at index: Int, _ mark: ByteOrderMark) -> UInt32 {
    var value: UInt32 = 0
    for offset in 0..<mark.unit {
      let byte = bytes[index + (mark.isBigEndian ? offset : mark.unit - 1 - offset)]
      value = value << 8 | UInt32(byte)
    }
    return value
  }

  /// Reads `bytes` that hold NULs as UTF-16 without a mark, if that gives plausible text in one byte order.
  ///
  /// Plausible: nine characters of ten are letters, digits, white space or common punctuation, and some of
  /// them are white space or ASCII. The other byte order then gives rare ideographs, which score less.
  static func guessUTF16(_ bytes: [UInt8]) -> (text: [UInt8], encoding: String)? {
    guard bytes.count % 2 == 0 else { return nil }
    var best: (text: [UInt8], encoding: String)?
    var bestScore = 0.0
    for isBigEndian in [false, true] {
      let name = isBigEndian ? "UTF-16BE" : "UTF-16LE"
      let mark = ByteOrderMark(encoding: name, length: 0, unit: 2, isBigEndian: isBigEndian)
      guard case .text(let text) = decode(bytes, after: mark) else { continue }
      let score = plausibility(text)
      if score > bestScore {
        best = (text, name)
        bestScore = score
      }
    }
    return bestScore >= 0.9 ? best : nil
  }

  private static func plausibility(_ text: [UInt8]) -> Double {
    var total = 0
    var good = 0
    var anchors = 0
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      total += 1
      switch scalar.value {
      case 0x20...0x7E, 0x09, 0x0A, 0x0D:
        good += 1
        anchors += 1
      // Latin, Greek, Cyrillic, Hebrew, Arabic, Indic, Thai; punctuation; CJK with kana; Hangul; full width.
      case 0xA0...0x17F, 0x370...0x6FF, 0x900...0xE7F, 0x2010...0x206F, 0x20AC, 0x2122, 0x3000...0x30FF,
        0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xFF00...0xFFEF:
        good += 1
      default: break
      }
    }
    guard total > 0, anchors * 100 >= total else { return 0 }
    return Double(good) / Double(total) + Double(anchors) / Double(total) * 0.01
  }
}
