/// The declared types of a table's columns; a column that is not named gets an inferred type.
package struct TableSchema: Hashable, Sendable, Codable {
  package var numerical: [String]
  package var categorical: [String]
  package var text: [String]

  package init(numerical: [String] = [], categorical: [String] = [], text: [String] = []) {
    self.numerical = numerical
    self.categorical = categorical
    self.text = text
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    numerical = try container.decodeIfPresent([String].self, forKey: .numerical) ?? []
    categorical = try container.decodeIfPresent([String].self, forKey: .categorical) ?? []
    text = try container.decodeIfPresent([String].self, forKey: .text) ?? []
  }

  package func type(of column: String) -> ColumnType? {
    if numerical.contains(column) { return .numerical }
    if categorical.contains(column) { return .categorical }
    return text.contains(column) ? .text : nil
  }
}
