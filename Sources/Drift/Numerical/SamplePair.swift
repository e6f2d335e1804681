/// Two samples merged: the distinct values of both with their counts, which is all that the statistics need.
package struct SamplePair: Sendable {
  package let reference: Sample
  package let current: Sample
  /// Rising, distinct, of both sides.
  package let values: [Double]
  /// Shape `[values.count]`.
  package let referenceCounts: [Int]
  /// Shape `[values.count]`.
  package let currentCounts: [Int]

  /// - Throws: `.emptySide` where a side has no finite value.
  /// - Complexity: O(n + m).
  package init(reference: Sample, current: Sample) throws(DriftError) {
    guard reference.count > 0, current.count > 0 else {
      let side = reference.count == 0 ? "reference" : "current"
      throw DriftError(
        .emptySide, "the \(side) side has no value left after cleaning; nothing can be compared")
    }
    self.reference = reference
    self.current = current
    var values: [Double] = []
    var left: [Int] = []
    var right: [Int] = []
    values.reserveCapacity(reference.count + current.count)
    left.reserveCapacity(reference.count + current.count)
    right.reserveCapacity(reference.count + current.count)
    reference.sorted.withUnsafeBufferPointer { x in
      current.sorted.withUnsafeBufferPointer { y in
        var i = 0
        var j = 0
        while i < x.count || j < y.count {
          let value = i == x.count ? y[j] : j == y.count ? x[i] : min(x[i], y[j])
          let startX = i
          let startY = j
          while i < x.count, x[i] == value { i += 1 }
          while j < y.count, y[j] == value { j += 1 }
          values.append(value)
          left.append(i - startX)
          right.append(j - startY)
        }
      }
    }
    self.values = values
    referenceCounts = left
    currentCounts = right
  }

  package init(_ reference: [Double], _ current: [Double]) throws(DriftError) {
    try self.init(reference: Sample(reference), current: Sample(current))
  }

  package var n: Int { reference.count }
  package var m: Int { current.count }
  package var hasTies: Bool { values.count < n + m }

  /// Calls `body` with each gap between neighbouring values and the difference F_ref - F_cur inside it.
  ///
  /// - Complexity: O(values).
  func forEachGap(_ body: (_ width: Double, _ difference: Double) -> Void) {
    var i = 0
    var j = 0
    for index in 0..<values.count - 1 {
      i += referenceCounts[index]
      j += currentCounts[index]
      body(values[index + 1] - values[index], Double(i) / Double(n) - Double(j) / Double(m))
    }
  }
}
