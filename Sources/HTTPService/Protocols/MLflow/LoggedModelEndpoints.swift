import Catalog
import Hummingbird
import Tracking

extension RagService {
  /// Paths with a model's id in them.
  private func model(
    _ method: HTTPRequest.Method, _ rest: String, scope: KeyScope, _ summary: String,
    _ handler: @escaping @Sendable (TrackingStore, String, String, MLflowFields) throws -> JSONValue
  ) -> Endpoint {
    let path = Self.mlflowPrefix + "/logged-models/{model_id}" + rest
    var description = EndpointDescription(summary, tag: "mlflow").path("model_id", "Id of the logged model.")
    if rest.hasSuffix("{tag_key}") { description = description.path("tag_key", "Name of the tag.") }
    if method == .post || method == .patch { description = description.takes(Schema.anything) }
    return Endpoint(method, path, scope: scope, description.gives(Schema.anything)) {
      [self] request, context in
      let id = context.parameters.get("model_id") ?? ""
      let key = try context.parameters.get("tag_key").map { try Request.decoded($0) } ?? ""
      let isBare = method == .get || method == .delete
      let body = isBare ? [] : try await bodyReader.read(request, limit: 4 << 20)
      let tracking = tracking
      let answer = try await BackgroundThread.run(niceness: 0) {
        try handler(tracking, id, key, MLflowFields(json: body))
      }
      return Response(json: answer)
    }
  }

  var loggedModelEndpoints: [Endpoint] {
    [
      mlflow(.post, "/logged-models", scope: .ingest, "Begin to log a model.") { service, fields, _ in
        let model = try service.tracking.createLoggedModel(
          experiment: try fields.experiment(), name: try fields.text("name"),
          sourceRun: try fields.text("source_run_id"),
          type: try fields.text("model_type"), parameters: try fields.pairs("params"), tags: try fields.tags()
        )
        return .object([("model", MLflowJSON.loggedModel(model))])
      },
      mlflow(.post, "/logged-models/search", scope: .query, "List logged models.") { service, fields, _ in
        let (limit, offset) = try fields.page(default: 100, most: 1000)
        var order: [String] = []
        for entry in try fields.objects("order_by") {
          let ascending = try entry.bool("ascending") ?? true
          order.append(try entry.requiredText("field_name") + (ascending ? " ASC" : " DESC"))
        }
        let page = try service.tracking.searchLoggedModels(
          experiments: try fields.experiments(), filter: try fields.text("filter"), orderBy: order,
          limit: limit,
          offset: offset)
        return MLflowJSON.page("models", page, MLflowJSON.loggedModel)
      },
      model(.get, "", scope: .query, "Show a logged model.") { tracking, id, _, _ in
        .object([("model", MLflowJSON.loggedModel(try tracking.loggedModel(id)))])
      },
      model(.delete, "", scope: .ingest, "Delete a logged model.") { tracking, id, _, _ in
        try tracking.deleteLoggedModel(id)
        return Self.done
      },
      model(.patch, "", scope: .ingest, "Say that a logged model is whole, or that it failed.") {
        tracking, id, _, fields in
        let text = try fields.requiredText("status")
        guard
          let status = LoggedModel.Status(rawValue: text)
            ?? LoggedModel.Status(rawValue: "LOGGED_MODEL_" + text)
        else {
          throw TrackingError(
            .invalid, "Invalid value \"\(text.prefix(100))\" for parameter 'status' supplied")
        }
        return .object([("model", MLflowJSON.loggedModel(try tracking.setLoggedModel(id, status: status)))])
      },
      model(.post, "/params", scope: .ingest, "Log parameters of a logged model.") {
        tracking, id, _, fields in
        try tracking.logModelParameters(id, try fields.pairs("params"))
        return Self.done
      },
      model(.patch, "/tags", scope: .ingest, "Tag a logged model.") { tracking, id, _, fields in
        try tracking.setLoggedModelTags(id, try fields.tags())
        return Self.done
      },
      model(.delete, "/tags/{tag_key}", scope: .ingest, "Remove a tag of a logged model.") {
        tracking, id, key, _ in
        try tracking.deleteLoggedModelTag(id, key)
        return Self.done
      },
    ]
  }
}
