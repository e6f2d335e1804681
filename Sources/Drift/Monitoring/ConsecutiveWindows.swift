/// Alarms once `needed` of the last `span` windows drifted, so that looking daily doesn't alarm on one bad day.
package struct ConsecutiveWindows: Hashable, Sendable, Codable {
  package let needed: Int
  package let span: Int
  private var recent: [Bool] = []

  package init(needed: Int = 2, of span: Int = 3) {
    precondition(needed > 0 && needed <= span, "\(needed) of \(span) windows")
    self.needed = needed
    self.span = span
  }

  /// - Returns: whether to alarm.
  package mutating func observe(_ isDrift: Bool) -> Bool {
    recent = Array((recent + [isDrift]).suffix(span))
    return recent.count { $0 } >= needed
  }
}
