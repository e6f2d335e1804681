import Kernels

/// Divides rows. Units, not rows, are divided: rows that are equal in all features stay on one side, and so do those of one
/// group.
package struct Splitter: Sendable {
  package var settings: SplitSettings
  /// Unit of each row; rows of one unit stay together.
  private let units: [Int]
  /// Class of each row; all 0 where nothing is stratified.
  private let strata: [Int]
  /// Days, or `nil` where time doesn't matter.
  private let times: [Double]?
  private let given: [String?]?

  /// - Parameters:
  ///   - units: of each row: equal rows, or rows of one group, have one number.
  ///   - strata: of each row.
  /// - Throws: `.invalidArgument` for a method that lacks its column.
  package init(
    _ settings: SplitSettings, units: [Int], strata: [Int], times: [Double]? = nil, given: [String?]? = nil
  ) throws(TrainingError) {
    guard settings.testShare > 0, settings.testShare < 1 else {
      throw TrainingError(
        .invalidArgument, "the test's share is \(settings.testShare); it must lie between 0 and 1")
    }
    guard settings.folds >= 2 else { throw TrainingError(.invalidArgument, "at least 2 folds are needed") }
    if settings.method == .time, times == nil {
      throw TrainingError(.invalidArgument, "a split by time needs a column whose role is time")
    }
    if settings.method == .given, given == nil {
      throw TrainingError(.invalidArgument, "a given split needs the column that holds train or test")
    }
    self.settings = settings
    self.units = units
    self.strata = settings.method == .stratified ? strata : [Int](repeating: 0, count: units.count)
    self.times = settings.method == .time ? times : nil
    self.given = settings.method == .given ? given : nil
  }

  /// - Throws: `.unfit` where a side is empty; `.invalidArgument` for a given value that is neither `train` nor `test`.
  /// - Complexity: O(n log n).
  package func split() throws(TrainingError) -> Split {
    let rows = Array(units.indices)
    var inTest = [Bool](repeating: false, count: rows.count)
    if let given {
      for row in rows {
        guard let side = given[row]?.lowercased(), side == "train" || side == "test" else {
          throw TrainingError(.invalidArgument, "row \(row + 1): the split is neither train nor test")
        }
        inTest[row] = side == "test"
      }
    } else if let times {
      let ordered = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
      let wanted = max(1, Int((Double(rows.count) * settings.testShare).rounded()))
      // Rows of one moment stay together.
      let cut = times[ordered[max(0, ordered.count - wanted)]]
      for row in rows { inTest[row] = times[row] >= cut }
    } else {
      for (fold, row) in assigned(
        rows, shares: [1 - settings.testShare, settings.testShare], seed: settings.seed)
      {
        inTest[row] = fold == 1
      }
    }
    let split = Split(train: rows.filter { !inTest[$0] }, test: rows.filter { inTest[$0] })
    guard !split.train.isEmpty, !split.test.isEmpty else {
      throw TrainingError(
        .unfit,
        "\(rows.count) rows cannot be divided: the training part has \(split.train.count), the test \(split.test.count)"
      )
    }
    return split
  }

  /// Folds of the training rows: each is the validation part once; by time, each follows what it is judged by.
  ///
  /// - Throws: `.unfit` where a fold is empty.
  /// - Complexity: O(n log n + folds × n).
  package func folds(of rows: [Int]) throws(TrainingError) -> [Split] {
    var foldOf: [Int: Int] = [:]
    let count = settings.folds
    if let times {
      // Blocks in the order of time; the first one is only learned from.
      let ordered = rows.sorted { (times[$0], $0) < (times[$1], $1) }
      for (place, row) in ordered.enumerated() { foldOf[row] = place * (count + 1) / max(1, ordered.count) }
      var folds: [Split] = []
      for fold in 1...count {
        folds.append(
          Split(
            train: rows.filter { foldOf[$0, default: 0] < fold }, test: rows.filter { foldOf[$0] == fold }))
      }
      return try Self.checked(folds)
    }
    let shares = [Double](repeating: 1 / Double(count), count: count)
    for (fold, row) in assigned(rows, shares: shares, seed: settings.seed &+ 1) { foldOf[row] = fold }
    return try Self.checked(
      (0..<count).map { fold in
        Split(train: rows.filter { foldOf[$0] != fold }, test: rows.filter { foldOf[$0] == fold })
      })
  }

  private static func checked(_ folds: [Split]) throws(TrainingError) -> [Split] {
    guard folds.allSatisfy({ !$0.train.isEmpty && !$0.test.isEmpty }) else {
      throw TrainingError(.unfit, "too few rows for \(folds.count) folds")
    }
    return folds
  }

  /// Gives each unit to the part of its stratum that lacks most of its share, units in random order.
  private func assigned(_ rows: [Int], shares: [Double], seed: UInt64) -> [(part: Int, row: Int)] {
    var members: [Int: [Int]] = [:]
    for row in rows { members[units[row], default: []].append(row) }
    var generator = SplitMix64(seed: seed)
    let order = members.keys.sorted().shuffled(using: &generator)
    var totals: [Int: Double] = [:]
    for row in rows { totals[strata[row], default: 0] += 1 }
    var filled: [Int: [Double]] = [:]
    var result: [(part: Int, row: Int)] = []
    result.reserveCapacity(rows.count)
    for unit in order {
      let unitRows = members[unit] ?? []
      let stratum = strata[unitRows[0]]
      let total = totals[stratum, default: 1]
      var parts = filled[stratum] ?? [Double](repeating: 0, count: shares.count)
      var best = 0
      for part in shares.indices where shares[part] * total - parts[part] > shares[best] * total - parts[best]
      {
        best = part
      }
      parts[best] += Double(unitRows.count)
      filled[stratum] = parts
      for row in unitRows { result.append((best, row)) }
    }
    return result
  }
}
