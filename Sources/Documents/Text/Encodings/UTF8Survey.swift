/// What one pass over bytes says about them as UTF-8.
struct UTF8Survey: Equatable {
  /// Well-formed sequences of two bytes and more.
  var multibyte = 0
  /// Ill-formed sequences, counted as the standard's maximal subparts.
  var broken = 0
  /// Offset of the first ill-formed sequence.
  var firstBroken: Int?
  var nulBytes = 0
  var firstNUL: Int?
  /// Control characters that text files don't hold.
  var controls = 0
  var hasCarriageReturn = false
  var hasEscape = false
  /// Runs of NUL bytes: one is what a crash left in a log, many are binary data.
  var nulRuns = 0

  private var lastNUL = -2

  /// Whether NUL bytes make up more than a log has that was cut by a crash: a run in fifty bytes, or half of all bytes.
  func isBinary(of count: Int) -> Bool { nulRuns * 50 > count || nulBytes * 2 > count }

  /// - Complexity: O(bytes).
  /// - Source: The Unicode Standard 16, table 3-7 and section 3.9, "U+FFFD Substitution of Maximal Subparts".
  init(_ bytes: some RandomAccessCollection<UInt8>) {
    // One call for each kind of storage, so that the loop runs over plain memory.
    if bytes.withContiguousStorageIfAvailable({ self.survey($0) }) == nil {
      Array(bytes).withUnsafeBufferPointer { self.survey($0) }
    }
  }

  private mutating func survey(_ bytes: UnsafeBufferPointer<UInt8>) {
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte < 0x80 {
        if byte < 0x20 { note(control: byte, at: index) }
        index += 1
        continue
      }
      let length = Self.sequenceLength(bytes, at: index)
      if length > 0 {
        multibyte += 1
        index += length
      } else {
        broken += 1
        if firstBroken == nil { firstBroken = index }
        index += max(1, -length)
      }
    }
  }

  private mutating func note(control byte: UInt8, at index: Int) {
    switch byte {
    case 0x00:
      nulBytes += 1
      if index != lastNUL + 1 { nulRuns += 1 }
      lastNUL = index
      if firstNUL == nil { firstNUL = index }
    case 0x0D: hasCarriageReturn = true
    case 0x1B: hasEscape = true
    // Bell, backspace, tab, line ends, form feed and escape occur in logs and manual pages, shifts in Korean mail.
    case 0x07...0x0C, 0x0E, 0x0F: break
    default: controls += 1
    }
  }

  /// Length of the well-formed sequence at `index`, or minus the length of the ill-formed one.
  static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
    let lead = bytes[index]
    var low: UInt8 = 0x80
    var high: UInt8 = 0xBF
    let length: Int
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, low) = (3, 0xA0)
    case 0xED: (length, high) = (3, 0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, low) = (4, 0x90)
    case 0xF4: (length, high) = (4, 0x8F)
    case 0xF1...0xF3: length = 4
    default: return -1
    }
    for offset in 1..<length {
      guard index + offset < bytes.count, bytes[index + offset] >= low, bytes[index + offset] <= high else {
        return -offset
      }
      low = 0x80
      high = 0xBF
    }
    return length
  }
}
