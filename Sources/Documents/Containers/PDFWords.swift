/// Reads what `pdftotext -tsv` writes: pages and words with boxes in points.
///
/// Twelve columns behind a line of names; a row of level 1 begins a page, one of level 5 is a word, and others group them.
package struct PDFWords {
  private let bytes: [UInt8]

  package init(_ output: [UInt8]) {
    bytes = output
  }

  /// - Returns: `nil` for output that is no such table: an older `pdftotext`.
  /// - Complexity: O(bytes).
  package func pages() -> [PrintedPage]? {
    guard bytes.starts(with: "level\t".utf8) else { return nil }
    var pages: [PrintedPage] = []
    var words: [PrintedPage.Word] = []
    func close() {
      guard !pages.isEmpty else { return }
      pages[pages.count - 1].words = words
      words = []
    }
    var position = 0
    var fields: [Range<Int>] = []
    while position < bytes.count {
      let line = TextScan.line(in: bytes, from: position, to: bytes.count)
      position = line.upperBound + 1
      guard let level = bytes[line].first, level == 0x31 || level == 0x35 else { continue }
      split(line, into: &fields)
      guard fields.count == 12 else { continue }
      let left = number(fields[6])
      let top = number(fields[7])
      let (width, height) = (number(fields[8]), number(fields[9]))
      if level == 0x31 {
        close()
        pages.append(PrintedPage(number: pages.count + 1, width: width, height: height, words: []))
      } else if !fields[11].isEmpty {
        words.append(
          PrintedPage.Word(
            text: Self.logical(String(decoding: bytes[fields[11]], as: UTF8.self)),
            box: PageBox(left: left, top: top, right: left + width, bottom: top + height), fontSize: height))
      }
    }
    close()
    return pages
  }

  /// Letters in the order of reading: poppler lists those of a word from left to right, whatever the script.
  private static func logical(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 >= 0xD6 }) else { return text }
    func isRightToLeft(_ character: Character) -> Bool {
      character.unicodeScalars.contains {
        (0x0590...0x08FF).contains($0.value) && !(0x0660...0x0669).contains($0.value)
          || (0xFB1D...0xFDFF).contains($0.value) || (0xFE70...0xFEFC).contains($0.value)
      }
    }
    let characters = Array(text)
    guard characters.contains(where: isRightToLeft) else { return text }
    var out: [Character] = []
    var run: [Character] = []
    for character in characters.reversed() {
      // Figures and letters of other scripts keep their order.
      if !isRightToLeft(character), character.isLetter || character.isNumber {
        run.append(character)
        continue
      }
      out += run.reversed()
      run = []
      out.append(character)
    }
    return String(out + run.reversed())
  }

  /// The first eleven fields end at tabs, the twelfth with the line.
  private func split(_ line: Range<Int>, into fields: inout [Range<Int>]) {
    fields.removeAll(keepingCapacity: true)
    var start = line.lowerBound
    for index in line where bytes[index] == 0x09 && fields.count < 11 {
      fields.append(start..<index)
      start = index + 1
    }
    fields.append(start..<line.upperBound)
  }

  /// A decimal number without exponent.
  private func number(_ range: Range<Int>) -> Double {
    var value = 0.0
    var scale = 0.0
    var isNegative = false
    for index in range {
      switch bytes[index] {
      case 0x2D: isNegative = true
      case 0x2E: scale = 1
      case let byte where ASCII.isDigit(byte):
        value = value * 10 + Double(byte & 15)
        scale *= 10
      default: return 0
      }
    }
    if scale > 1 { value /= scale }
    return isNegative ? -value : value
  }
}
