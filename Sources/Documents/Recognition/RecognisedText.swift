/// What Tesseract found on one page: words in the order in which it read them, in pixels.
package struct RecognisedText: Equatable {
  package struct Word: Equatable {
    package var text: String
    /// Pixels of the picture that was read.
    package var box: PageBox
    /// How sure Tesseract is, 0…100.
    package var confidence: Double
    /// Number of its block, paragraph and line: words of one line follow each other.
    package var line: Line

    package init(text: String, box: PageBox, confidence: Double, line: Line) {
      self.text = text
      self.box = box
      self.confidence = confidence
      self.line = line
    }
  }

  package struct Line: Hashable {
    var block: Int
    var paragraph: Int
    var line: Int

    package init(block: Int, paragraph: Int, line: Int) {
      self.block = block
      self.paragraph = paragraph
      self.line = line
    }
  }

  /// Pixels.
  package var width: Double
  package var height: Double
  package var words: [Word]

  package init(width: Double, height: Double, words: [Word]) {
    self.width = width
    self.height = height
    self.words = words
  }

  /// Mean confidence, each word weighted by its letters; 0 without words.
  ///
  /// - Complexity: O(text).
  package var confidence: Double {
    var sum = 0.0
    var weight = 0.0
    for word in words {
      let letters = Double(word.text.unicodeScalars.count)
      sum += word.confidence * letters
      weight += letters
    }
    return weight > 0 ? sum / weight : 0
  }

  /// How much was read with some confidence: letters, weighted by it.
  ///
  /// - Complexity: O(text).
  var substance: Double {
    words.reduce(0) { $0 + ($1.confidence >= 50 ? $1.confidence * Double($1.text.unicodeScalars.count) : 0) }
  }

  /// The words of each line.
  ///
  /// - Complexity: O(words).
  package var lines: [[Word]] {
    var lines: [[Word]] = []
    for word in words {
      if let last = lines.last?.last, last.line == word.line {
        lines[lines.count - 1].append(word)
      } else {
        lines.append([word])
      }
    }
    return lines
  }
}

extension RecognisedText {
  /// Reads the table that `tesseract … tsv` writes: a line of twelve columns for each page, block, paragraph, line and
  /// word.
  ///
  /// Lines that do not follow the format are passed over, since a page is better read in part than not at all; boxes
  /// are cut to the page.
  ///
  /// - Returns: `nil` where no line gives the size of the page.
  /// - Complexity: O(bytes).
  /// - Source: Tesseract's `TessBaseAPI::GetTSVText`: level, page, block, paragraph, line, word, left, top, width,
  ///   height, confidence, text.
  package init?(tsv bytes: [UInt8]) {
    self.init(width: 0, height: 0, words: [])
    for row in bytes.split(separator: 0x0A) {
      let cells = row.split(separator: 0x09, maxSplits: 11, omittingEmptySubsequences: false)
      guard cells.count == 12 else { continue }
      let numbers = cells[0..<10].map { Int(String(decoding: $0, as: UTF8.self)) }
      guard let level = numbers[0], let left = numbers[6], let top = numbers[7], let across = numbers[8],
        let down = numbers[9], [left, top, across, down].allSatisfy({ (0...1 << 24).contains($0) })
      else { continue }
      if level == 1, width == 0 {
        width = Double(across)
        height = Double(down)
      }
      guard level == 5, let block = numbers[2], let paragraph = numbers[3], let line = numbers[4],
        let confidence = Double(String(decoding: cells[10], as: UTF8.self)), confidence.isFinite,
        let text = TextAssembler.oneLine(String(decoding: cells[11], as: UTF8.self))
      else { continue }
      let box = PageBox(
        left: min(Double(left), width), top: min(Double(top), height),
        right: min(Double(left + across), width),
        bottom: min(Double(top + down), height))
      guard box.right > box.left, box.bottom > box.top else { continue }
      words.append(
        Word(
          text: text, box: box, confidence: max(0, min(100, confidence)),
          line: Line(block: block, paragraph: paragraph, line: line)))
    }
    guard width > 0, height > 0 else { return nil }
  }
}
