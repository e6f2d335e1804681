import GRDB

/// A filter and an order, as conditions on table `t`.
struct SearchQuery {
  /// What is searched, and which attributes it has.
  enum Space {
    case experiments, runs, loggedModels, registeredModels, modelVersions

    /// Column by attribute, and whether it is a number.
    var attributes: [String: (column: String, isNumber: Bool)] {
      switch self {
      case .experiments:
        [
          "name": ("t.name", false), "creation_time": ("t.created_at", true),
          "last_update_time": ("t.updated_at", true), "experiment_id": ("CAST(t.id AS TEXT)", false),
        ]
      case .runs:
        [
          "run_id": ("t.id", false), "run_name": ("t.name", false), "status": ("t.status", false),
          "artifact_uri": ("t.artifact_uri", false), "user_id": ("t.user", false),
          "start_time": ("t.started_at", true), "end_time": ("t.ended_at", true),
          "created": ("t.started_at", true),
        ]
      case .loggedModels:
        [
          "name": ("t.name", false), "model_id": ("t.id", false), "status": ("t.status", false),
          "source_run_id": ("t.source_run", false), "model_type": ("t.model_type", false),
          "experiment_id": ("CAST(t.experiment AS TEXT)", false),
          "creation_timestamp": ("t.created_at", true), "creation_time": ("t.created_at", true),
          "last_updated_timestamp": ("t.updated_at", true),
        ]
      case .registeredModels:
        [
          "name": ("t.name", false), "creation_timestamp": ("t.created_at", true),
          "last_updated_timestamp": ("t.updated_at", true),
        ]
      case .modelVersions:
        [
          "name": ("t.model", false), "version_number": ("t.version", true), "run_id": ("t.run", false),
          "source_path": ("t.source", false), "creation_timestamp": ("t.created_at", true),
          "last_updated_timestamp": ("t.updated_at", true),
        ]
      }
    }

    fileprivate var parameters: String? {
      switch self {
      case .runs: "run_parameters x WHERE x.run = t.row"
      case .loggedModels: "logged_model_parameters x WHERE x.model = t.id"
      default: nil
      }
    }

    fileprivate var metrics: String? {
      switch self {
      case .runs: "run_latest x WHERE x.run = t.row"
      case .loggedModels: "logged_model_metrics x WHERE x.model = t.id"
      default: nil
      }
    }

    fileprivate var tags: String {
      switch self {
      case .experiments: "experiment_tags x WHERE x.experiment = t.id"
      case .runs: "run_tags x WHERE x.run = t.row"
      case .loggedModels: "logged_model_tags x WHERE x.model = t.id"
      case .registeredModels: "registered_model_tags x WHERE x.model = t.name"
      case .modelVersions: "model_version_tags x WHERE x.model = t.model AND x.version = t.version"
      }
    }
  }

  let space: Space
  var conditions: [String] = []
  /// Of the conditions, then of the order.
  private(set) var arguments: [any DatabaseValueConvertible] = []
  private var orderArguments: [any DatabaseValueConvertible] = []
  var order: [String] = []

  init(space: Space) {
    self.space = space
  }

  func sql(table: String, limit: Int, offset: Int) -> String {
    "SELECT t.* FROM \(table) t WHERE " + (conditions.isEmpty ? "1" : conditions.joined(separator: " AND "))
      + " ORDER BY " + order.joined(separator: ", ") + " LIMIT \(limit) OFFSET \(offset)"
  }

  mutating func add(_ condition: String, _ values: any DatabaseValueConvertible...) {
    conditions.append(condition)
    arguments.insert(contentsOf: values, at: arguments.count - orderArguments.count)
  }

  // MARK: filter

  /// - Throws: `TrackingError.invalid`.
  mutating func add(filter: String?) throws(TrackingError) {
    guard let filter, filter.contains(where: { !$0.isWhitespace }) else { return }
    for clause in try FilterParser.clauses(filter) { try add(clause) }
  }

