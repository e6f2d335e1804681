/// The mark that may open a text file.
struct ByteOrderMark: Equatable {
  let encoding: TextEncoding
  let length: Int

  init?(_ bytes: [UInt8]) {
    // UTF-32 little-endian starts like UTF-16's, so it is asked first.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      (encoding, length) = (.utf8, 3)
    } else if bytes.starts(with: [0xFF, 0xFE, 0, 0]), bytes.count % 4 == 0 {
      (encoding, length) = (.unicode(unit: 4, isBigEndian: false), 4)
    } else if bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
      (encoding, length) = (.unicode(unit: 4, isBigEndian: true), 4)
    } else if bytes.starts(with: [0xFF, 0xFE]) {
      (encoding, length) = (.unicode(unit: 2, isBigEndian: false), 2)
    } else if bytes.starts(with: [0xFE, 0xFF]) {
      (encoding, length) = (.unicode(unit: 2, isBigEndian: true), 2)
    } else {
      return nil
    }
  }
}

/// UTF-16 and UTF-32 to UTF-8.
enum UnicodeTransform {
  /// `bytes` from `start` on; what is no character, and U+0000, is U+FFFD.
  ///
  /// - Complexity: O(bytes).
  static func decode(_ bytes: [UInt8], from start: Int, unit: Int, isBigEndian: Bool) -> TextFromEncoding {
    var out = TextFromEncoding()
    out.text.reserve(bytes.count - start)
    var index = start
    while index < bytes.count {
      guard index + unit <= bytes.count else {
        out.breaks(index..<bytes.count)
        break
      }
      let first = index
      var value = Self.unit(bytes, at: index, unit, isBigEndian)
      index += unit
      if unit == 2, value & 0xFC00 == 0xD800, index + 2 <= bytes.count {
        let low = Self.unit(bytes, at: index, unit, isBigEndian)
        if low & 0xFC00 == 0xDC00 {
          value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF)
          index += 2
        }
      }
      if value != 0, let scalar = Unicode.Scalar(value), let text = UTF8.encode(scalar) {
        out.text.replace(first..<index, with: text)
      } else {
        out.breaks(first..<index)
      }
    }
    return out
  }

  private static func unit(_ bytes: [UInt8], at index: Int, _ unit: Int, _ isBigEndian: Bool) -> UInt32 {
    var value: UInt32 = 0
    for offset in 0..<unit {
      let byte = bytes[index + (isBigEndian ? offset : unit - 1 - offset)]
      value = value << 8 | UInt32(byte)
    }
    return value
  }

  /// The encoding of `bytes` that hold NULs, if they are plausible text in UTF-16 or UTF-32 without a mark.
  ///
  /// Plausible: nine characters of ten are letters, digits, white space or common punctuation, and some of
  /// them are white space or ASCII. The other byte order then gives rare ideographs, which score less.
  ///
  /// - Complexity: O(1): at most 64 KiB are read.
  static func guess(_ bytes: [UInt8]) -> TextEncoding? {
    var best: TextEncoding?
    var bestScore = 0.0
    for unit in [4, 2] {
      let count = min(bytes.count, 64 << 10) / unit * unit
      guard count > 0, bytes.count - count < unit || count == 64 << 10 else { continue }
      let head = Array(bytes[..<count])
      for isBigEndian in [false, true] {
        let decoded = decode(head, from: 0, unit: unit, isBigEndian: isBigEndian)
        guard decoded.broken * 50 <= count / unit else { continue }
        let score = plausibility(decoded.text.string)
        if score > bestScore {
          best = .unicode(unit: unit, isBigEndian: isBigEndian)
          bestScore = score
        }
      }
    }
    return bestScore >= 0.9 ? best : nil
  }

  private static func plausibility(_ text: String) -> Double {
    var total = 0
    var good = 0
    var anchors = 0
    for scalar in text.unicodeScalars {
      total += 1
      switch scalar.value {
      case 0x20...0x7E, 0x09, 0x0A, 0x0D:
        good += 1
        anchors += 1
      // Latin, Greek, Cyrillic, Hebrew, Arabic, Indic, Thai; punctuation; CJK with kana; Hangul; full width.
      case 0xA0...0x24F, 0x300...0x36F, 0x370...0x6FF, 0x900...0xE7F, 0x1E00...0x1FFF, 0x2010...0x206F,
        0x20AC,
        0x2122, 0x3000...0x30FF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xFF00...0xFFEF:
        good += 1
      default: break
      }
    }
    guard total > 0, anchors * 100 >= total else { return 0 }
    return Double(good) / Double(total) + Double(anchors) / Double(total) * 0.01
  }
}
