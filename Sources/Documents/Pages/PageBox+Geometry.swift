extension PageBox {
  var width: Double { right - left }
  var height: Double { bottom - top }
  /// The vertical middle.
  var middle: Double { (top + bottom) / 2 }

  /// Length of what both boxes share from top to bottom; negative where they are apart.
  func verticalOverlap(_ other: PageBox) -> Double { min(bottom, other.bottom) - max(top, other.top) }

  /// Length of what both boxes share from left to right; negative where they are apart.
  func horizontalOverlap(_ other: PageBox) -> Double { min(right, other.right) - max(left, other.left) }

  /// Whether both stand on one line: the lower of them overlaps the other by half of its height.
  func isOnLine(of other: PageBox) -> Bool {
    verticalOverlap(other) >= 0.5 * min(height, other.height)
  }

  /// Sides in order and finite, so that no arithmetic on them can trap.
  var sane: PageBox {
    func bound(_ value: Double) -> Double { value.isFinite ? max(-1e6, min(1e6, value)) : 0 }
    let (x, y) = (bound(left), bound(top))
    let (otherX, otherY) = (bound(right), bound(bottom))
    return PageBox(left: min(x, otherX), top: min(y, otherY), right: max(x, otherX), bottom: max(y, otherY))
  }
}
