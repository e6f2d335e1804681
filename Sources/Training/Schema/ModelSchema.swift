/// What a model predicts.
package enum ModelTask: String, Codable, Sendable, CaseIterable {
  /// One of two classes; the second of `classes` is the positive one.
  case binary
  case multiclass
  case regression
  /// Which group a row belongs to, found without a target.
  case clustering
  /// Few numbers that tell most of a row, found without a target.
  case projection

  package var isClassification: Bool { self == .binary || self == .multiclass }
  package var hasTarget: Bool { self != .clustering && self != .projection }
}

/// A column of the data that a model is trained on.
package struct ColumnSpecification: Codable, Hashable, Sendable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    case number
    case category
    /// Read by its words.
    case text
    /// Text that is read by the embedding model.
    case embedding
    /// ISO 8601 dates and times; as a feature, days since 1970.
    case time
  }

  package enum Role: String, Codable, Sendable, CaseIterable {
    case feature
    case target
    /// Tells rows apart; never a feature.
    case id
    /// When the row's label was known; splits by time use it.
    case time
    /// Rows of one group are never on both sides of a split.
    case group
    case weight
    /// Kept out of models, logs and golden samples.
    case pii
    case ignored
  }

  package var name: String
  package var kind: Kind
  package var role: Role
  /// Whether a row may lack it.
  package var isNullable: Bool
  /// Every value was a whole number.
  package var areIntegers: Bool
  /// Declared bounds; values outside are refused.
  package var minimum: Double?
  package var maximum: Double?
  /// Declared categories; others are refused. Where `nil`, what training did not see falls into a slot of its own.
  package var categories: [String]?

  package init(
    name: String, kind: Kind, role: Role = .feature, isNullable: Bool = false, areIntegers: Bool = false,
    minimum: Double? = nil, maximum: Double? = nil, categories: [String]? = nil
  ) {
    self.name = name
    self.kind = kind
    self.role = role
    self.isNullable = isNullable
    self.areIntegers = areIntegers
    self.minimum = minimum
    self.maximum = maximum
    self.categories = categories
  }
}

/// The columns of a model's data and what it predicts from them.
package struct ModelSchema: Codable, Hashable, Sendable {
  package var task: ModelTask
  package var columns: [ColumnSpecification]
  /// Of the target, in order of the outputs; numbers of clusters or of components; empty for regression.
  package var classes: [String]

  package init(task: ModelTask, columns: [ColumnSpecification], classes: [String]) {
    self.task = task
    self.columns = columns
    self.classes = classes
  }

  /// What the model reads, in order.
  package var features: [ColumnSpecification] { columns.filter { $0.role == .feature } }
  package var target: String { columns.first { $0.role == .target }?.name ?? "" }

  /// Names of what is said of a row, one for each number.
  package var outputNames: [String] {
    switch task {
    case .binary, .multiclass: classes.map { "probability_\($0)" }
    case .regression: ["prediction"]
    case .clustering: classes.map { "distance_\($0)" }
    case .projection: classes.map { "component_\($0)" }
    }
  }

  /// Whether one of `classes` is said of a row.
  package var hasLabel: Bool { task.isClassification || task == .clustering }

  package func column(of role: ColumnSpecification.Role) -> ColumnSpecification? {
    columns.first { $0.role == role }
  }
}

/// A value that is not what the schema says.
package struct SchemaViolation: Codable, Hashable, Sendable, CustomStringConvertible {
  package var column: String
  /// From 0; `nil` for the whole column.
  package var row: Int?
  package var message: String

  package init(column: String, row: Int? = nil, message: String) {
    self.column = column
    self.row = row
    self.message = message
  }

  package var description: String {
    "column \(column)\(row.map { ", row \($0 + 1)" } ?? ""): \(message)"
  }
}
