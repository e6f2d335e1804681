/// What becomes of each Unicode scalar on the way from text to words, for one setting of the normaliser.
///
/// Two-stage: `pages` maps a scalar's upper 13 bits to a page of 256 entries.
struct BertUnicodeTable: Sendable {
  /// An entry or a sequence element: kind in the low 3 bits, payload above.
  enum Kind {
    /// Part of a word, as it is.
    static let word: UInt32 = 0
    /// Vanishes, as if it had never been there.
    static let removed: UInt32 = 1
    /// Vanishes, but combining marks aren't reordered across it.
    static let removedStarter: UInt32 = 2
    /// Ends a word.
    static let space: UInt32 = 3
    /// A word of its own: punctuation, ideographs.
    static let alone: UInt32 = 4
    /// Part of a word, with a non-zero combining class (the payload of an entry).
    static let combining: UInt32 = 5
    /// Replaced by the sequence that the payload points to.
    static let sequence: UInt32 = 6
    /// A Hangul syllable: replaced by its jamo.
    static let hangul: UInt32 = 7
  }

  /// Shape `[0x1100]`.
  private(set) var pages: [UInt16]
  /// Shape `[pages × 256]`.
  private(set) var entries: [UInt32]
  /// At a payload's offset: the number of elements (bit 31 set: a word of its own), then elements: scalar in bits
  /// 11…31, combining class in bits 3…10, kind below.
  private(set) var sequences: [UInt32]

  /// - Complexity: O(size of the data), about 2 ms.
  init(lowercase: Bool, stripAccents: Bool) {
    pages = [UInt16](repeating: 0, count: 0x1100)
    entries = [UInt32](repeating: Kind.word, count: 256)
    sequences = []
    set(Self.ranges(BertUnicodeData.separator), to: Kind.space)
    let alone = Self.ranges(BertUnicodeData.alone)
    let ideographs = Self.ranges(BertUnicodeData.ideograph)
    set(alone, to: Kind.alone)
    set(ideographs, to: Kind.alone)
    if lowercase || stripAccents {
      replace(lowercase: lowercase, stripAccents: stripAccents, ideographs: ideographs)
    }
    set(Self.ranges(BertUnicodeData.space), to: Kind.space)
    set(Self.ranges(BertUnicodeData.removed), to: Kind.removed)
  }

