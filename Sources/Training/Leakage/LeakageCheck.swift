/// Looks for features that tell the target.
package struct LeakageCheck: Sendable {
  /// One feature with at least this AUC, share of right guesses, or rank correlation is too good to be true.
  static let nearPerfect = 0.999
  /// Fewer rows prove nothing.
  static let leastRows = 20

  package var schema: ModelSchema
  /// Columns that may be what they seem.
  package var allowed: Set<String>

  package init(_ schema: ModelSchema, allowed: Set<String> = []) {
    self.schema = schema
    self.allowed = allowed
  }

  /// - Parameter target: class numbers, or values of a regression.
  /// - Complexity: O(features × rows log rows).
  package func findings(_ table: FeatureTable, target: [Double]) -> [LeakageReport.Finding] {
    guard table.rowCount >= Self.leastRows else { return [] }
    var found: [LeakageReport.Finding] = []
    let labelTimes: [Double]? = schema.column(of: .time).flatMap { column in
      if case .numbers(let times)? = table.columns[column.name] { times } else { nil }
    }
    for feature in schema.features {
      guard let values = table.columns[feature.name] else { continue }
      if let finding = finding(feature, values, target: target, labelTimes: labelTimes) {
        found.append(
          LeakageReport.Finding(
            kind: finding.kind, column: feature.name,
            message: finding.message, isAllowed: allowed.contains(feature.name)))
      }
    }
    return found
  }

  private func finding(
    _ feature: ColumnSpecification, _ values: FeatureValues, target: [Double], labelTimes: [Double]?
  ) -> (kind: LeakageReport.Kind, message: String)? {
    let name = feature.name
    if isCopy(values, of: target) { return (.targetCopy, "\(name) is \(schema.target) under another name") }
    if let strength = strength(feature, values, target), strength.value >= Self.nearPerfect {
      return (
        .nearPerfect,
        "\(name) alone tells \(schema.target): \(strength.name) \((strength.value * 10_000).rounded() / 10_000)"
      )
    }
    if isIdentifier(feature, values) {
      return (.identifier, "\(name) has another value in every row, as an id has; give it the role id")
    }
    if feature.kind == .time, let labelTimes, case .numbers(let times) = values {
      let late = zip(times, labelTimes).count { $0 > $1 }
      if late > 0 { return (.future, "\(name) lies after the label's time in \(late) rows") }
    }
    return nil
  }

  /// Whether values and targets go one to one.
  private func isCopy(_ values: FeatureValues, of target: [Double]) -> Bool {
    if case .numbers(let numbers) = values, schema.task == .regression {
      return isLinear(numbers, target)
    }
    var targetOf: [String: Double] = [:]
    var valueOf: [Double: String] = [:]
    for (row, label) in target.enumerated() {
      let text: String
      switch values {
      case .numbers(let numbers): text = "\(numbers[row])"
      case .strings(let texts): text = texts[row] ?? "\u{0}"
      }
      if targetOf[text, default: label] != label || valueOf[label, default: text] != text { return false }
      targetOf[text] = label
      valueOf[label] = text
    }
    return schema.task != .regression || targetOf.count * 2 > target.count
  }

  private func isLinear(_ numbers: [Double], _ target: [Double]) -> Bool {
    guard !numbers.contains(where: \.isNaN) else { return false }
    let count = Double(numbers.count)
    let (mx, my) = (numbers.reduce(0, +) / count, target.reduce(0, +) / count)
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (x, y) in zip(numbers, target) {
      xx += (x - mx) * (x - mx)
      yy += (y - my) * (y - my)
      xy += (x - mx) * (y - my)
    }
    return xx > 0 && yy > 0 && xy * xy / (xx * yy) > 1 - 1e-9
  }

  /// How well the feature alone orders or guesses the target.
  private func strength(
    _ feature: ColumnSpecification, _ values: FeatureValues, _ target: [Double]
  ) -> (name: String, value: Double)? {
    switch (values, schema.task) {
    case (.numbers(let numbers), .regression):
      let rows = numbers.indices.filter { !numbers[$0].isNaN }
      guard rows.count >= Self.leastRows else { return nil }
      let correlation = Ranks.correlation(rows.map { numbers[$0] }, rows.map { target[$0] })
      return ("rank correlation", abs(correlation))
    case (.numbers(let numbers), .binary):
      let rows = numbers.indices.filter { !numbers[$0].isNaN }
      let isPositive = rows.map { target[$0] == 1 }
      guard isPositive.count(where: { $0 }) >= 5, isPositive.count(where: { !$0 }) >= 5 else { return nil }
      let area = RankedAUC.area(scores: rows.map { numbers[$0] }, isPositive: isPositive)
      return ("AUC", max(area, 1 - area))
    // One class of several is often easy to tell.
    case (.numbers, .multiclass): return nil
    case (.strings(let texts), .binary), (.strings(let texts), .multiclass):
      guard feature.kind == .category else { return nil }
      return shareOfRightGuesses(texts, target).map { ("share of right guesses", $0) }
    case (.strings, .regression), (_, .clustering), (_, .projection): return nil
    }
  }

  /// Of guessing, for each half of the rows, the class that the category has most often in the other half.
  private func shareOfRightGuesses(_ texts: [String?], _ target: [Double]) -> Double? {
    var right = 0
    for half in 0..<2 {
      var counts: [String: [Double: Int]] = [:]
      for row in target.indices where row % 2 != half {
        counts[texts[row] ?? "\u{0}", default: [:]][target[row], default: 0] += 1
      }
      for row in target.indices where row % 2 == half {
        let guess = counts[texts[row] ?? "\u{0}"]?.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        if guess == target[row] { right += 1 }
      }
    }
    var classes: [Double: Int] = [:]
    for label in target { classes[label, default: 0] += 1 }
    let most = Double(classes.values.max() ?? 0) / Double(target.count)
    return most < 0.99 ? Double(right) / Double(target.count) : nil
  }

  /// Categories of one row each, or whole numbers that count the rows.
  private func isIdentifier(_ feature: ColumnSpecification, _ values: FeatureValues) -> Bool {
    switch values {
    case .strings(let texts):
      guard feature.kind == .category else { return false }
      let known = texts.compactMap { $0 }
      return known.count >= 50 && Set(known).count * 100 >= known.count * 95
    case .numbers(let numbers):
      guard feature.kind == .number, feature.areIntegers, numbers.count >= 50,
        Set(numbers).count == numbers.count,
        let low = numbers.min(), let high = numbers.max()
      else { return false }
      return high - low < 2 * Double(numbers.count)
    }
  }
}
