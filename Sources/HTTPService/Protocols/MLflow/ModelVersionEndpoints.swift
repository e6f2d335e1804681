import Tracking

extension RagService {
  var modelVersionEndpoints: [Endpoint] {
    [
      mlflow(.post, "/model-versions/create", scope: .ingest, "Register a version of a model.") {
        service, fields, caller in
        func given(_ name: String) throws -> String? {
          let text = try fields.text(name)
          return text?.isEmpty == false ? text : nil
        }
        let version = try service.tracking.createVersion(
          of: try fields.requiredText("name"), source: try fields.requiredText("source"),
          run: try given("run_id"),
          runLink: try given("run_link"), loggedModel: try given("model_id"),
          description: try fields.text("description"),
          tags: try fields.tags(), actor: caller.name)
        return Self.shown(version)
      },
      mlflow(.get, "/model-versions/get", scope: .query, "Show a version.") { service, fields, _ in
        Self.shown(try service.tracking.version(try fields.requiredText("name"), try fields.version()))
      },
      mlflow(.patch, "/model-versions/update", scope: .ingest, "Describe a version.") { service, fields, _ in
        Self.shown(
          try service.tracking.describeVersion(
            try fields.requiredText("name"), try fields.version(), try fields.text("description") ?? ""))
      },
      mlflow(.delete, "/model-versions/delete", scope: .ingest, "Delete a version.") {
        service, fields, caller in
        try service.tracking.deleteVersion(
          try fields.requiredText("name"), try fields.version(), actor: caller.name)
        return Self.done
      },
      mlflow(.post, "/model-versions/transition-stage", scope: .ingest, "Move a version to a stage.") {
        service, fields, caller in
        let version = try service.tracking.setStage(
          try fields.requiredText("name"), try fields.version(),
          to: try ModelStage.named(try fields.requiredText("stage")),
          archives: try fields.bool("archive_existing_versions") ?? false, actor: caller.name)
        return Self.shown(version)
      },
      mlflow(.get, "/model-versions/search", scope: .query, "List versions.") { service, fields, _ in
        let (limit, offset) = try fields.page(default: 10_000, most: 200_000)
        let page = try service.tracking.searchVersions(
          filter: try fields.text("filter"), orderBy: try fields.texts("order_by"), limit: limit,
          offset: offset)
        return MLflowJSON.page("model_versions", page, MLflowJSON.version)
      },
      mlflow(.get, "/model-versions/get-download-uri", scope: .query, "Where a version's files are.") {
        service, fields, _ in
        let version = try service.tracking.version(try fields.requiredText("name"), try fields.version())
        return .object([("artifact_uri", .string(version.location))])
      },
      mlflow(.post, "/model-versions/set-tag", scope: .ingest, "Tag a version.") { service, fields, _ in
        try service.tracking.setVersionTag(
          try fields.requiredText("name"), try fields.version(), try fields.requiredText("key"),
          try fields.text("value") ?? "")
        return Self.done
      },
      mlflow(.delete, "/model-versions/delete-tag", scope: .ingest, "Remove a tag of a version.") {
        service, fields, _ in
        try service.tracking.deleteVersionTag(
          try fields.requiredText("name"), try fields.version(), try fields.requiredText("key"))
        return Self.done
      },
    ]
  }

  private static func shown(_ version: ModelVersion) -> JSONValue {
    .object([("model_version", MLflowJSON.version(version))])
  }
}
