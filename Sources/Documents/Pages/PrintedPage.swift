/// A page as words with boxes: what a PDF's text layer and optical character recognition have in common.
struct PrintedPage: Equatable, Sendable {
  struct Word: Equatable, Sendable {
    var text: String
    var box: PageBox
    /// Height of the type, in the page's units; the box's height where nothing better is known.
    var fontSize: Double
    var isBold = false
    /// Whether all letters of its font are of one width, as in listings of programs.
    var isMonospaced = false
    /// How sure recognition is, 0…1; `nil` for a text layer.
    var confidence: Double?
  }

  /// Page, from 1.
  var number: Int
  /// In the units of the words' boxes.
  var width: Double
  var height: Double
  /// In the order of the source, which is no reading order.
  var words: [Word]
  /// How the page lies in its source, where that is not as it is read; boxes are laid back in the end.
  var frame: PageFrame?
}
