import Tracking

extension RagService {
  var experimentEndpoints: [Endpoint] {
    [
      mlflow(.post, "/experiments/create", scope: .ingest, "Make an experiment.") { service, fields, _ in
        let location = try fields.text("artifact_location")
        let id = try service.tracking.createExperiment(
          try fields.requiredText("name"), location: location?.isEmpty == false ? location : nil,
          tags: try fields.tags())
        return .object([("experiment_id", .string(String(id)))])
      },
      mlflow(.get, "/experiments/get", scope: .query, "Show an experiment.") { service, fields, _ in
        let found = try service.tracking.experiment(try fields.experiment())
        return .object([("experiment", MLflowJSON.experiment(found))])
      },
      mlflow(.get, "/experiments/get-by-name", scope: .query, "Show an experiment, also a deleted one.") {
        service, fields, _ in
        let name = try fields.requiredText("experiment_name")
        guard let found = try service.tracking.experiment(named: name) else {
          throw TrackingError(.missing, "Could not find experiment with name '\(name.prefix(500))'")
        }
        return .object([("experiment", MLflowJSON.experiment(found))])
      },
      mlflow(.post, "/experiments/search", scope: .query, "List experiments.", Self.searchExperiments),
      mlflow(.get, "/experiments/search", scope: .query, "List experiments.", Self.searchExperiments),
      mlflow(.post, "/experiments/update", scope: .ingest, "Rename an experiment.") { service, fields, _ in
        try service.tracking.renameExperiment(
          try fields.experiment(), to: try fields.requiredText("new_name"))
        return Self.done
      },
      mlflow(.post, "/experiments/delete", scope: .ingest, "Delete an experiment with its runs.") {
        service, fields, _ in
        try service.tracking.setExperiment(try fields.experiment(), deleted: true)
        return Self.done
      },
      mlflow(.post, "/experiments/restore", scope: .ingest, "Bring an experiment back.") {
        service, fields, _ in
        try service.tracking.setExperiment(try fields.experiment(), deleted: false)
        return Self.done
      },
      mlflow(.post, "/experiments/set-experiment-tag", scope: .ingest, "Tag an experiment.") {
        service, fields, _ in
        try service.tracking.setExperimentTag(
          try fields.experiment(), try fields.requiredText("key"), try fields.text("value") ?? "")
        return Self.done
      },
      mlflow(.post, "/experiments/delete-experiment-tag", scope: .ingest, "Remove a tag of an experiment.") {
        service, fields, _ in
        try service.tracking.deleteExperimentTag(try fields.experiment(), try fields.requiredText("key"))
        return Self.done
      },
    ]
  }

  private static let searchExperiments: @Sendable (RagService, MLflowFields, Caller) throws -> JSONValue = {
    service, fields, _ in
    let (limit, offset) = try fields.page(default: 1000, most: 50_000)
    let page = try service.tracking.searchExperiments(
      filter: try fields.text("filter"), orderBy: try fields.texts("order_by"),
      lifecycle: try fields.lifecycle("view_type"), limit: limit, offset: offset)
    return MLflowJSON.page("experiments", page, MLflowJSON.experiment)
  }
}

extension MLflowFields {
  /// What is wanted of the living and the deleted.
  func lifecycle(_ name: String) throws(TrackingError) -> Lifecycle {
    guard let text = try text(name), !text.isEmpty else { return .active }
    guard let lifecycle = Lifecycle(rawValue: text.uppercased()) else {
      throw TrackingError(.invalid, "Invalid value \"\(text.prefix(100))\" for parameter '\(name)' supplied")
    }
    return lifecycle
  }
}
