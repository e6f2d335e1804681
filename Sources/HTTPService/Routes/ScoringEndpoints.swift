import Foundation
import Hummingbird
import Kernels
import Tables
import Tracking
import Training

/// Scoring of rows by registered models, with the bodies of MLflow's scoring server.
extension RagService {
  static let scoringBodyLimit = 16 << 20
  static let deadlineParameter = "deadline_ms"
  /// Rows that are scored between two looks at the clock.
  private static let scoringBlock = 256

  var scoringEndpoints: [Endpoint] {
    func described(_ summary: String) -> EndpointDescription {
      EndpointDescription(summary, tag: "models")
        .takes(Schema.reference("ScoringRequest")).takes(Schema.text, as: "text/csv")
        .query(
          Self.deadlineParameter, Schema.integer(from: 1, to: 600_000),
          "Time to be done in, milliseconds; what cannot be is refused."
        )
        .gives(Schema.reference("Scores"))
    }
    return [
      Endpoint(
        .post, "/api/v1/models/{name}/invocations", scope: .query,
        described(
          "Score rows: by the alias champion, else the newest version; NAME@alias and version choose another."
        )
        .path("name", "Registered model, or NAME@alias.")
        .query("version", Schema.integer(from: 1, to: 1_000_000_000), "Version, where no alias is meant.")
      ) { [self] request, context in
        try await score(try reference(request, context), request)
      },
      Endpoint(
        .post, "/invocations", scope: .query,
        described("Score rows by the one registered model there is.")
      ) { [self] request, _ in try await score(try onlyModel(), request) },
      Endpoint(
        .get, "/api/v1/models/{name}/monitors", scope: .query,
        EndpointDescription("What the live monitors of the serving version tell.", tag: "models")
          .path("name", "Registered model, or NAME@alias.").gives(Schema.reference("ModelMonitors"))
      ) { [self] _, context in
        let name = try Request.decoded(context.parameters.get("name") ?? "")
        let reference = try ModelReference(name)
        let loaded: LoadedModel
        do {
          loaded = try await shelf.model(reference).loaded
        } catch let error as TrackingError {
          // A model that this server only keeps has no monitors.
          guard error.code == .invalid else { throw error }
          return Response(
            json: .object([
              ("model", .string(reference.name)), ("version", .null), ("monitors", .array([])),
              ("reason", .string(error.message)),
            ]))
        }
        return Response(
          json: .object([
            ("model", .string(loaded.version.model)), ("version", .integer(Int(loaded.version.version))),
            (
              "monitors",
              .array(
                loaded.monitor.findings.map { finding in
                  .object([
                    ("monitor", .string(finding.kind.rawValue)), ("subject", .string(finding.subject)),
                    ("alarm", .bool(finding.isAlarm)), ("message", .string(finding.message)),
                  ])
                })
            ),
          ]))
      },
      Endpoint(
        .get, "/ping", scope: nil,
        EndpointDescription("Whether rows can be scored, as MLflow's scoring server tells it.", tag: "models")
          .gives(Schema.text, as: "text/plain").gives(Schema.text, status: 503, as: "text/plain")
      ) { [self] _, _ in
        Response(
          status: canScore ? .ok : .serviceUnavailable,
          body: ResponseBody(byteBuffer: ByteBuffer(string: "\n")))
      },
    ]
  }

  /// Whether requests to score are taken: the registry can be read and the server isn't about to end.
  var canScore: Bool {
    guard !readiness.isDraining else { return false }
    return (try? tracking.searchModels(filter: nil, orderBy: [], limit: 1, offset: 0)) != nil
  }

  /// The version that a path and its `version` mean.
  func reference(_ request: Request, _ context: ServiceContext) throws -> ModelReference {
    var reference = try ModelReference(try Request.decoded(context.parameters.get("name") ?? ""))
    if let version = try request.integer("version", in: 1...1_000_000_000) {
      reference.choice = .version(Int64(version))
    }
    return reference
  }

  private func onlyModel() throws -> ModelReference {
    let models = try tracking.searchModels(filter: nil, orderBy: [], limit: 2, offset: 0).items
    guard models.count == 1 else {
      throw ServiceError(
        models.isEmpty ? .modelMissing : .invalidRequest,
        models.isEmpty
          ? "no model is registered" : "several models are registered: use /api/v1/models/NAME/invocations")
    }
    return ModelReference(name: models[0].name, choice: .serving)
  }

  /// When scoring must be done, as the query says, else as the server is set up.
  func scoringDeadline(_ request: Request) throws -> ContinuousClock.Instant? {
    configuration.deadline(
      after: try request.integer(Self.deadlineParameter, in: ServiceConfiguration.deadlineRange))
  }

