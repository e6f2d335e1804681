import Tables

/// The values of a column as its specification has them.
package enum FeatureValues: Sendable {
  /// NaN is missing.
  case numbers([Double])
  /// `nil` is missing.
  case strings([String?])

  package var count: Int {
    switch self {
    case .numbers(let values): values.count
    case .strings(let values): values.count
    }
  }

  package func rows(_ rows: [Int]) -> FeatureValues {
    switch self {
    case .numbers(let values): .numbers(rows.map { values[$0] })
    case .strings(let values): .strings(rows.map { values[$0] })
    }
  }
}

/// Columns by name, each with the kind of values that its specification says, and one length.
package struct FeatureTable: Sendable {
  package var rowCount: Int
  package var columns: [String: FeatureValues]

  package init(rowCount: Int, columns: [String: FeatureValues]) {
    self.rowCount = rowCount
    self.columns = columns
  }

  /// Reads the columns that `specifications` name.
  ///
  /// - Throws: `.schema` with every column that is missing and, of each column, the first rows that don't fit.
  /// - Complexity: O(rows × columns).
  package init(_ table: Table, _ specifications: [ColumnSpecification]) throws(TrainingError) {
    var columns: [String: FeatureValues] = [:]
    var violations: [SchemaViolation] = []
    for specification in specifications {
      guard let column = table[specification.name] else {
        violations.append(SchemaViolation(column: specification.name, message: "is missing"))
        continue
      }
      switch Self.values(of: column, as: specification.kind) {
      case .success(let values):
        violations += SchemaCheck.violations(of: values, specification)
        columns[specification.name] = values
      case .failure(let violation): violations.append(violation)
      }
    }
    guard violations.isEmpty else { throw TrainingError(violations: violations) }
    self.init(rowCount: table.rowCount, columns: columns)
  }

  package func rows(_ rows: [Int]) -> FeatureTable {
    FeatureTable(rowCount: rows.count, columns: columns.mapValues { $0.rows(rows) })
  }

  private enum Reading {
    case success(FeatureValues)
    case failure(SchemaViolation)
  }

  private static func values(of column: Column, as kind: ColumnSpecification.Kind) -> Reading {
    switch kind {
    case .number:
      if case .numerical(let numbers, _) = column.values { return .success(.numbers(numbers)) }
      return converted(column, "is no number") { Double($0) }
    case .time:
      return converted(column, "is no ISO 8601 date or time") { DayNumber.days($0) }
    case .category, .text, .embedding:
      return .success(.strings(texts(of: column)))
    }
  }

  private static func converted(
    _ column: Column, _ what: String, _ convert: (String) -> Double?
  ) -> Reading {
    var known: [String: Double] = [:]
    var numbers: [Double] = []
    for (row, text) in texts(of: column).enumerated() {
      guard let text else {
        numbers.append(.nan)
        continue
      }
      guard let number = known[text] ?? convert(text) else {
        return .failure(
          SchemaViolation(column: column.name, row: row, message: "\"\(text.prefix(60))\" \(what)"))
      }
      known[text] = number
      numbers.append(number)
    }
    return .success(.numbers(numbers))
  }

  /// The fields of a column as they were written; whole numbers without a fraction.
  package static func texts(of column: Column) -> [String?] {
    switch column.values {
    case .text(let texts): return texts
    case .categorical(let codes, let names):
      let names = names.map(\.description)
      return codes.map { $0 < 0 ? nil : names[Int($0)] }
    case .numerical(let numbers, _):
      return numbers.map { number in
        if number.isNaN { return nil }
        if let whole = Int(exactly: number) { return String(whole) }
        return String(number)
      }
    }
  }
}
