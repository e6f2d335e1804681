/// A page as words with boxes: what a PDF's text layer and optical character recognition have in common.
package struct PrintedPage: Equatable, Sendable {
  package struct Word: Equatable, Sendable {
    package var text: String
    package var box: PageBox
    /// Height of the type, in the page's units; the box's height where nothing better is known.
    package var fontSize: Double
    package var isBold = false
    /// Whether all letters of its font are of one width, as in listings of programs.
    package var isMonospaced = false
    /// How sure recognition is, 0…1; `nil` for a text layer.
    package var confidence: Double?

    package init(
      text: String, box: PageBox, fontSize: Double, isBold: Bool = false, isMonospaced: Bool = false,
      confidence: Double? = nil
    ) {
      self.text = text
      self.box = box
      self.fontSize = fontSize
      self.isBold = isBold
      self.isMonospaced = isMonospaced
      self.confidence = confidence
    }
  }

  /// Page, from 1.
  package var number: Int
  /// In the units of the words' boxes.
  package var width: Double
  package var height: Double
  /// In the order of the source, which is no reading order.
  package var words: [Word]
  /// How the page lies in its source, where that is not as it is read; boxes are laid back in the end.
  var frame: PageFrame?

  package init(number: Int, width: Double, height: Double, words: [Word]) {
    self.number = number
    self.width = width
    self.height = height
    self.words = words
  }
}

extension PrintedPage {
  init(number: Int, width: Double, height: Double, words: [Word], frame: PageFrame) {
    self.init(number: number, width: width, height: height, words: words)
    self.frame = frame
  }
}
