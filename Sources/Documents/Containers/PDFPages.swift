/// Turns what `pdftotext` writes into pages of paragraphs.
///
/// Drops running headers and footers, joins the lines of a paragraph and the words hyphenated between them,
/// spells out ligatures.
struct PDFPages {
  private typealias Line = ArraySlice<UInt8>

  private let text: [UInt8]

  /// - Parameter output: UTF-8 with `\n` line ends and a form feed after each page.
  init(_ output: [UInt8]) {
    text = Self.spelledOut(output)
  }

  /// The paragraphs of each page; a page without text has none.
  ///
  /// - Complexity: O(bytes).
  func paragraphs() -> [[[UInt8]]] {
    var pages = text.split(separator: 0x0C, omittingEmptySubsequences: false).map { page in
      page.split(separator: 0x0A, omittingEmptySubsequences: false).map(Self.trimmed)
    }
    if let last = pages.last, last.allSatisfy(\.isEmpty) { pages.removeLast() }
    let stripped = Self.withoutRunningLines(pages)
    let kept = stripped.allSatisfy({ $0.allSatisfy(\.isEmpty) }) ? pages : stripped
    let blocks = kept.map { $0.split(whereSeparator: \.isEmpty).map(Array.init) }
    let compounds = Self.compounds(blocks)
    return blocks.map { page in page.map { Self.join($0, compounds) } }
  }

  // MARK: Running headers and footers

  /// How many lines at each end of a page may belong to a header or footer.
  private static let runningLines = 2
  /// With fewer pages, a repeated line tells nothing.
  private static let fewestPages = 3

  /// Drops lines at page ends that, digits aside, stand there on at least half of the pages.
  private static func withoutRunningLines(_ pages: [[Line]]) -> [[Line]] {
    guard pages.count >= fewestPages else { return pages }
    var counts: [[UInt8]: Int] = [:]
    for page in pages {
      for key in Set(ends(page).map { key(page, $0) }) { counts[key, default: 0] += 1 }
    }
    return pages.map { page in
      var page = page
      let running = ends(page).filter { end in
        let count = counts[key(page, end)] ?? 0
        return count >= fewestPages && count * 2 >= pages.count
      }
      for end in running { page[end.index] = [] }
      return page
    }
  }

  private struct End: Hashable {
    var index: Int
    var isTop: Bool
  }

  private static func ends(_ page: [Line]) -> [End] {
    let filled = page.indices.filter { !page[$0].isEmpty }
    return filled.prefix(runningLines).map { End(index: $0, isTop: true) }
      + filled.suffix(runningLines).map { End(index: $0, isTop: false) }
  }

  /// The line with runs of digits as `#`, after its place.
  private static func key(_ page: [Line], _ end: End) -> [UInt8] {
    var key: [UInt8] = [end.isTop ? 0x54 : 0x42]
    for byte in page[end.index] {
      if (0x30...0x39).contains(byte) {
        if key.last != 0x23 { key.append(0x23) }
      } else {
        key.append(byte)
      }
    }
    return key
  }

  // MARK: Lines to paragraphs

  /// Joins the lines of a paragraph, but for those that end short or start an item.
  private static func join(_ lines: [Line], _ compounds: Set<[UInt8]>) -> [UInt8] {
    let widest = lines.map(scalarCount).max() ?? 0
    var out: [UInt8] = []
    for (number, line) in lines.enumerated() {
      guard number > 0 else {
        out.append(contentsOf: line)
        continue
      }
      if let hyphen = hyphenation(lines[number - 1], line) {
        // A hyphen that the document writes inside lines too belongs to the word.
        if !compounds.contains(hyphen.compound) || hyphen.isSoft { out.removeLast(hyphen.length) }
      } else if startsItem(line) || scalarCount(lines[number - 1]) * 10 < widest * 6 {
        out.append(0x0A)
      } else if !endsInHyphen(out) && !(endsInIdeograph(out) && startsWithIdeograph(line)) {
        out.append(0x20)
      }
      out.append(contentsOf: line)
    }
    return out
  }

