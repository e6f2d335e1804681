/// What became of one picture that was read: a page to lay out, or the reason why there is none.
package struct RecognisedPage {
  /// Upright, with level lines; no words where nothing was found or nothing makes sense.
  package var page: PrintedPage
  /// Mean confidence of all that was found, percent.
  package var confidence: Double
  /// Words that were left out, since their lines make no sense.
  package var meaningless: Int
  /// Whether all was left out, since the whole makes no sense.
  package var isUnreliable: Bool

  /// Below this mean confidence, in percent, a page is noise: pages on their side that are read as if upright have 42,
  /// the worst that still can be read (type of 11 pixels, 3% of its characters wrong) 66.
  static let leastOfPage = 50.0
  /// The same for a line: what Tesseract makes of drawings and edges among text.
  static let leastOfLine = 40.0

  /// - Parameters:
  ///   - number: of the page, from 1.
  ///   - scale: units of the page for each pixel that was read.
  /// - Complexity: O(text + lines × log lines).
  package init(_ found: RecognisedText, number: Int, scale: Double) {
    var text = found
    text.repairBullets()
    confidence = text.confidence
    isUnreliable = !text.words.isEmpty && confidence < Self.leastOfPage
    let pixels = PageFrame(of: text)
    var frame = pixels
    frame.width *= scale
    frame.height *= scale
    page = PrintedPage(number: number, width: frame.uprightWidth, height: frame.uprightHeight, words: [])
    page.frame = frame
    meaningless = 0
    for line in text.lines {
      let sense = RecognisedText(width: text.width, height: text.height, words: line).confidence
      guard !isUnreliable, sense >= Self.leastOfLine else {
        meaningless += line.count
        continue
      }
      let boxes = line.map { pixels.upright($0.box) }
      let size = TypeHeight.size(of: zip(line, boxes).map { ($0.text, $1.bottom - $1.top) })
      for (word, box) in zip(line, boxes) {
        page.words.append(
          PrintedPage.Word(
            text: word.text,
            box: PageBox(
              left: box.left * scale, top: box.top * scale, right: box.right * scale,
              bottom: box.bottom * scale),
            fontSize: size * scale, confidence: word.confidence / 100))
      }
    }
  }

  /// What is said of the page.
  func notes(languages: [String]) -> [ReadingNote] {
    let percent = Int(confidence.rounded())
    if isUnreliable {
      return [
        ReadingNote(
          page: page.number,
          "optical character recognition made no sense of the page (confidence \(percent)%), and what it found was left "
            + "out; scan it again, or name its language (read as \(languages.joined(separator: ", ")))")
      ]
    }
    guard !page.words.isEmpty else {
      return [ReadingNote(page: page.number, "optical character recognition found no text on the page")]
    }
    var note = "the page was read by optical character recognition, confidence \(percent)%"
    if let turn = page.frame?.turn, turn != 0 { note += ", turned by \(turn) degrees" }
    if meaningless > 0 {
      note += "; \(meaningless) \(meaningless == 1 ? "mark" : "marks") without sense left out"
    }
    return [ReadingNote(page: page.number, note)]
  }
}
