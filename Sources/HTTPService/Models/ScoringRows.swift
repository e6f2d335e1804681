import Training

/// Rows to be scored, as MLflow's scoring server takes them.
struct ScoringRows {
  var rows: [[String: RowValue]]

  static let limit = 10_000

  /// `dataframe_split`, `dataframe_records`, `inputs` (columns by name) or `instances` (rows).
  ///
  /// - Parameter features: names of the columns, in order, for rows that are lists.
  /// - Throws: `ServiceError.invalidRequest` where there is none of them, or more than one, or another shape.
  /// - Source: MLflow 3, "Deploy MLflow model as a local inference server", JSON input.
  init(_ fields: RequestFields, features: [String]) throws(ServiceError) {
    let forms = ["dataframe_split", "dataframe_records", "inputs", "instances"].filter { fields[$0] != nil }
    guard forms.count == 1, let value = fields[forms[0]] else {
      throw ServiceError(
        .invalidRequest,
        "the body must have exactly one of 'dataframe_split', 'dataframe_records', 'inputs' and 'instances'")
    }
    switch forms[0] {
    case "dataframe_split":
      guard case .array(let names)? = value["columns"], case .array(let data)? = value["data"] else {
        throw ServiceError(
          .invalidRequest, "'dataframe_split' needs 'columns' and 'data'", parameter: forms[0])
      }
      let columns = names.map { $0.text ?? "" }
      rows = try Self.rows(data, columns, forms[0])
    case "inputs":
      guard case .object(let members) = value else {
        rows = try Self.list(value, features, forms[0])
        break
      }
      var count: Int?
      var columns: [(String, [JSONValue])] = []
      for (name, values) in members {
        guard case .array(let list) = values, count == nil || count == list.count else {
          throw ServiceError(
            .invalidRequest, "'inputs.\(name)' must be a list as long as the others",
            parameter: "inputs.\(name)")
        }
        count = list.count
        columns.append((name, list))
      }
      rows = []
      for row in 0..<(count ?? 0) {
        var values: [String: RowValue] = [:]
        for (name, list) in columns { values[name] = try Self.scalar(list[row], "inputs.\(name)") }
        rows.append(values)
      }
    default: rows = try Self.list(value, features, forms[0])
    }
    guard rows.count <= Self.limit else {
      throw ServiceError(
        .bodyTooLarge, "\(rows.count) rows are more than \(Self.limit); send them in parts",
        parameter: forms[0])
    }
  }

  private static func list(
    _ value: JSONValue, _ features: [String], _ form: String
  ) throws(ServiceError) -> [[String: RowValue]] {
    guard case .array(let items) = value else {
      throw ServiceError(.invalidRequest, "'\(form)' must be a list of rows", parameter: form)
    }
    var rows: [[String: RowValue]] = []
    for item in items {
      switch item {
      case .object(let members):
        var values: [String: RowValue] = [:]
        for (name, value) in members { values[name] = try scalar(value, "\(form).\(name)") }
        rows.append(values)
      case .array: rows += try Self.rows([item], features, form)
      default:
        throw ServiceError(.invalidRequest, "a row of '\(form)' must be an object or a list", parameter: form)
      }
    }
    return rows
  }

  private static func rows(
    _ data: [JSONValue], _ columns: [String], _ form: String
  ) throws(ServiceError) -> [[String: RowValue]] {
    var rows: [[String: RowValue]] = []
    for item in data {
      guard case .array(let values) = item, values.count == columns.count else {
        throw ServiceError(
          .invalidRequest, "a row of '\(form)' must be a list of \(columns.count) values", parameter: form)
      }
      var row: [String: RowValue] = [:]
      for (name, value) in zip(columns, values) { row[name] = try scalar(value, "\(form).\(name)") }
      rows.append(row)
    }
    return rows
  }

  static func scalar(_ value: JSONValue, _ place: String) throws(ServiceError) -> RowValue {
    switch value {
    case .null: return .null
    case .bool(let value): return .boolean(value)
    case .number(let value): return .number(value)
    case .integer(let value): return .number(Double(value))
    case .string(let value): return .text(value)
    case .array(let values) where values.count == 1: return try scalar(values[0], place)
    case .array, .object:
      throw ServiceError(
        .invalidRequest, "'\(place)' must be a number, a text, true, false or null", parameter: place)
    }
  }
}
