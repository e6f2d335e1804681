/// Reads sizes and weights of type from what `pdftohtml -xml -fontfullname` writes, and gives them to the words there.
///
/// It names a font for each run of text, at whole units of a page that is drawn larger; a word has the font of the run
/// that its middle lies in.
package struct PDFFonts {
  /// How much larger than in points pages are drawn, so that whole units are fine enough.
  static let zoom = 3.0

  private struct Font {
    var size: Double
    var isBold: Bool
    var isMonospaced: Bool
  }

  private struct Run {
    var box: PageBox
    var font: Int
  }

  private let bytes: [UInt8]

  package init(_ output: [UInt8]) {
    bytes = output
  }

  /// Sets size, weight and spacing of the words that a run of text covers.
  ///
  /// Words that none covers get a size by their height, in proportion to the others.
  ///
  /// - Complexity: O(bytes + words × runs of a line).
  package func apply(to pages: inout [PrintedPage]) {
    var fonts: [Int: Font] = [:]
    var runs: [Run] = []
    var page: Int?
    var position = 0
    func close() {
      if let page, pages.indices.contains(page) { Self.apply(runs, fonts, to: &pages[page]) }
      runs = []
    }
    while position < bytes.count {
      guard bytes[position] == 0x3C else {
        position += 1
        continue
      }
      if TextScan.has("<text ", in: bytes, at: position) {
        let tag = tag(at: position)
        let (top, left) = (number(tag, " top=\"") ?? 0, number(tag, " left=\"") ?? 0)
        if let width = number(tag, " width=\""), let height = number(tag, " height=\""),
          let font = number(tag, " font=\"")
        {
          runs.append(
            Run(
              box: PageBox(
                left: left / Self.zoom, top: top / Self.zoom, right: (left + width) / Self.zoom,
                bottom: (top + height) / Self.zoom), font: Int(font)))
        }
        position = tag.upperBound
      } else if TextScan.has("<fontspec ", in: bytes, at: position) {
        let tag = tag(at: position)
        if let id = number(tag, " id=\""), let size = number(tag, " size=\"") {
          fonts[Int(id)] = Self.font(size / Self.zoom, family(tag))
        }
        position = tag.upperBound
      } else if TextScan.has("<page ", in: bytes, at: position) {
        close()
        let tag = tag(at: position)
        page = number(tag, " number=\"").map { Int($0) - 1 }
        if let index = page, pages.indices.contains(index) {
          // Another box of the page was drawn: places do not agree.
          let (width, height) = (number(tag, " width=\"") ?? 0, number(tag, " height=\"") ?? 0)
          let isSame =
            abs(width / Self.zoom - pages[index].width) < 2
            && abs(height / Self.zoom - pages[index].height) < 2
          if !isSame { page = nil }
        }
        position = tag.upperBound
      } else {
        position += 1
      }
    }
    close()
  }

  private static func apply(_ runs: [Run], _ fonts: [Int: Font], to page: inout PrintedPage) {
    // Runs by the stretches of the page that they reach over.
    let step = 4.0
    var lines: [Int: [Int]] = [:]
    for (index, run) in runs.enumerated() where run.box.height < 2000 {
      for line in Int(run.box.top / step)...max(Int(run.box.top / step), Int(run.box.bottom / step)) {
        lines[line, default: []].append(index)
      }
    }
    var ratios: [Double] = []
    var left: [Int] = []
    for number in page.words.indices {
      let box = page.words[number].box.sane
      let (x, y) = ((box.left + box.right) / 2, box.middle)
      var best: (run: Int, distance: Double)?
      for run in lines[Int(y / step)] ?? [] {
        let other = runs[run].box
        guard other.left - 1 <= x, x <= other.right + 1 else { continue }
        let distance = abs(other.middle - y)
        if distance < max(other.height, box.height) * 0.6, distance < best?.distance ?? .infinity {
          best = (run, distance)
        }
      }
      guard let best, let font = fonts[runs[best.run].font], font.size > 0 else {
        left.append(number)
        continue
      }
      page.words[number].fontSize = font.size
      page.words[number].isBold = font.isBold
      page.words[number].isMonospaced = font.isMonospaced
      if box.height > 0, ratios.count < 500 { ratios.append(font.size / box.height) }
    }
    guard !ratios.isEmpty else { return }
    ratios.sort()
    let ratio = ratios[ratios.count / 2]
    for number in left { page.words[number].fontSize *= ratio }
  }

  /// `CQFEVU+CMBX12`, `Helvetica-Bold`, `BCDEEE+Calibri,Bold`.
  private static func font(_ size: Double, _ family: String) -> Font {
    let name = (family.split(separator: "+").last.map(String.init) ?? family).lowercased()
    let isBold =
      ["bold", "black", "heavy", "demi"].contains { name.contains($0) } || name.hasPrefix("cmbx")
      || name.hasPrefix("cmb1")
      || name.hasPrefix("cmssbx") || name.hasPrefix("sfbx") || name.hasPrefix("ecbx") || name.hasPrefix("ebx")
      || name.hasSuffix("-bd") || name.hasSuffix("-bo") || name.hasSuffix("-semi") || name.hasSuffix("medi")
    let isMonospaced =
      ["courier", "mono", "consol", "typewriter", "menlo"].contains { name.contains($0) }
      || name.hasPrefix("cmtt")
      || name.hasPrefix("cmsltt") || name.hasPrefix("cmitt") || name.hasPrefix("sftt")
      || name.hasPrefix("ectt")
    return Font(size: size, isBold: isBold, isMonospaced: isMonospaced)
  }

  // MARK: Tags

  /// From `position` to the end of the tag, 1000 bytes at most.
  private func tag(at position: Int) -> Range<Int> {
    var end = position
    let limit = min(bytes.count, position + 1000)
    while end < limit, bytes[end] != 0x3E { end += 1 }
    return position..<max(position + 1, end)
  }

  /// The whole number behind `name`.
  private func number(_ tag: Range<Int>, _ name: StaticString) -> Double? {
    guard var index = find(name, in: tag) else { return nil }
    var value = 0.0
    let isNegative = index < tag.upperBound && bytes[index] == 0x2D
    if isNegative { index += 1 }
    let start = index
    while index < tag.upperBound, ASCII.isDigit(bytes[index]), index - start < 7 {
      value = value * 10 + Double(bytes[index] & 15)
      index += 1
    }
    return index > start ? (isNegative ? -value : value) : nil
  }

  private func family(_ tag: Range<Int>) -> String {
    guard let start = find(" family=\"", in: tag) else { return "" }
    var end = start
    while end < tag.upperBound, bytes[end] != 0x22 { end += 1 }
    return TextScan.string(start..<end, in: bytes)
  }

  private func find(_ name: StaticString, in tag: Range<Int>) -> Int? {
    let count = name.utf8CodeUnitCount
    var index = tag.lowerBound
    while index + count <= tag.upperBound {
      if TextScan.has(name, in: bytes, at: index) { return index + count }
      index += 1
    }
    return nil
  }
}
