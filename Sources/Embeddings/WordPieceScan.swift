/// One pass over a text: the tokenizer's tables as pointers, and where it stands.
///
/// Unsafe code of the tokenizer is here only. Every index is bounded: pages and entries by construction of
/// `BertUnicodeTable` for scalars of valid UTF-8, trie cells by a test before each step, the word buffer by
/// `WordPieceTokenizer.longestWord`.
struct WordPieceScan {
  let pages: UnsafeBufferPointer<UInt16>
  let entries: UnsafeBufferPointer<UInt32>
  let sequences: UnsafeBufferPointer<UInt32>
  let ascii: UnsafeBufferPointer<UInt16>
  let cells: UnsafeBufferPointer<WordPieceVocabulary.Cell>
  let word: UnsafeMutableBufferPointer<UInt8>
  let special: [(bytes: [UInt8], token: Int32)]
  let unknown: Int32
  let continuation: Int32

  /// Where ids go; without it they are counted only.
  var out: UnsafeMutableBufferPointer<Int32>?
  /// Ids that `out` takes; the scan stops soon after.
  var limit = Int.max
  var count = 0

  private var wordBytes = 0
  private var wordScalars = 0
  /// Combining marks that may still be reordered: class in the upper half, scalar in the lower.
  private var marks: [UInt64] = []

  init(
    pages: UnsafeBufferPointer<UInt16>, entries: UnsafeBufferPointer<UInt32>,
    sequences: UnsafeBufferPointer<UInt32>, ascii: UnsafeBufferPointer<UInt16>,
    cells: UnsafeBufferPointer<WordPieceVocabulary.Cell>, word: UnsafeMutableBufferPointer<UInt8>,
    special: [(bytes: [UInt8], token: Int32)], unknown: Int32, continuation: Int32
  ) {
    self.pages = pages
    self.entries = entries
    self.sequences = sequences
    self.ascii = ascii
    self.cells = cells
    self.word = word
    self.special = special
    self.unknown = unknown
    self.continuation = continuation
  }

  /// Tokenises `text`, valid UTF-8.
  mutating func run(_ text: UnsafeBufferPointer<UInt8>) {
    var from = 0
    var at = 0
    while count < limit, let (start, length, token) = nextSpecial(text, from: at) {
      plain(UnsafeBufferPointer(rebasing: text[from..<start]))
      emit(token)
      at = start + length
      from = at
    }
    if count < limit { plain(UnsafeBufferPointer(rebasing: text[from...])) }
  }

  /// The leftmost special token from `from` on, the longest where several begin.
  private func nextSpecial(_ text: UnsafeBufferPointer<UInt8>, from: Int) -> (Int, Int, Int32)? {
    var best: (Int, Int, Int32)?
    for (bytes, token) in special {
      let end = best.map { $0.0 } ?? text.count
      var at = from
      while at < end {
        guard let first = text[at..<end].firstIndex(of: bytes[0]) else { break }
        if first + bytes.count <= text.count, (0..<bytes.count).allSatisfy({ text[first + $0] == bytes[$0] })
        {
          best = (first, bytes.count, token)
          break
        }
        at = first + 1
      }
    }
    return best
  }

  /// Tokenises a stretch without special tokens.
  private mutating func plain(_ text: UnsafeBufferPointer<UInt8>) {
    var at = 0
    while at < text.count {
      let byte = text[at]
      if byte < 0x80 {
        at += 1
        let entry = ascii[Int(byte)]
        let kind = UInt32(entry & 7)
        if !marks.isEmpty, kind != BertUnicodeTable.Kind.removed { placeMarks() }
        switch kind {
        case BertUnicodeTable.Kind.word:
          if wordScalars < WordPieceTokenizer.longestWord {
            word[wordBytes] = UInt8(truncatingIfNeeded: entry >> 3)
            wordBytes += 1
          }
          wordScalars += 1
        case BertUnicodeTable.Kind.space:
          endWord()
          if count >= limit { return }
        case BertUnicodeTable.Kind.removed:
          break
        default:
          endWord()
          word[0] = UInt8(truncatingIfNeeded: entry >> 3)
          wordBytes = 1
          wordScalars = 1
          endWord()
          if count >= limit { return }
        }
      } else {
        at += scalar(text, at)
        if count >= limit { return }
      }
    }
    placeMarks()
    endWord()
  }