  private mutating func add(_ clause: FilterClause) throws(TrackingError) {
    switch clause.kind.lowercased() {
    case "metrics", "metric":
      guard let metrics = space.metrics else { throw unknown(clause) }
      guard case .number(let number) = clause.value, let sign = Self.numeric(clause.comparator) else {
        throw TrackingError(
          .invalid, "Invalid filter: metric '\(clause.key)' is compared with a number by = != > >= < <=")
      }
      add(
        "EXISTS (SELECT 1 FROM \(metrics) AND x.name = ? AND x.is_nan = 0 AND x.value \(sign) ?)", clause.key,
        number)
    case "params", "param", "parameters", "parameter":
      guard let parameters = space.parameters else { throw unknown(clause) }
      try addKey(clause, in: parameters)
    case "tags", "tag": try addKey(clause, in: space.tags)
    case "attributes", "attribute", "attr", "run", "": try addAttribute(clause)
    case "datasets", "dataset":
      guard case .runs = space else { throw unknown(clause) }
      try addDataset(clause)
    default: throw unknown(clause)
    }
  }

  private func unknown(_ clause: FilterClause) -> TrackingError {
    TrackingError(
      .invalid,
      "Invalid filter: nothing here is called '\(clause.kind.isEmpty ? clause.key : clause.kind + "." + clause.key)'"
    )
  }

  private mutating func addKey(_ clause: FilterClause, in rows: String) throws(TrackingError) {
    if clause.value == .none {
      add(
        (clause.comparator == "IS NULL" ? "NOT " : "") + "EXISTS (SELECT 1 FROM \(rows) AND x.name = ?)",
        clause.key)
      return
    }
    // Registered models without MLflow's prompt tag are models: its clients ask so.
    if clause.key == "mlflow.prompt.is_prompt", clause.comparator == "!=", case .text(let text) = clause.value
    {
      add("NOT EXISTS (SELECT 1 FROM \(rows) AND x.name = ? AND x.value = ?)", clause.key, text)
      return
    }
    let (condition, values) = try Self.textual("x.value", clause)
    conditions.append("EXISTS (SELECT 1 FROM \(rows) AND x.name = ? AND \(condition))")
    arguments.insert(
      contentsOf: [clause.key as any DatabaseValueConvertible] + values,
      at: arguments.count - orderArguments.count)
  }

  private mutating func addAttribute(_ clause: FilterClause) throws(TrackingError) {
    guard let (column, isNumber) = space.attributes[Self.attribute(clause.key)] else { throw unknown(clause) }
    if isNumber {
      let number: Double? =
        switch clause.value {
        case .number(let number): number
        case .text(let text): Double(text)
        default: nil
        }
      guard let number, let sign = Self.numeric(clause.comparator) else {
        throw TrackingError(
          .invalid, "Invalid filter: '\(clause.key)' is compared with a number by = != > >= < <=")
      }
      add("\(column) \(sign) ?", number)
    } else if clause.value == .none {
      add("\(column) \(clause.comparator)")
    } else {
      var clause = clause
      // MLflow's client shows the state of a logged model as `READY`, and sends it with the prefix.
      if space == .loggedModels, clause.key == "status", case .text(let text) = clause.value {
        clause.value = .text(LoggedModel.Status(rawValue: "LOGGED_MODEL_" + text)?.rawValue ?? text)
      }
      let (condition, values) = try Self.textual(column, clause)
      conditions.append(condition)
      arguments.insert(contentsOf: values, at: arguments.count - orderArguments.count)
    }
  }

  private mutating func addDataset(_ clause: FilterClause) throws(TrackingError) {
    let rows: String
    let column: String
    switch clause.key.lowercased() {
    case "name", "digest":
      rows = "run_inputs i JOIN datasets d ON d.row = i.dataset WHERE i.run = t.row"
      column = "d.\(clause.key.lowercased())"
    case "context":
      rows = "run_input_tags i WHERE i.run = t.row AND i.name = 'mlflow.data.context'"
      column = "i.value"
    default: throw unknown(clause)
    }
    let (condition, values) = try Self.textual(column, clause)
    conditions.append("EXISTS (SELECT 1 FROM \(rows) AND \(condition))")
    arguments.insert(contentsOf: values, at: arguments.count - orderArguments.count)
  }