  private func score(_ reference: ModelReference, _ request: Request) async throws -> Response {
    let deadline = try scoringDeadline(request)
    let choice = try await shelf.model(reference)
    let features = choice.loaded.model.schema.features
    let rows: [[String: RowValue]]
    if request.headers[.contentType]?.hasPrefix("text/csv") == true {
      let bytes = try await bodyReader.read(request, limit: Self.scoringBodyLimit)
      let types = TableSchema(
        numerical: features.filter { $0.kind == .number }.map(\.name),
        categorical: features.filter { $0.kind != .number }.map(\.name))
      do {
        let table = try FeatureTable(Table(csv: bytes, schema: types), features)
        rows = (0..<table.rowCount).map { table.row($0, features) }
      } catch let error as TableError {
        throw ServiceError(.invalidRequest, error.message)
      }
    } else {
      rows = try ScoringRows(
        try await fields(request, limit: Self.scoringBodyLimit), features: features.map(\.name)
      ).rows
    }
    let scored = try await scored(rows, by: choice, deadline: deadline)
    return Response(json: ScoresJSON(choice, scored.said, ids: scored.ids).json)
  }

  /// What a model says of rows; counted, watched and kept.
  ///
  /// - Throws: `TrainingError.schema` for rows that don't fit, and for one without any value; `AdmissionError` for what cannot
  ///   be done by the deadline.
  func scored(
    _ rows: [[String: RowValue]], by choice: ModelShelf.Choice, deadline: ContinuousClock.Instant?
  ) async throws -> (said: DoubleMatrix, ids: [String]) {
    let model = choice.loaded.model
    let features = model.schema.features
    if let empty = rows.firstIndex(where: { row in
      features.allSatisfy { row[$0.name, default: .null] == .null }
    }) {
      throw TrainingError(
        violations: [
          SchemaViolation(
            column: "*", row: empty, message: "has no value at all: nothing can be told from it")
        ])
    }
    let table = try FeatureTable(rows: rows, features)
    let (said, seconds) = try await gate.run(.score, deadline: deadline) {
      let start = ContinuousClock.now
      let said = try Self.predictions(model, table, deadline: deadline)
      return (said, start.duration(to: .now).milliseconds / 1000)
    }
    let labels = (0..<said.rows).map { model.label(said, row: $0) }
    let scores = (0..<said.rows).map { said.values[$0 * said.columns + min(1, said.columns - 1)] }
    metrics.scored(choice, labels: labels.map { $0 ?? "" }, seconds: seconds)
    choice.loaded.monitor.observe(rows, labels: labels, scores: scores)
    let request = UUID().uuidString.lowercased()
    let ids = rows.indices.map { "\(request)-\($0)" }
    let now = Date().timeIntervalSince1970
    let version = choice.loaded.version
    let keepsFeatures = configuration.keepsFeatures
    answers.add(
      rows.indices.map { row in
        PredictionRecord(
          id: ids[row], at: now, model: version.model, version: version.version, digest: choice.loaded.digest,
          features: keepsFeatures ? Self.json(rows[row], features) : nil,
          output: labels[row] ?? "\(scores[row])",
          seconds: seconds / Double(max(1, rows.count)))
      })
    return (said, ids)
  }

  private static func predictions(
    _ model: TrainedModel, _ table: FeatureTable, deadline: ContinuousClock.Instant?
  ) throws -> DoubleMatrix {
    guard table.rowCount > scoringBlock else { return model.predict(table) }
    var values: [Double] = []
    var columns = 0
    for first in stride(from: 0, to: table.rowCount, by: scoringBlock) {
      try Task.checkCancellation()
      if let deadline, deadline <= .now {
        throw AdmissionError(code: .deadlineTooShort, retryAfter: 1)
      }
      let part = model.predict(table.rows(Array(first..<min(first + scoringBlock, table.rowCount))))
      columns = part.columns
      values += part.values
    }
    return DoubleMatrix(rows: table.rowCount, columns: columns, values: values)
  }

  private static func json(_ row: [String: RowValue], _ features: [ColumnSpecification]) -> String {
    JSONValue.object(
      features.map { feature in
        switch row[feature.name, default: .null] {
        case .null: (feature.name, .null)
        case .boolean(let value): (feature.name, .bool(value))
        // Whole numbers without a fraction, as in the baseline.
        case .number(let value): (feature.name, Int(exactly: value).map { .integer($0) } ?? .number(value))
        case .text(let value): (feature.name, .string(value))
        }
      }
    ).description
  }
}

/// What is said of rows, as MLflow's scoring server says it, with the model that said it.
struct ScoresJSON {
  let json: JSONValue

  /// - Parameter ids: of each row, for feedback.
  init(_ choice: ModelShelf.Choice, _ said: DoubleMatrix, ids: [String]) {
    let model = choice.loaded.model
    let predictions = (0..<said.rows).map { row -> JSONValue in
      if model.schema.task == .regression { return .number(said.values[row]) }
      var members: [(String, JSONValue)] = model.label(said, row: row).map { [("label", .string($0))] } ?? []
      for (place, name) in model.schema.outputNames.enumerated() {
        members.append((name, .number(said.values[row * said.columns + place])))
      }
      return .object(members)
    }
    json = .object([
      ("predictions", .array(predictions)),
      (
        "model",
        .object([
          ("name", .string(choice.loaded.version.model)),
          ("version", .integer(Int(choice.loaded.version.version))),
          ("digest", .string(choice.loaded.digest)),
        ])
      ), ("prediction_ids", .array(ids.map { .string($0) })), ("fallback", JSONValue(choice.fallback)),
    ])
  }
}
