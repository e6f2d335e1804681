/// Parts text into sentences, on UTF-8 bytes.
///
/// A sentence ends at `.`, `!`, `?` or `…` (with closing quotes and brackets) before white space and something
/// that may start a sentence, at the full stops of Chinese, Japanese, Hindi and Arabic wherever they stand, and
/// at a blank line. A full stop ends none after a known abbreviation, an initial (`J. Smith`), a number at the
/// start of a line (`1. First`), or before a small letter; inside numbers and names no white space follows.
package enum SentenceBorders {
  /// The sentences of `range`, in order, without blanks at their ends; only blanks lie between them.
  ///
  /// - Complexity: O(range).
  package static func split(_ range: Range<Int>, in bytes: [UInt8]) -> [Range<Int>] {
    var out: [Range<Int>] = []
    var start = range.lowerBound
    var index = range.lowerBound
    while index < range.upperBound {
      if let end = sentenceEnd(at: index, start: start, in: bytes, to: range.upperBound) {
        let sentence = TextScan.trimmed(start..<end.border, in: bytes)
        if end.isBorder {
          if !sentence.isEmpty { out.append(sentence) }
          start = end.border
        }
        index = max(end.border, index + 1)
      } else {
        index += 1
      }
    }
    let rest = TextScan.trimmed(start..<range.upperBound, in: bytes)
    if !rest.isEmpty { out.append(rest) }
    return out
  }

  /// If `index` starts a mark that may end a sentence: where the mark and what closes after it end, and
  /// whether the sentence ends too.
  private static func sentenceEnd(
    at index: Int, start: Int, in bytes: [UInt8], to end: Int
  ) -> (border: Int, isBorder: Bool)? {
    let byte = bytes[index]
    switch byte {
    case 0x0A:
      var next = index + 1
      while next < end, bytes[next] != 0x0A, ASCII.isBlank(bytes[next]) { next += 1 }
      return next < end && bytes[next] == 0x0A ? (next, true) : (next, false)
    case 0x2E, 0x21, 0x3F: break
    case 0xE2 where isWord([0xE2, 0x80, 0xA6], at: index, in: bytes, to: end): break
    case 0xE3, 0xEF, 0xE0, 0xD8:
      guard let length = wideStop(at: index, in: bytes, to: end) else { return nil }
      return (skipClosers(from: index + length, in: bytes, to: end), true)
    default: return nil
    }
    var next = index + (byte == 0xE2 ? 3 : 1)
    while next < end, bytes[next] == 0x2E || bytes[next] == 0x21 || bytes[next] == 0x3F { next += 1 }
    let isSingleStop = byte == 0x2E && next == index + 1
    next = skipClosers(from: next, in: bytes, to: end)
    guard next < end, ASCII.isBlank(bytes[next]) else { return (next, false) }
    var following = next
    while following < end, ASCII.isBlank(bytes[following]) { following += 1 }
    guard following < end, !ASCII.isLower(bytes[following]) else { return (next, false) }
    if isSingleStop, isAbbreviation(before: index, start: start, in: bytes) { return (next, false) }
    return (next, true)
  }

  private static func isWord(_ word: [UInt8], at index: Int, in bytes: [UInt8], to end: Int) -> Bool {
    index + word.count <= end && bytes[index..<(index + word.count)].elementsEqual(word)
  }

  /// The length of a stop that needs no white space after it: 。 ！ ？ ｡ । ؟
  private static func wideStop(at index: Int, in bytes: [UInt8], to end: Int) -> Int? {
    let stops: [[UInt8]]
    switch bytes[index] {
    case 0xE3: stops = [[0xE3, 0x80, 0x82]]
    case 0xEF: stops = [[0xEF, 0xBC, 0x81], [0xEF, 0xBC, 0x9F], [0xEF, 0xBD, 0xA1]]
    case 0xE0: stops = [[0xE0, 0xA5, 0xA4]]
    default: stops = [[0xD8, 0x9F]]
    }
    return stops.first { isWord($0, at: index, in: bytes, to: end) }?.count
  }

  /// Steps over quotes and brackets that close, and further wide stops.
  private static func skipClosers(from index: Int, in bytes: [UInt8], to end: Int) -> Int {
    var index = index
    while index < end {
      switch bytes[index] {
      case 0x22, 0x27, 0x29, 0x5D, 0x2A, 0x5F: index += 1
      // » ” ’ 」 』 ） and another of 。 ！ ？
      case 0xC2 where isWord([0xC2, 0xBB], at: index, in: bytes, to: end): index += 2
      case 0xE2 where isWord([0xE2, 0x80, 0x9D], at: index, in: bytes, to: end),
        0xE2 where isWord([0xE2, 0x80, 0x99], at: index, in: bytes, to: end):
        index += 3
      case 0xE3 where isWord([0xE3, 0x80, 0x8D], at: index, in: bytes, to: end),
        0xE3 where isWord([0xE3, 0x80, 0x8F], at: index, in: bytes, to: end),
        0xEF where isWord([0xEF, 0xBC, 0x89], at: index, in: bytes, to: end):
        index += 3
      case 0xE3, 0xEF:
        guard let length = wideStop(at: index, in: bytes, to: end) else { return index }
        index += length
      default: return index
      }
    }
    return index
  }

  /// Whether the full stop at `stop` belongs to the word before it.
  private static func isAbbreviation(before stop: Int, start: Int, in bytes: [UInt8]) -> Bool {
    var word = stop
    while word > start, stop - word < 16, ASCII.isAlphanumeric(bytes[word - 1]) || bytes[word - 1] == 0x2E {
      word -= 1
    }
    guard word < stop, word == start || bytes[word - 1] < 0x80 else { return false }
    let text = bytes[word..<stop]
    if text.allSatisfy({ ASCII.isDigit($0) }) {
      // A list's number stands first in its line; a year ends a sentence.
      var line = word
      while line > start, ASCII.isSpaceOrTab(bytes[line - 1]) { line -= 1 }
      return text.count <= 3 && (line == start || bytes[line - 1] == 0x0A)
    }
    if text.count == 1 { return ASCII.isLetter(bytes[word]) }
    if text.contains(0x2E) { return !text.contains { ASCII.isDigit($0) } }
    return abbreviations.contains(String(decoding: text.map { ASCII.lowercased($0) }, as: UTF8.self))
  }

  private static let abbreviations: Set<String> = Set(
    """
    dr mr mrs ms prof rev hon st sr jr gen col maj capt lt sgt gov sen rep pres messrs mme mlle vs cf al fig figs eq \
    eqs ref refs sec sect ch chap vol vols no nos pp ed eds inc ltd co corp dept univ assn bros approx ca est min max \
    jan feb mar apr jun jul aug sep sept oct nov dec tel ext mt ave blvd viz resp incl excl bzw usw ggf evtl vgl \
    bspw sog inkl exkl bzgl mio mrd nr hr fr abb tab kap bd av sra srta ud uds dott sig ecc env
    """.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init))
}