  private static func attribute(_ key: String) -> String {
    switch key.lowercased() {
    case "run name", "runname": "run_name"
    case "run id", "runid": "run_id"
    case "user id", "userid": "user_id"
    case let known: known
    }
  }

  private static func numeric(_ comparator: String) -> String? {
    ["=", "!=", ">", ">=", "<", "<="].contains(comparator) ? comparator : nil
  }

  /// A condition on a text column; `LIKE` minds case, which SQLite's does not: its GLOB does.
  private static func textual(
    _ column: String, _ clause: FilterClause
  ) throws(TrackingError) -> (String, [any DatabaseValueConvertible]) {
    switch (clause.comparator, clause.value) {
    case ("=", .text(let text)), ("!=", .text(let text)): return ("\(column) \(clause.comparator) ?", [text])
    case ("LIKE", .text(let text)): return ("\(column) GLOB ?", [glob(text)])
    case ("ILIKE", .text(let text)): return ("\(column) LIKE ?", [text])
    case ("IN", .list(let values)), ("NOT IN", .list(let values)):
      return ("\(column) \(clause.comparator) (\(values.map { _ in "?" }.joined(separator: ", ")))", values)
    default:
      throw TrackingError(
        .invalid,
        "Invalid filter: '\(clause.key)' is compared with a text in quotes by = != LIKE ILIKE IN NOT IN")
    }
  }

  private static func glob(_ pattern: String) -> String {
    pattern.reduce(into: "") { result, letter in
      switch letter {
      case "%": result += "*"
      case "_": result += "?"
      case "*", "?", "[": result += "[\(letter)]"
      default: result.append(letter)
      }
    }
  }

  // MARK: order

  /// - Parameter orderBy: `key`, `key ASC` or `key DESC` each; what is missing comes last.
  /// - Throws: `TrackingError.invalid`.
  mutating func add(orderBy: [String]) throws(TrackingError) {
    for entry in orderBy where !entry.isEmpty {
      var text = entry.trimmed
      var direction = "ASC"
      for word in ["ASC", "DESC"] where text.uppercased().hasSuffix(" " + word) {
        direction = word
        text = String(text.dropLast(word.count)).trimmed
      }
      // The grammar of names is the filter's.
      let clause = try FilterParser.clauses(text + " = ''").first
      guard let clause else { throw TrackingError(.invalid, "Invalid order_by: '\(entry)'") }
      let expression: String
      switch clause.kind.lowercased() {
      case "metrics", "metric":
        guard let metrics = space.metrics else { throw unknown(clause) }
        expression =
          "(SELECT CASE WHEN x.is_nan THEN NULL ELSE x.value END FROM \(metrics) AND x.name = ? LIMIT 1)"
        orderArguments.append(clause.key)
        arguments.append(clause.key)
      case "params", "param", "parameters", "parameter":
        guard let parameters = space.parameters else { throw unknown(clause) }
        expression = "(SELECT x.value FROM \(parameters) AND x.name = ?)"
        orderArguments.append(clause.key)
        arguments.append(clause.key)
      case "tags", "tag":
        expression = "(SELECT x.value FROM \(space.tags) AND x.name = ?)"
        orderArguments.append(clause.key)
        arguments.append(clause.key)
      case "attributes", "attribute", "attr", "run", "":
        guard let (column, _) = space.attributes[Self.attribute(clause.key)] else {
          throw TrackingError(.invalid, "Invalid order_by: '\(entry)'")
        }
        expression = column
      default: throw TrackingError(.invalid, "Invalid order_by: '\(entry)'")
      }
      order.append("\(expression) \(direction) NULLS LAST")
    }
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
