import Tables

/// Finds the schema of a table from what is declared and, where nothing is, from its values.
package struct SchemaInference: Sendable {
  /// `nil` where nothing is predicted.
  package var target: String?
  package var task: ModelTask?
  package var declarations: [String: ColumnDeclaration]

  package init(target: String?, task: ModelTask? = nil, declarations: [String: ColumnDeclaration] = [:]) {
    self.target = target
    self.task = task
    self.declarations = declarations
  }

  /// - Throws: `.invalidArgument` for a column that isn't there or two columns of a role that only one may have; `.unfit`
  ///   for a target that has missing values or one class alone, and where no feature is left.
  /// - Complexity: O(rows × columns).
  package func schema(of table: Table) throws(TrainingError) -> ModelSchema {
    for name in declarations.keys.sorted() + [target].compactMap({ $0 }) where table[name] == nil {
      let names = table.columns.map(\.name).joined(separator: ", ")
      throw TrainingError(.invalidArgument, "there is no column \(name); the file has \(names)")
    }
    var columns: [ColumnSpecification] = []
    for column in table.columns { columns.append(specification(of: column)) }
    for role in [ColumnSpecification.Role.time, .group, .weight] {
      let names = columns.filter { $0.role == role }.map(\.name)
      if names.count > 1 {
        throw TrainingError(
          .invalidArgument,
          "only one column may have the role \(role.rawValue): \(names.joined(separator: ", "))")
      }
    }
    guard columns.contains(where: { $0.role == .feature }) else {
      throw TrainingError(.unfit, "no column is left to \(target.map { "predict \($0)" } ?? "learn") from")
    }
    guard let target else {
      guard let task, !task.hasTarget else {
        throw TrainingError(.invalidArgument, "the column that is to be predicted is not named")
      }
      return ModelSchema(task: task, columns: columns, classes: [])
    }
    guard task?.hasTarget != false else {
      throw TrainingError(.invalidArgument, "nothing is predicted by this algorithm; leave the target out")
    }
    return try withTarget(target, columns, table)
  }

  private func specification(of column: Column) -> ColumnSpecification {
    let declared = declarations[column.name] ?? ColumnDeclaration()
    let kind = declared.kind ?? Self.kind(of: column)
    var areIntegers = false
    if kind == .number {
      areIntegers = FeatureTable.texts(of: column).allSatisfy { text in
        guard let text else { return true }
        return Double(text).map { $0 == $0.rounded() && abs($0) < 9e15 } ?? false
      }
    }
    return ColumnSpecification(
      name: column.name, kind: kind, role: column.name == target ? .target : declared.role ?? .feature,
      isNullable: declared.isNullable ?? (column.missingCount > 0), areIntegers: areIntegers,
      minimum: declared.minimum, maximum: declared.maximum, categories: declared.categories)
  }

  /// Numbers are numbers however few differ; text is what has more than three words a value.
  static func kind(of column: Column) -> ColumnSpecification.Kind {
    if case .numerical = column.values { return .number }
    let distinct = Set(FeatureTable.texts(of: column).compactMap { $0 })
    if distinct.isEmpty { return .category }
    if distinct.allSatisfy({ Double($0) != nil }) { return .number }
    if distinct.allSatisfy({ DayNumber.days($0) != nil }) { return .time }
    let words = distinct.reduce(0) { $0 + $1.utf8.split(separator: 0x20).count }
    return words > 3 * distinct.count ? .text : .category
  }

  private func withTarget(
    _ target: String, _ columns: [ColumnSpecification], _ table: Table
  ) throws(TrainingError) -> ModelSchema {
    guard let place = columns.firstIndex(where: { $0.role == .target }), let values = table[target] else {
      throw TrainingError(.invalidArgument, "there is no column \(target)")
    }
    guard values.missingCount == 0 else {
      throw TrainingError(
        .unfit,
        "\(values.missingCount) rows have no \(target); leave them out of the file: nothing is learned from them"
      )
    }
    let distinct = Set(FeatureTable.texts(of: values).compactMap { $0 })
    let isNumber = columns[place].kind == .number
    let task =
      task
      ?? (isNumber && (distinct.count > 10 || !columns[place].areIntegers)
        ? .regression : distinct.count == 2 ? .binary : .multiclass)
    var columns = columns
    if task == .regression {
      guard isNumber else {
        throw TrainingError(.invalidArgument, "\(target) has values that are no numbers")
      }
      guard distinct.count > 1 else { throw TrainingError(.unfit, "\(target) is the same in all rows") }
      return ModelSchema(task: task, columns: columns, classes: [])
    }
    columns[place].kind = .category
    let classes = distinct.sorted { left, right in
      if let left = Double(left), let right = Double(right) { return left < right }
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    }
    guard classes.count > 1 else { throw TrainingError(.unfit, "\(target) is the same in all rows") }
    guard task != .binary || classes.count == 2 else {
      throw TrainingError(
        .invalidArgument, "\(target) has \(classes.count) classes where a binary task has two")
    }
    guard classes.count <= 1000 else {
      throw TrainingError(.unfit, "\(target) has \(classes.count) classes; is it a number or an id?")
    }
    return ModelSchema(task: classes.count == 2 ? .binary : .multiclass, columns: columns, classes: classes)
  }
}
