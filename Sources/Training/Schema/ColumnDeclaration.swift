/// What somebody says of a column before its values are looked at; the rest is inferred.
package struct ColumnDeclaration: Codable, Hashable, Sendable {
  package var kind: ColumnSpecification.Kind?
  package var role: ColumnSpecification.Role?
  package var isNullable: Bool?
  package var minimum: Double?
  package var maximum: Double?
  package var categories: [String]?

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case kind = "type"
    case role
    case isNullable = "nullable"
    case minimum = "min"
    case maximum = "max"
    case categories
  }

  package init(
    kind: ColumnSpecification.Kind? = nil, role: ColumnSpecification.Role? = nil, isNullable: Bool? = nil,
    minimum: Double? = nil, maximum: Double? = nil, categories: [String]? = nil
  ) {
    self.kind = kind
    self.role = role
    self.isNullable = isNullable
    self.minimum = minimum
    self.maximum = maximum
    self.categories = categories
  }
}
