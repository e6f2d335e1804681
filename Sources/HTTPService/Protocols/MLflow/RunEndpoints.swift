import Tracking

extension RagService {
  private static let mostMetrics = 1000
  private static let mostParameters = 100

  var runEndpoints: [Endpoint] {
    runLifeEndpoints + runLogEndpoints + [
      mlflow(.post, "/runs/search", scope: .query, "List runs of experiments.") { service, fields, _ in
        let (limit, offset) = try fields.page(default: 1000, most: 50_000)
        let page = try service.tracking.searchRuns(
          experiments: try fields.experiments(), filter: try fields.text("filter"),
          orderBy: try fields.texts("order_by"), lifecycle: try fields.lifecycle("run_view_type"),
          limit: limit,
          offset: offset)
        return MLflowJSON.page("runs", page, MLflowJSON.run)
      },
      mlflow(.get, "/metrics/get-history", scope: .query, "All values of a metric.") { service, fields, _ in
        let (limit, offset) = try fields.page(default: 25_000, most: 25_000)
        let page = try service.tracking.metricHistory(
          try fields.run(), try fields.requiredText("metric_key"), limit: limit, offset: offset)
        return MLflowJSON.page("metrics", page, MLflowJSON.metric)
      },
      mlflow(.get, "/artifacts/list", scope: .query, "Files of a run.") { service, fields, _ in
        let run = try service.tracking.run(try fields.run())
        let path = try fields.text("path") ?? ""
        let inside = try ArtifactStore.checked(path, allowsEmpty: true)
        let root = TrackingStore.storePath(run.artifactURI) ?? ""
        let whole = inside.isEmpty ? root : root + "/" + inside
        let entries = try root.isEmpty ? [] : service.tracking.artifacts.list(whole)
        return .object([
          ("root_uri", .string(run.artifactURI)),
          ("files", .array(entries.map { Self.fileJSON($0, under: inside) })),
        ])
      },
    ]
  }

