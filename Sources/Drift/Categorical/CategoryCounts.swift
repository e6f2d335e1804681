import Tables

/// How often each category of a column is on each side.
package struct CategoryCounts: Hashable, Sendable {
  /// In byte order; every one is on at least one side.
  package let names: [CategoryName]
  /// Shape `[names.count]`.
  package let bins: SharedBins

  package var reference: [Int] { bins.referenceCounts }
  package var current: [Int] { bins.currentCounts }
  package let referenceTotal: Int
  package let currentTotal: Int

  /// - Throws: `.emptySide` where a side has none.
  /// - Complexity: O(names × log names).
  package init(
    _ tally: [CategoryName: (reference: Int, current: Int)]
  ) throws(DriftError) {
    let used = tally.filter { $0.value.reference + $0.value.current > 0 }.sorted { $0.key < $1.key }
    try self.init(
      names: used.map(\.key), reference: used.map(\.value.reference), current: used.map(\.value.current))
  }

  /// Counts the codes of two categorical columns.
  ///
  /// - Complexity: O(rows + names × log names).
  package init(
    reference: (codes: [Int32], names: [CategoryName]), current: (codes: [Int32], names: [CategoryName])
  ) throws(DriftError) {
    var tally: [CategoryName: (reference: Int, current: Int)] = [:]
    for (name, count) in zip(reference.names, Self.counts(reference.codes, reference.names.count)) {
      tally[name, default: (0, 0)].reference += count
    }
    for (name, count) in zip(current.names, Self.counts(current.codes, current.names.count)) {
      tally[name, default: (0, 0)].current += count
    }
    try self.init(tally)
  }

  /// The distinct values of a numerical column as categories, in numerical order.
  ///
  /// - Complexity: O(values).
  package init(_ pair: SamplePair) {
    names = pair.values.map { CategoryName("\($0)") }
    bins = SharedBins(referenceCounts: pair.referenceCounts, currentCounts: pair.currentCounts)
    referenceTotal = pair.n
    currentTotal = pair.m
  }

  /// - Parameters: one shape `[k]` each, in the order that the tests shall use.
  package init(names: [CategoryName], reference: [Int], current: [Int]) throws(DriftError) {
    precondition(
      names.count == reference.count && names.count == current.count, "counts do not fit the names")
    self.names = names
    bins = SharedBins(referenceCounts: reference, currentCounts: current)
    referenceTotal = reference.reduce(0, +)
    currentTotal = current.reduce(0, +)
    guard referenceTotal > 0, currentTotal > 0 else {
      let side = referenceTotal == 0 ? "reference" : "current"
      throw DriftError(
        .emptySide, "the \(side) side has no value left after cleaning; nothing can be compared")
    }
  }

  /// A category that one side alone has, with its count there.
  package struct Entry: Hashable, Sendable, Codable {
    package var name: CategoryName
    package var count: Int
  }

  /// Categories that the reference does not have.
  package var new: [Entry] {
    names.indices.filter { reference[$0] == 0 }.map { Entry(name: names[$0], count: current[$0]) }
  }

  /// Categories that the current side does not have.
  package var vanished: [Entry] {
    names.indices.filter { current[$0] == 0 }.map { Entry(name: names[$0], count: reference[$0]) }
  }

  private static func counts(_ codes: [Int32], _ size: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: size)
    counts.withUnsafeMutableBufferPointer { counts in
      for code in codes where code >= 0 { counts[Int(code)] += 1 }
    }
    return counts
  }
}