  /// The hyphen between `left` and `right` if it may only be there for the line break.
  private static func hyphenation(
    _ left: Line, _ right: Line
  ) -> (compound: [UInt8], length: Int, isSoft: Bool)? {
    guard let first = right.first, (0x61...0x7A).contains(first) || first >= 0xC3 && first < 0xE3 else {
      return nil
    }
    var length = 0
    if left.last == 0x2D { length = 1 }
    if left.suffix(3).elementsEqual([0xE2, 0x80, 0x90]) { length = 3 }
    let isSoft = left.suffix(2).elementsEqual([0xC2, 0xAD])
    if isSoft { length = 2 }
    guard length > 0, let before = left.dropLast(length).last, isLetter(before) else { return nil }
    let head = left.dropLast(length).reversed().prefix(while: isLetter).reversed()
    let tail = right.prefix(while: isLetter)
    return (lower(Array(head) + [0x2D] + tail), length, isSoft)
  }

  /// The compounds, among those broken at line ends, that also stand inside lines while their joined form
  /// doesn't.
  private static func compounds(_ pages: [[[Line]]]) -> Set<[UInt8]> {
    var candidates: Set<[UInt8]> = []
    for page in pages {
      for block in page {
        for number in block.indices.dropFirst() {
          if let found = hyphenation(block[number - 1], block[number]) { candidates.insert(found.compound) }
        }
      }
    }
    guard !candidates.isEmpty else { return [] }
    let joined = Set(candidates.map { $0.filter { $0 != 0x2D } })
    var compounds: Set<[UInt8]> = []
    var words: Set<[UInt8]> = []
    for page in pages {
      for block in page {
        for line in block {
          for word in line.split(whereSeparator: { !isLetter($0) && $0 != 0x2D }) {
            let word = lower(Array(word))
            if candidates.contains(word) { compounds.insert(word) }
            if joined.contains(word) { words.insert(word) }
          }
        }
      }
    }
    return compounds.filter { compound in !words.contains(compound.filter { $0 != 0x2D }) }
  }

  /// Whether a line starts with a bullet or a number as lists do.
  private static func startsItem(_ line: Line) -> Bool {
    let bullets: [[UInt8]] = ["•", "◦", "▪", "‣", "●", "○", "■", "–", "—", "-", "*", "·", "\u{F0B7}"].map {
      Array($0.utf8)
    }
    if bullets.contains(where: { line.starts(with: $0 + [0x20]) }) { return true }
    let digits = line.prefix { (0x30...0x39).contains($0) }
    guard (1...3).contains(digits.count) else { return false }
    let rest = line.dropFirst(digits.count)
    return rest.first == 0x2E && rest.dropFirst().first == 0x20 || rest.first == 0x29
  }

  // MARK: Bytes

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte >= 0x80
  }

  private static func lower(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
  }

  private static func scalarCount(_ line: Line) -> Int {
    line.count { $0 & 0xC0 != 0x80 }
  }

  private static func endsInHyphen(_ bytes: [UInt8]) -> Bool {
    guard bytes.last == 0x2D, bytes.count > 1 else { return false }
    return isLetter(bytes[bytes.count - 2])
  }

  /// Whether the text ends in a script that puts no spaces between words: kana, ideographs, full-width forms.
  private static func endsInIdeograph(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 3 && isIdeograph(bytes[(bytes.count - 3)...])
  }

  private static func startsWithIdeograph(_ line: Line) -> Bool {
    isIdeograph(line.prefix(3))
  }

  private static func isIdeograph(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.count == 3, let lead = bytes.first else { return false }
    return (0xE3...0xE9).contains(lead) || lead == 0xEF && bytes[bytes.startIndex + 1] >= 0xBC
  }

  private static func trimmed(_ line: Line) -> Line {
    let tail = line.reversed().prefix { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }.count
    return line.dropLast(tail).drop { $0 == 0x20 || $0 == 0x09 }
  }

  /// Replaces the Latin ligatures U+FB00…U+FB06 by their letters.
  private static func spelledOut(_ bytes: [UInt8]) -> [UInt8] {
    let letters: [StaticString] = ["ff", "fi", "fl", "ffi", "ffl", "st", "st"]
    guard bytes.contains(0xEF) else { return bytes }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == 0xEF, index + 2 < bytes.count, bytes[index + 1] == 0xAC,
        (0x80...0x86).contains(bytes[index + 2])
      {
        letters[Int(bytes[index + 2]) - 0x80].withUTF8Buffer { out.append(contentsOf: $0) }
        index += 3
      } else {
        out.append(bytes[index])
        index += 1
      }
    }
    return out
  }
}