  /// - Parameter folder: that its path is told with.
  static func fileJSON(_ entry: ArtifactStore.Entry, under folder: String) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("path", .string(folder.isEmpty ? entry.name : folder + "/" + entry.name)),
      ("is_dir", .bool(entry.isFolder)),
    ]
    if let bytes = entry.bytes { members.append(("file_size", .integer(bytes))) }
    return .object(members)
  }

  private var runLifeEndpoints: [Endpoint] {
    [
      mlflow(.post, "/runs/create", scope: .ingest, "Begin a run.") { service, fields, caller in
        let run = try service.tracking.createRun(
          experiment: fields.has("experiment_id") ? try fields.experiment() : 0,
          name: try fields.text("run_name"),
          user: try fields.text("user_id") ?? caller.name, startedAt: try fields.integer("start_time"),
          tags: try fields.tags())
        return .object([("run", MLflowJSON.run(run))])
      },
      mlflow(.get, "/runs/get", scope: .query, "Show a run.") { service, fields, _ in
        .object([("run", MLflowJSON.run(try service.tracking.run(try fields.run())))])
      },
      mlflow(.post, "/runs/update", scope: .ingest, "Change a run's status, end or name.") {
        service, fields, _ in
        let text = try fields.text("status")
        let status = text.flatMap { RunStatus(rawValue: $0) }
        if let text, status == nil {
          throw TrackingError(
            .invalid, "Invalid value \"\(text.prefix(100))\" for parameter 'status' supplied")
        }
        let name = try fields.text("run_name")
        let run = try service.tracking.updateRun(
          try fields.run(), status: status, endedAt: try fields.integer("end_time"),
          name: name?.isEmpty == false ? name : nil)
        return .object([("run_info", MLflowJSON.info(run))])
      },
      mlflow(.post, "/runs/delete", scope: .ingest, "Delete a run.") { service, fields, _ in
        try service.tracking.setRun(try fields.run(), deleted: true)
        return Self.done
      },
      mlflow(.post, "/runs/restore", scope: .ingest, "Bring a run back.") { service, fields, _ in
        try service.tracking.setRun(try fields.run(), deleted: false)
        return Self.done
      },
    ]
  }

  private var runLogEndpoints: [Endpoint] {
    [
      mlflow(.post, "/runs/log-metric", scope: .ingest, "Log a value of a metric.") { service, fields, _ in
        try service.tracking.log(
          try fields.run(), metrics: [try fields.metric()], models: [try fields.text("model_id")],
          dataset: (try fields.text("dataset_name"), try fields.text("dataset_digest")))
        return Self.done
      },
      mlflow(.post, "/runs/log-parameter", scope: .ingest, "Log a parameter, once.") { service, fields, _ in
        try service.tracking.log(
          try fields.run(), parameters: [(try fields.requiredText("key"), try fields.text("value") ?? "")])
        return Self.done
      },
      mlflow(.post, "/runs/log-batch", scope: .ingest, "Log metrics, parameters and tags together.") {
        service, fields, _ in
        let run = try fields.run()
        let points = try fields.objects("metrics")
        let parameters = try fields.pairs("params")
        let tags = try fields.pairs("tags")
        for (name, count, most) in [
          ("metrics", points.count, Self.mostMetrics), ("params", parameters.count, Self.mostParameters),
          ("tags", tags.count, Self.mostParameters),
        ] where count > most {
          throw TrackingError(
            .invalid, "A batch logging request can contain at most \(most) \(name). Got \(count) \(name).")
        }
        try service.tracking.log(
          run, metrics: try points.map { try $0.metric() }, parameters: parameters, tags: tags,
          models: try points.map { try $0.text("model_id") },
          dataset: (try points.first?.text("dataset_name"), try points.first?.text("dataset_digest")))
        return Self.done
      },
      mlflow(.post, "/runs/set-tag", scope: .ingest, "Tag a run.") { service, fields, _ in
        try service.tracking.log(
          try fields.run(), tags: [(try fields.requiredText("key"), try fields.text("value") ?? "")])
        return Self.done
      },
      mlflow(.post, "/runs/delete-tag", scope: .ingest, "Remove a tag of a run.") { service, fields, _ in
        try service.tracking.deleteRunTag(try fields.run(), try fields.requiredText("key"))
        return Self.done
      },
      mlflow(.post, "/runs/log-inputs", scope: .ingest, "Log data and models that a run read.") {
        service, fields, _ in
        try service.tracking.logInputs(
          try fields.run(), datasets: try fields.objects("datasets").map { try $0.dataset() },
          models: try fields.modelUses())
        return Self.done
      },
      mlflow(.post, "/runs/outputs", scope: .ingest, "Log models that a run made.") { service, fields, _ in
        try service.tracking.logOutputs(try fields.run(), models: try fields.modelUses())
        return Self.done
      },
      mlflow(.post, "/runs/log-model", scope: .ingest, "Log a model, as older clients do.") {
        service, fields, _ in
        let json = try fields.requiredText("model_json")
        guard let value = try? RequestFields.parse(Array(json.utf8)), case .object = value else {
          throw TrackingError(
            .invalid, "Invalid value for parameter 'model_json' supplied: it must be a JSON object")
        }
        try service.tracking.recordModel(try fields.run(), json: json)
        return Self.done
      },
    ]
  }
}

extension MLflowFields {
  fileprivate func metric() throws(TrackingError) -> Metric {
    guard let value = try number("value") else { throw Self.missing("value") }
    return Metric(
      name: try requiredText("key"), value: value, step: try integer("step") ?? 0,
      at: try requiredInteger("timestamp"))
  }

  fileprivate func dataset() throws(TrackingError) -> Dataset {
    guard let data = try object("dataset") else { throw Self.missing("dataset") }
    return Dataset(
      name: try data.requiredText("name"), digest: try data.requiredText("digest"),
      sourceType: try data.text("source_type") ?? "", source: try data.text("source") ?? "",
      schema: try data.text("schema"), profile: try data.text("profile"), tags: try tags())
  }

  fileprivate func modelUses() throws(TrackingError) -> [ModelUse] {
    var uses: [ModelUse] = []
    for model in try objects("models") {
      uses.append(ModelUse(model: try model.requiredText("model_id"), step: try model.integer("step") ?? 0))
    }
    return uses
  }
}
