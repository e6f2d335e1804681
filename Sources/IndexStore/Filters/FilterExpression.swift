/// A condition on the metadata of chunks.
///
/// A field with several values satisfies a comparison when any of them does. `ne` and `nin` are the negations of
/// `eq` and `in`, so that a chunk without the field satisfies them. Numbers compare with numbers, strings with
/// strings by their UTF-8 bytes (ISO dates therefore by time).
package indirect enum FilterExpression: Hashable, Sendable {
  package enum Comparison: String, Hashable, Sendable, CaseIterable {
    case eq, ne, gt, gte, lt, lte
  }

  case compare(field: String, Comparison, FieldValue)
  case isIn(field: String, [FieldValue])
  /// Whether the field has any value.
  case exists(field: String)
  case and([FilterExpression])
  case or([FilterExpression])
  case not(FilterExpression)
}

/// A single value of a field, ordered: booleans, then numbers, then strings.
package enum FieldValue: Hashable, Sendable {
  case bool(Bool)
  case number(Double)
  case string(String)
}

extension FieldValue {
  // By bytes, as the order is: `String` takes `é` of one scalar and of two for the same.
  package static func == (a: FieldValue, b: FieldValue) -> Bool {
    switch (a, b) {
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
    default: false
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .bool(let value): hasher.combine(value)
    case .number(let value): hasher.combine(value)
    case .string(var text): text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }
}

extension FieldValue: Comparable {
  package static func < (a: FieldValue, b: FieldValue) -> Bool {
    switch (a, b) {
    case (.bool(let a), .bool(let b)): !a && b
    case (.number(let a), .number(let b)): a < b
    case (.string(let a), .string(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
    default: a.rank < b.rank
    }
  }

  /// Position of the kind in the order of kinds.
  var rank: Int {
    switch self {
    case .bool: 0
    case .number: 1
    case .string: 2
    }
  }
}

extension FilterExpression: CustomStringConvertible {
  /// The expression in the syntax that `FilterParser` reads.
  package var description: String {
    switch self {
    case .compare(let field, let comparison, let value): "\(field) \(comparison.rawValue) \(value)"
    case .isIn(let field, let values): "\(field) in (\(values.map(\.description).joined(separator: ", ")))"
    case .exists(let field): "\(field) exists"
    case .and(let parts): "(" + parts.map(\.description).joined(separator: " and ") + ")"
    case .or(let parts): "(" + parts.map(\.description).joined(separator: " or ") + ")"
    case .not(let part): "not \(part)"
    }
  }
}

extension FieldValue: CustomStringConvertible {
  package var description: String {
    switch self {
    case .bool(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value):
      "'" + value.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
  }
}