  func entry(_ scalar: UInt32) -> UInt32 {
    entries[Int(pages[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)]
  }

  private mutating func replace(lowercase: Bool, stripAccents: Bool, ideographs: [Range<UInt32>]) {
    let small = lowercase ? Self.sequences(BertUnicodeData.lowercase) : []
    let smallIndex = Dictionary(uniqueKeysWithValues: small.enumerated().map { ($1.scalar, $0) })
    // Kinds of single scalars, before any of them is replaced.
    var kinds = self
    var classes: [UInt32: UInt32] = [:]
    if stripAccents {
      kinds.set(Self.ranges(BertUnicodeData.mark), to: Kind.removed)
      kinds.set(Self.ranges(BertUnicodeData.markStarter), to: Kind.removedStarter)
      for (scalar, number) in Self.pairs(BertUnicodeData.combiningClass) {
        kinds.set(scalar, to: Kind.combining | number << 3)
        classes[scalar] = number
      }
      set(Self.ranges(BertUnicodeData.mark), to: Kind.removed)
      set(Self.ranges(BertUnicodeData.markStarter), to: Kind.removedStarter)
      for (scalar, number) in classes { set(scalar, to: Kind.combining | number << 3) }
      set([0xAC00..<0xD7A4], to: Kind.hangul)
    }
    func elements(_ scalar: UInt32) -> [UInt32] {
      let kind = kinds.entry(scalar) & 7
      if kind == Kind.removed || kind == Kind.removedStarter { return [kind] }
      let results = smallIndex[scalar].map { small[$0].sequence } ?? [scalar]
      return results.map { $0 << 11 | (classes[scalar] ?? 0) << 3 | kinds.entry($0) & 7 }
    }
    func isIdeograph(_ scalar: UInt32) -> Bool { ideographs.contains { $0.contains(scalar) } }
    for (scalar, _) in small where kinds.entry(scalar) & 7 != Kind.removed {
      add(elements(scalar), for: scalar, isAlone: isIdeograph(scalar))
    }
    if stripAccents {
      for (scalar, parts) in Self.sequences(BertUnicodeData.decomposition) {
        add(parts.flatMap(elements), for: scalar, isAlone: isIdeograph(scalar))
      }
    }
  }

  private mutating func add(_ elements: [UInt32], for scalar: UInt32, isAlone: Bool) {
    set(scalar, to: Kind.sequence | UInt32(sequences.count) << 3)
    sequences.append(UInt32(elements.count) | (isAlone ? 1 << 31 : 0))
    sequences += elements
  }

  private mutating func set(_ scalar: UInt32, to entry: UInt32) {
    let page = Int(scalar >> 8)
    if isShared(page) { copyPage(page) }
    entries[Int(pages[page]) << 8 | Int(scalar & 0xFF)] = entry
  }

  private mutating func set(_ ranges: [Range<UInt32>], to entry: UInt32) {
    var whole: UInt16?
    for range in ranges {
      var scalar = range.lowerBound
      while scalar < range.upperBound {
        if scalar & 0xFF == 0, range.upperBound - scalar >= 256, pages[Int(scalar >> 8)] == 0 {
          // Ideographs and private use fill hundreds of pages: one page stands for all.
          if whole == nil {
            whole = UInt16(entries.count >> 8)
            entries += [UInt32](repeating: entry, count: 256)
            sharedPages.append(UInt16(entries.count >> 8) - 1)
          }
          pages[Int(scalar >> 8)] = whole ?? 0
          scalar += 256
        } else {
          set(scalar, to: entry)
          scalar += 1
        }
      }
    }
  }

  /// Pages that several blocks may point to.
  private var sharedPages: [UInt16] = [0]

  private func isShared(_ page: Int) -> Bool { sharedPages.contains(pages[page]) }

  private mutating func copyPage(_ page: Int) {
    let old = Int(pages[page]) << 8
    pages[page] = UInt16(entries.count >> 8)
    entries += Array(entries[old..<old + 256])
  }

  // MARK: Reading the data

  private static func numbers(_ data: StaticString) -> [UInt32] {
    var numbers: [UInt32] = []
    var number: UInt32 = 0
    for byte in UnsafeBufferPointer(start: data.utf8Start, count: data.utf8CodeUnitCount) {
      if byte == UInt8(ascii: " ") {
        numbers.append(number)
        number = 0
      } else {
        let digit = byte >= UInt8(ascii: "a") ? byte - UInt8(ascii: "a") + 10 : byte - UInt8(ascii: "0")
        number = number << 4 | UInt32(digit)
      }
    }
    numbers.append(number)
    return numbers
  }

  private static func ranges(_ data: StaticString) -> [Range<UInt32>] {
    let numbers = numbers(data)
    var end: UInt32 = 0
    return stride(from: 0, to: numbers.count - 1, by: 2).map { at in
      let start = end + numbers[at]
      end = start + numbers[at + 1]
      return start..<end
    }
  }

  private static func pairs(_ data: StaticString) -> [(UInt32, UInt32)] {
    let numbers = numbers(data)
    var last: UInt32 = 0
    return stride(from: 0, to: numbers.count - 1, by: 2).map { at in
      last += numbers[at]
      return (last, numbers[at + 1])
    }
  }

  private static func sequences(_ data: StaticString) -> [(scalar: UInt32, sequence: [UInt32])] {
    let numbers = numbers(data)
    var result: [(scalar: UInt32, sequence: [UInt32])] = []
    var last: UInt32 = 0
    var at = 0
    while at + 1 < numbers.count {
      last += numbers[at]
      let count = Int(numbers[at + 1])
      result.append((last, Array(numbers[at + 2..<at + 2 + count])))
      at += 2 + count
    }
    return result
  }
}
