/// How a page lies in its source: a scan may stand on its side or head, and lean a little.
///
/// Words are laid out upright; a box that is shown to people is laid back into the source.
package struct PageFrame: Hashable, Sendable {
  /// Degrees, clockwise, by which the source is turned to stand upright: 0, 90, 180 or 270.
  package var turn = 0
  /// Rise of the lines when the page stands upright: downwards on the page for each unit to the right.
  package var slope = 0.0
  /// Of the source.
  package var width: Double
  package var height: Double

  package init(turn: Int = 0, slope: Double = 0, width: Double, height: Double) {
    self.turn = turn
    self.slope = slope
    self.width = width
    self.height = height
  }

  var uprightWidth: Double { turn % 180 == 0 ? width : height }
  var uprightHeight: Double { turn % 180 == 0 ? height : width }

  /// A box of the source, on the upright page with level lines.
  package func upright(_ box: PageBox) -> PageBox {
    var turned = box
    switch turn {
    case 90:
      turned = PageBox(left: height - box.bottom, top: box.left, right: height - box.top, bottom: box.right)
    case 180:
      turned = PageBox(
        left: width - box.right, top: height - box.bottom, right: width - box.left, bottom: height - box.top)
    case 270:
      turned = PageBox(left: box.top, top: width - box.right, right: box.bottom, bottom: width - box.left)
    default: break
    }
    guard slope != 0 else { return turned }
    let shift = shift(of: turned)
    let lean = min(abs(slope) * (turned.right - turned.left), (turned.bottom - turned.top) / 2) / 2
    turned.top += lean - shift
    turned.bottom -= lean + shift
    return turned
  }

  /// The box of the source that `upright(_:)` made `box` of; where lines lean, a box that holds it.
  package func source(_ box: PageBox) -> PageBox {
    var turned = box
    if slope != 0 {
      let shift = shift(of: box)
      let lean = min(abs(slope) * (box.right - box.left), box.bottom - box.top) / 2
      turned.top += shift - lean
      turned.bottom += shift + lean
    }
    switch turn {
    case 90:
      return PageBox(
        left: turned.top, top: height - turned.right, right: turned.bottom, bottom: height - turned.left)
    case 180:
      return PageBox(
        left: width - turned.right, top: height - turned.bottom, right: width - turned.left,
        bottom: height - turned.top)
    case 270:
      return PageBox(
        left: width - turned.bottom, top: turned.left, right: width - turned.top, bottom: turned.right)
    default: return turned
    }
  }

  private func shift(of box: PageBox) -> Double { slope * ((box.left + box.right) / 2 - uprightWidth / 2) }
}

extension PageFrame {
  /// Finds how a page lies from the direction in which its words follow each other, and from their baselines.
  ///
  /// - Complexity: O(text + lines × log lines).
  package init(of text: RecognisedText) {
    self.init(width: text.width, height: text.height)
    let lines = text.lines
    turn = Self.turn(of: lines)
    slope = Self.slope(of: lines, in: self)
  }

  private static func turn(of lines: [[RecognisedText.Word]]) -> Int {
    var right = 0.0
    var down = 0.0
    for line in lines {
      guard let first = line.first?.box, let last = line.last?.box, line.count > 1 else { continue }
      let isBackwards = line.count { isRightToLeft($0.text) } * 2 > line.count
      let sign = isBackwards ? -1.0 : 1.0
      right += sign * ((last.left + last.right) - (first.left + first.right))
      down += sign * ((last.top + last.bottom) - (first.top + first.bottom))
    }
    if abs(right) >= abs(down) { return right < 0 ? 180 : 0 }
    // Ideographs may be written from top to bottom; such a page does not lie on its side.
    let isVertical = lines.contains { line in line.contains { isIdeograph($0.text) } }
    if isVertical { return 0 }
    return down > 0 ? 270 : 90
  }

  /// The median slope of the baselines of long lines; 0 where there are too few of them.
  private static func slope(of lines: [[RecognisedText.Word]], in frame: PageFrame) -> Double {
    var slopes: [Double] = []
    for line in lines where line.count >= 4 {
      var points: [(x: Double, y: Double)] = []
      for word in line where !TypeHeight.hasDescender(word.text) && TypeHeight.hasLetterOrDigit(word.text) {
        let box = frame.upright(word.box)
        points.append(((box.left + box.right) / 2, box.bottom))
      }
      guard points.count >= 3, let first = points.first, let last = points.last,
        abs(last.x - first.x) > frame.uprightWidth / 6
      else { continue }
      let count = Double(points.count)
      let meanX = points.reduce(0) { $0 + $1.x } / count
      let meanY = points.reduce(0) { $0 + $1.y } / count
      let spread = points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
      let common = points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) }
      if spread > 0 { slopes.append(common / spread) }
    }
    guard slopes.count >= 3 else { return 0 }
    slopes.sort()
    let median = slopes[slopes.count / 2]
    return (0.001...0.2).contains(abs(median)) ? median : 0
  }

  private static func isRightToLeft(_ text: String) -> Bool {
    text.unicodeScalars.contains {
      (0x0590...0x08FF).contains($0.value) || (0xFB1D...0xFEFC).contains($0.value)
    }
  }

  private static func isIdeograph(_ text: String) -> Bool {
    text.unicodeScalars.contains {
      (0x3040...0x9FFF).contains($0.value) || (0xAC00...0xD7AF).contains($0.value)
    }
  }
}
