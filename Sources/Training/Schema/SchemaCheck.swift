/// Compares values with what a specification allows.
enum SchemaCheck {
  /// Rows of one column that are told; more are of no use to anybody.
  private static let limit = 3

  /// - Complexity: O(rows).
  static func violations(of values: FeatureValues, _ specification: ColumnSpecification) -> [SchemaViolation]
  {
    var found: [SchemaViolation] = []
    func tell(_ row: Int, _ message: String) {
      found.append(SchemaViolation(column: specification.name, row: row, message: message))
    }
    switch values {
    case .numbers(let numbers):
      for (row, number) in numbers.enumerated() where found.count < limit {
        if number.isNaN {
          if !specification.isNullable { tell(row, "has no value, and training saw none without") }
        } else if number.isInfinite {
          tell(row, "is infinite")
        } else if let minimum = specification.minimum, number < minimum {
          tell(row, "\(number) is less than \(minimum)")
        } else if let maximum = specification.maximum, number > maximum {
          tell(row, "\(number) is more than \(maximum)")
        }
      }
    case .strings(let texts):
      let allowed = specification.categories.map(Set.init)
      for (row, text) in texts.enumerated() where found.count < limit {
        guard let text else {
          if !specification.isNullable { tell(row, "has no value, and training saw none without") }
          continue
        }
        if let allowed, !allowed.contains(text) {
          tell(row, "\"\(text.prefix(60))\" is none of its categories")
        }
      }
    }
    return found
  }
}
