/// Makes text of lines of words: spaces, hyphens of line ends, raised figures.
struct TextRuns {
  struct Run {
    var bytes: [UInt8] = []
    var words: [(number: Int, range: Range<Int>)] = []
  }

  private let words: [LayoutWord]
  private let hyphens: HyphenRule

  /// - Complexity: O(words).
  init(_ source: PrintedText) {
    words = source.words
    var lines: [[String]] = []
    let words = words
    func add(_ numbers: [Int]) { lines.append(numbers.map { words[$0].text }) }
    for element in source.elements.joined() {
      switch element {
      case .paragraph(let paragraph): for line in paragraph.lines { add(line.words) }
      case .table(let table):
        for row in table.rows {
          for cell in row.cells {
            for line in cell.lines { add(line) }
            lines.append([])
          }
        }
      }
    }
    hyphens = HyphenRule(lines: lines)
  }

  func run(_ paragraph: PageParagraph) -> Run {
    if paragraph.role == .code { return code(paragraph) }
    var isHeading = false
    if case .heading = paragraph.role { isHeading = true }
    let breaks = paragraph.lines.map { $0.isShort && !isHeading }
    return run(paragraph.lines.map(\.words), breaks: breaks)
  }

  func run(_ lines: [[Int]], keepsBreaks: Bool) -> Run {
    run(lines, breaks: lines.map { _ in keepsBreaks })
  }

  /// - Parameter breaks: whether a line break stays behind each line.
  /// - Complexity: O(bytes).
  private func run(_ lines: [[Int]], breaks: [Bool]) -> Run {
    var run = Run()
    for (index, line) in lines.enumerated() {
      if index > 0, let last = lines[index - 1].last, let first = line.first {
        join(last, first, isBreak: breaks[index - 1], &run)
      }
      let raised = raised(line)
      for (position, number) in line.enumerated() {
        if position > 0, isApart(line[position - 1], number) { run.bytes.append(0x20) }
        append(number, isRaised: raised.contains(number), &run)
      }
    }
    return run
  }

  private func append(_ number: Int, isRaised: Bool, _ run: inout Run) {
    let start = run.bytes.count
    if isRaised {
      run.bytes += Array(Self.superscript(words[number].text).utf8)
    } else {
      // A soft hyphen says that a word goes on, and shows nothing.
      let text = words[number].text
      run.bytes += Array((text.hasSuffix("\u{AD}") ? String(text.dropLast()) : text).utf8)
    }
    if run.bytes.count > start { run.words.append((number, start..<run.bytes.count)) }
  }

  /// Puts what belongs between the last word of a line and the first of the next.
  private func join(_ last: Int, _ first: Int, isBreak: Bool, _ run: inout Run) {
    switch hyphens.join(words[last].text, words[first].text) {
    case .kept: return
    case .suspended: run.bytes.append(0x20)
    case .joined:
      guard let hyphen = words[last].text.unicodeScalars.last, hyphen != "\u{AD}" else { return }
      let length = String(hyphen).utf8.count
      run.bytes.removeLast(min(length, run.bytes.count))
      if let word = run.words.last { shorten(word, by: length, &run) }
    case .apart:
      if isBreak {
        run.bytes.append(0x0A)
      } else if !(LayoutText.isIdeograph(words[last].text.unicodeScalars.last)
        && LayoutText.isIdeograph(words[first].text.unicodeScalars.first))
      {
        run.bytes.append(0x20)
      }
    }
  }

  private func shorten(_ word: (number: Int, range: Range<Int>), by length: Int, _ run: inout Run) {
    run.words.removeLast()
    let end = word.range.upperBound - length
    if end > word.range.lowerBound { run.words.append((word.number, word.range.lowerBound..<end)) }
  }

  /// Whether a space stands between two words of a line.
  private func isApart(_ left: Int, _ right: Int) -> Bool {
    let (first, second) = (words[left], words[right])
    let gap = max(second.box.left - first.box.right, first.box.left - second.box.right)
    let size = min(first.size, second.size)
    if LayoutText.isIdeograph(first.text.unicodeScalars.last)
      && LayoutText.isIdeograph(second.text.unicodeScalars.first)
    {
      return gap > 0.5 * size
    }
    return first.isRecognised || gap > 0.09 * size
  }

  // MARK: Raised figures

  /// Words of a line that are small and stand above its base line: exponents and marks of notes.
  private func raised(_ line: [Int]) -> Set<Int> {
    var raised: Set<Int> = []
    for (position, number) in line.enumerated() where position > 0 {
      let (word, before) = (words[number], words[line[position - 1]])
      guard word.size < 0.85 * before.size, word.kind == .number || word.kind == .mark || word.kind == .sign,
        word.text.utf8.count <= 4, !Self.superscript(word.text).isEmpty,
        before.box.bottom - word.box.bottom > 0.15 * before.size, !isApart(line[position - 1], number)
      else { continue }
      raised.insert(number)
    }
    return raised
  }

  /// `text` in superscript figures; empty where there is none for one of its characters.
  static func superscript(_ text: String) -> String {
    let figures: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "0"..."9": out.append(figures[Int(scalar.value) - 0x30])
      case "+": out.append("⁺")
      case "-", "−", "–": out.append("⁻")
      case "(": out.append("⁽")
      case ")": out.append("⁾")
      default: return ""
      }
    }
    return out
  }

  // MARK: Listings

  /// Lines as they stand, indented by their place.
  private func code(_ paragraph: PageParagraph) -> Run {
    var run = Run()
    let left = paragraph.lines.reduce(Double.infinity) { min($0, $1.box.left) }
    for (index, line) in paragraph.lines.enumerated() {
      if index > 0 { run.bytes.append(0x0A) }
      var end = left
      for (position, number) in line.words.enumerated() {
        let word = words[number]
        let step = max(0.1, word.box.width / Double(max(1, word.text.unicodeScalars.count)))
        let spaces = Int(max(0, min(80, ((word.box.left - end) / step).rounded())))
        let isFirst = index == 0 && position == 0
        run.bytes += [UInt8](repeating: 0x20, count: position == 0 ? (isFirst ? 0 : spaces) : max(1, spaces))
        append(number, isRaised: false, &run)
        end = word.box.right
      }
    }
    return run
  }
}
