import Kernels
import Training

/// Bodies of the Open Inference Protocol.
enum InferenceJSON {
  /// Columns of a request as rows.
  ///
  /// - Throws: `ServiceError.invalidRequest` for tensors of other shapes or lengths; `TrainingError.schema` for a datatype
  ///   that the column has not.
  static func rows(_ fields: RequestFields, _ schema: ModelSchema) throws -> [[String: RowValue]] {
    guard let inputs = try fields.list("inputs", atMost: 10_000), !inputs.isEmpty else {
      throw ServiceError(.invalidRequest, "'inputs' is missing or empty", parameter: "inputs")
    }
    let kinds = Dictionary(
      schema.features.map { ($0.name, $0.kind) }, uniquingKeysWith: { first, _ in first })
    var rows: [[String: RowValue]]?
    var violations: [SchemaViolation] = []
    for input in inputs {
      guard let name = input["name"]?.text, case .array(let data)? = input["data"],
        case .array(let shape)? = input["shape"], let type = input["datatype"]?.text
      else {
        throw ServiceError(
          .invalidRequest, "each of 'inputs' needs 'name', 'shape', 'datatype' and 'data'",
          parameter: "inputs")
      }
      let lengths = shape.compactMap { dimension -> Int? in
        if case .integer(let length) = dimension { length } else { nil }
      }
      guard lengths.count == shape.count, lengths.count == 1 || (lengths.count == 2 && lengths[1] == 1),
        lengths[0] == data.count, rows == nil || rows?.count == data.count, data.count <= ScoringRows.limit
      else {
        throw ServiceError(
          .invalidRequest,
          "input '\(name.prefix(80))' must have shape [n] or [n, 1], with n values and n the same for all",
          parameter: "inputs")
      }
      if let kind = kinds[name], !accepts(kind, type) {
        violations.append(
          SchemaViolation(column: name, message: "datatype \(type) where \(datatype(kind)) is expected"))
        continue
      }
      var filled = rows ?? [[String: RowValue]](repeating: [:], count: data.count)
      for (row, value) in data.enumerated() {
        filled[row][name] = try ScoringRows.scalar(value, "inputs.\(name)")
      }
      rows = filled
    }
    guard violations.isEmpty else { throw TrainingError(violations: violations) }
    return rows ?? []
  }

  private static func accepts(_ kind: ColumnSpecification.Kind, _ type: String) -> Bool {
    switch kind {
    case .number:
      ["FP32", "FP64", "FP16", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"]
        .contains(type)
    case .category: ["BYTES", "BOOL"].contains(type)
    case .text, .embedding, .time: type == "BYTES"
    }
  }

  private static func datatype(_ kind: ColumnSpecification.Kind) -> String {
    kind == .number ? "FP64" : "BYTES"
  }

  static func metadata(_ choice: ModelShelf.Choice, _ versions: [Int64]) -> JSONValue {
    let schema = choice.loaded.model.schema
    func tensor(_ name: String, _ type: String) -> JSONValue {
      .object([
        ("name", .string(name)), ("datatype", .string(type)), ("shape", .array([.integer(-1)])),
      ])
    }
    let outputs =
      (schema.hasLabel ? [tensor("label", "BYTES")] : []) + schema.outputNames.map { tensor($0, "FP64") }
    return .object([
      ("name", .string(choice.loaded.version.model)),
      ("versions", .array(versions.map { .string(String($0)) })), ("platform", .string("rag")),
      ("inputs", .array(schema.features.map { tensor($0.name, datatype($0.kind)) })),
      ("outputs", .array(outputs)),
    ])
  }

  /// - Parameter wanted: names of outputs; all where it is `nil`.
  static func response(
    _ choice: ModelShelf.Choice, _ said: DoubleMatrix, id: String?, wanted: [String]?
  ) throws(ServiceError) -> JSONValue {
    let model = choice.loaded.model
    var outputs: [(name: String, type: String, data: [JSONValue])] = []
    if model.schema.hasLabel {
      outputs = [("label", "BYTES", (0..<said.rows).map { JSONValue(model.label(said, row: $0)) })]
    }
    for (place, name) in model.schema.outputNames.enumerated() {
      outputs.append(
        (name, "FP64", (0..<said.rows).map { .number(said.values[$0 * said.columns + place]) }))
    }
    if let wanted {
      for name in wanted where !outputs.contains(where: { $0.name == name }) {
        throw ServiceError(.invalidRequest, "there is no output '\(name.prefix(80))'", parameter: "outputs")
      }
      outputs.removeAll { !wanted.contains($0.name) }
    }
    var members: [(String, JSONValue)] = [
      ("model_name", .string(choice.loaded.version.model)),
      ("model_version", .string(String(choice.loaded.version.version))),
    ]
    if let id { members.append(("id", .string(id))) }
    var parameters: [(String, JSONValue)] = [("digest", .string(choice.loaded.digest))]
    if let fallback = choice.fallback { parameters.append(("fallback", .string(fallback))) }
    members.append(("parameters", .object(parameters)))
    members.append(
      (
        "outputs",
        .array(
          outputs.map { output in
            .object([
              ("name", .string(output.name)), ("datatype", .string(output.type)),
              ("shape", .array([.integer(said.rows)])), ("data", .array(output.data)),
            ])
          })
      ))
    return .object(members)
  }
}
