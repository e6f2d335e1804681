extension FeatureTable {
  /// Reads rows of named values. A value of another type is refused, not converted: who asks a model should know what it
  /// was asked.
  ///
  /// - Throws: `.schema` with every column that is missing and, of each column, the first rows that don't fit. Members that
  ///   no specification names are passed over.
  /// - Complexity: O(rows × columns).
  package init(rows: [[String: RowValue]], _ specifications: [ColumnSpecification]) throws(TrainingError) {
    var columns: [String: FeatureValues] = [:]
    var violations: [SchemaViolation] = []
    for specification in specifications {
      let isAbsent = rows.isEmpty ? false : rows.allSatisfy { $0[specification.name] == nil }
      if isAbsent, !specification.isNullable {
        violations.append(SchemaViolation(column: specification.name, message: "is missing"))
        continue
      }
      let (values, wrong) = Self.values(rows, specification)
      let found = wrong + (wrong.isEmpty ? SchemaCheck.violations(of: values, specification) : [])
      violations += found
      columns[specification.name] = values
    }
    guard violations.isEmpty else { throw TrainingError(violations: violations) }
    self.init(rowCount: rows.count, columns: columns)
  }

  private static func values(
    _ rows: [[String: RowValue]], _ specification: ColumnSpecification
  ) -> (FeatureValues, [SchemaViolation]) {
    var wrong: [SchemaViolation] = []
    func tell(_ row: Int, _ message: String) {
      if wrong.count < 3 {
        wrong.append(SchemaViolation(column: specification.name, row: row, message: message))
      }
    }
    var numbers: [Double] = []
    var texts: [String?] = []
    for (row, values) in rows.enumerated() {
      let value = values[specification.name] ?? .null
      switch (specification.kind, value) {
      case (.number, .null), (.time, .null): numbers.append(.nan)
      case (.number, .number(let number)):
        if specification.areIntegers, number != number.rounded() {
          tell(row, "\(number) is no whole number")
        }
        numbers.append(number)
      case (.number, _):
        tell(row, "\(described(value)) where a number is expected")
        numbers.append(.nan)
      case (.time, .text(let text)):
        let days = DayNumber.days(text)
        if days == nil { tell(row, "\"\(text.prefix(60))\" is no ISO 8601 date or time") }
        numbers.append(days ?? .nan)
      case (.time, _):
        tell(row, "\(described(value)) where an ISO 8601 date or time is expected")
        numbers.append(.nan)
      case (.category, .null), (.text, .null), (.embedding, .null): texts.append(nil)
      case (.category, .text(let text)), (.text, .text(let text)), (.embedding, .text(let text)):
        texts.append(text.isEmpty ? nil : text)
      case (.category, .boolean(let value)): texts.append(value ? "true" : "false")
      case (.category, _), (.text, _), (.embedding, _):
        tell(row, "\(described(value)) where text is expected")
        texts.append(nil)
      }
    }
    switch specification.kind {
    case .number, .time: return (.numbers(numbers), wrong)
    case .category, .text, .embedding: return (.strings(texts), wrong)
    }
  }

  private static func described(_ value: RowValue) -> String {
    switch value {
    case .null: "no value"
    case .boolean(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): "\"\(value.prefix(60))\""
    }
  }

  /// A row as it may be read again.
  package func row(_ row: Int, _ specifications: [ColumnSpecification]) -> [String: RowValue] {
    var values: [String: RowValue] = [:]
    for specification in specifications {
      switch columns[specification.name] {
      case .numbers(let numbers):
        values[specification.name] =
          numbers[row].isNaN
          ? .null : specification.kind == .time ? .text(DayNumber.text(numbers[row])) : .number(numbers[row])
      case .strings(let texts): values[specification.name] = texts[row].map { .text($0) } ?? .null
      case nil: break
      }
    }
    return values
  }
}