  /// Takes the scalar of two to four bytes at `at`; returns its length.
  private mutating func scalar(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int {
    let lead = UInt32(text[at])
    let scalar: UInt32
    let length: Int
    if lead < 0xE0 {
      scalar = (lead & 0x1F) << 6 | UInt32(text[at + 1] & 0x3F)
      length = 2
    } else if lead < 0xF0 {
      scalar = (lead & 0x0F) << 12 | UInt32(text[at + 1] & 0x3F) << 6 | UInt32(text[at + 2] & 0x3F)
      length = 3
    } else {
      scalar =
        (lead & 0x07) << 18 | UInt32(text[at + 1] & 0x3F) << 12 | UInt32(text[at + 2] & 0x3F) << 6
        | UInt32(text[at + 3] & 0x3F)
      length = 4
    }
    let entry = entries[Int(pages[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)]
    switch entry & 7 {
    case BertUnicodeTable.Kind.sequence:
      let offset = Int(entry >> 3)
      let header = sequences[offset]
      let isAlone = header >> 31 == 1
      if isAlone {
        placeMarks()
        endWord()
      }
      for index in 0..<Int(header & 0x7FFF_FFFF) {
        let element = sequences[offset + 1 + index]
        take(element >> 11, kind: element & 7, combiningClass: element >> 3 & 0xFF)
      }
      if isAlone {
        placeMarks()
        endWord()
      }
    case BertUnicodeTable.Kind.hangul:
      // The Unicode Standard, section 3.12.
      let index = scalar - 0xAC00
      take(0x1100 + index / 588, kind: BertUnicodeTable.Kind.word)
      take(0x1161 + index % 588 / 28, kind: BertUnicodeTable.Kind.word)
      if index % 28 > 0 { take(0x11A7 + index % 28, kind: BertUnicodeTable.Kind.word) }
    default:
      take(scalar, kind: entry & 7, combiningClass: entry >> 3)
    }
    return length
  }

  private mutating func take(_ scalar: UInt32, kind: UInt32, combiningClass: UInt32 = 0) {
    switch kind {
    case BertUnicodeTable.Kind.removed:
      return
    case BertUnicodeTable.Kind.combining:
      marks.append(UInt64(combiningClass) << 32 | UInt64(scalar))
      return
    default:
      placeMarks()
    }
    switch kind {
    case BertUnicodeTable.Kind.word:
      append(scalar)
    case BertUnicodeTable.Kind.space:
      endWord()
    case BertUnicodeTable.Kind.alone:
      endWord()
      append(scalar)
      endWord()
    default:
      break
    }
  }

  /// Puts the waiting marks into the word in canonical order: by class, and as they came within one.
  private mutating func placeMarks() {
    if marks.isEmpty { return }
    var waiting = marks
    marks.removeAll(keepingCapacity: true)
    for index in waiting.indices.dropFirst() {
      var place = index
      while place > 0, waiting[place - 1] >> 32 > waiting[place] >> 32 {
        waiting.swapAt(place - 1, place)
        place -= 1
      }
    }
    for mark in waiting { append(UInt32(truncatingIfNeeded: mark)) }
  }

  private mutating func append(_ scalar: UInt32) {
    defer { wordScalars += 1 }
    guard wordScalars < WordPieceTokenizer.longestWord else { return }
    switch scalar {
    case 0..<0x80:
      word[wordBytes] = UInt8(scalar)
      wordBytes += 1
    case 0x80..<0x800:
      word[wordBytes] = UInt8(0xC0 | scalar >> 6)
      word[wordBytes + 1] = UInt8(0x80 | scalar & 0x3F)
      wordBytes += 2
    case 0x800..<0x1_0000:
      word[wordBytes] = UInt8(0xE0 | scalar >> 12)
      word[wordBytes + 1] = UInt8(0x80 | scalar >> 6 & 0x3F)
      word[wordBytes + 2] = UInt8(0x80 | scalar & 0x3F)
      wordBytes += 3
    default:
      word[wordBytes] = UInt8(0xF0 | scalar >> 18)
      word[wordBytes + 1] = UInt8(0x80 | scalar >> 12 & 0x3F)
      word[wordBytes + 2] = UInt8(0x80 | scalar >> 6 & 0x3F)
      word[wordBytes + 3] = UInt8(0x80 | scalar & 0x3F)
      wordBytes += 4
    }
  }

  private mutating func emit(_ token: Int32) {
    if let out, count < limit { out[count] = token }
    count += 1
  }

  /// Splits the finished word into the longest pieces; a word with a part of none is one unknown token.
  private mutating func endWord() {
    if wordScalars == 0 { return }
    let length = wordBytes
    let isTooLong = wordScalars > WordPieceTokenizer.longestWord
    wordBytes = 0
    wordScalars = 0
    if isTooLong { return emit(unknown) }
    let before = count
    var from = 0
    var root: Int32 = 0
    while from < length {
      var state = root
      var piece: Int32 = -1
      var end = from
      var at = from
      while at < length {
        let next = Int(cells[Int(state)].base) + Int(word[at])
        guard next < cells.count, cells[next].parent == state else { break }
        state = Int32(truncatingIfNeeded: next)
        at += 1
        let token = cells[next].token
        if token >= 0 {
          piece = token
          end = at
        }
      }
      if piece < 0 {
        count = before
        return emit(unknown)
      }
      emit(piece)
      from = end
      root = continuation
      if root < 0, from < length {
        count = before
        return emit(unknown)
      }
    }
  }
}
