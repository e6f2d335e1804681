import Tracking

extension RagService {
  var registeredModelEndpoints: [Endpoint] {
    [
      mlflow(.post, "/registered-models/create", scope: .ingest, "Register a name for models.") {
        service, fields, caller in
        let model = try service.tracking.createModel(
          try fields.requiredText("name"), description: try fields.text("description"),
          tags: try fields.tags(),
          actor: caller.name)
        return Self.registered(model)
      },
      mlflow(.get, "/registered-models/get", scope: .query, "Show a registered model.") {
        service, fields, _ in
        Self.registered(try service.tracking.model(try fields.requiredText("name")))
      },
      mlflow(.patch, "/registered-models/update", scope: .ingest, "Describe a registered model.") {
        service, fields, _ in
        Self.registered(
          try service.tracking.describeModel(
            try fields.requiredText("name"), try fields.text("description") ?? ""))
      },
      mlflow(.post, "/registered-models/rename", scope: .ingest, "Rename a registered model.") {
        service, fields, caller in
        Self.registered(
          try service.tracking.renameModel(
            try fields.requiredText("name"), to: try fields.requiredText("new_name"), actor: caller.name))
      },
      mlflow(.delete, "/registered-models/delete", scope: .ingest, "Delete a registered model.") {
        service, fields, caller in
        try service.tracking.deleteModel(try fields.requiredText("name"), actor: caller.name)
        return Self.done
      },
      mlflow(.get, "/registered-models/search", scope: .query, "List registered models.") {
        service, fields, _ in
        let (limit, offset) = try fields.page(default: 100, most: 1000)
        let page = try service.tracking.searchModels(
          filter: try fields.text("filter"), orderBy: try fields.texts("order_by"), limit: limit,
          offset: offset)
        return MLflowJSON.page("registered_models", page, MLflowJSON.registeredModel)
      },
      mlflow(
        .post, "/registered-models/get-latest-versions", scope: .query, "The newest version of each stage.",
        Self.latest),
      mlflow(
        .get, "/registered-models/get-latest-versions", scope: .query, "The newest version of each stage.",
        Self.latest),
      mlflow(.post, "/registered-models/set-tag", scope: .ingest, "Tag a registered model.") {
        service, fields, _ in
        try service.tracking.setModelTag(
          try fields.requiredText("name"), try fields.requiredText("key"), try fields.text("value") ?? "")
        return Self.done
      },
      mlflow(.delete, "/registered-models/delete-tag", scope: .ingest, "Remove a tag of a registered model.")
      {
        service, fields, _ in
        try service.tracking.deleteModelTag(try fields.requiredText("name"), try fields.requiredText("key"))
        return Self.done
      },
      mlflow(.post, "/registered-models/alias", scope: .ingest, "Point an alias to a version.") {
        service, fields, caller in
        try service.tracking.setAlias(
          try fields.requiredText("alias"), of: try fields.requiredText("name"), to: try fields.version(),
          actor: caller.name)
        return Self.done
      },
      mlflow(.delete, "/registered-models/alias", scope: .ingest, "Remove an alias.") {
        service, fields, caller in
        try service.tracking.deleteAlias(
          try fields.requiredText("alias"), of: try fields.requiredText("name"), actor: caller.name)
        return Self.done
      },
      mlflow(.get, "/registered-models/alias", scope: .query, "The version that an alias points to.") {
        service, fields, _ in
        let version = try service.tracking.version(
          try fields.requiredText("name"), alias: try fields.requiredText("alias"))
        return .object([("model_version", MLflowJSON.version(version))])
      },
    ]
  }

  private static func registered(_ model: RegisteredModel) -> JSONValue {
    .object([("registered_model", MLflowJSON.registeredModel(model))])
  }

  private static let latest: @Sendable (RagService, MLflowFields, Caller) throws -> JSONValue = {
    service, fields, _ in
    let stages = try fields.texts("stages").map { try ModelStage.named($0) }
    let versions = try service.tracking.latestVersions(try fields.requiredText("name"), stages: stages)
    return .object([("model_versions", .array(versions.map(MLflowJSON.version)))])
  }
}

extension MLflowFields {
  /// Number of a version, as a string or a number.
  func version() throws(TrackingError) -> Int64 {
    guard has("version") else { throw Self.missing("version") }
    do {
      return try requiredInteger("version")
    } catch {
      let shown = (try? text("version")) ?? ""
      throw TrackingError(
        .invalid, "Model version must be an integer, got '\(shown.prefix(100))'")
    }
  }
}

extension ModelStage {
  static func named(_ text: String) throws(TrackingError) -> ModelStage {
    guard let stage = ModelStage(anyCase: text) else {
      throw TrackingError(
        .invalid,
        "Invalid Model Version stage: \(text.prefix(100)). Value must be one of None, Staging, Production, Archived."
      )
    }
    return stage
  }
}
