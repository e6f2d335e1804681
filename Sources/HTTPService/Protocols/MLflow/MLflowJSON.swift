import Foundation
import Tracking

/// Records as MLflow's REST shows them.
enum MLflowJSON {
  static func tags(_ tags: [String: String]) -> JSONValue {
    .array(tags.sorted { $0.key < $1.key }.map { pair($0.key, $0.value) })
  }

  private static func pair(_ key: String, _ value: String) -> JSONValue {
    .object([("key", .string(key)), ("value", .string(value))])
  }

  /// An object of what is there: missing members are left out.
  private static func object(_ members: [(String, JSONValue?)]) -> JSONValue {
    .object(members.compactMap { name, value in value.map { (name, $0) } })
  }

  private static func text(_ value: String?) -> JSONValue? { value.map { .string($0) } }
  private static func integer(_ value: Int64?) -> JSONValue? { value.map { .integer(Int($0)) } }

  static func number(_ value: Double) -> JSONValue {
    if value.isNaN { return .string("NaN") }
    if value.isInfinite { return .string(value > 0 ? "Infinity" : "-Infinity") }
    return .number(value)
  }

  /// A page of `items` under `name`, with where the next begins.
  static func page<Item>(_ name: String, _ page: Page<Item>, _ shown: (Item) -> JSONValue) -> JSONValue {
    object([
      (name, .array(page.items.map(shown))),
      ("next_page_token", page.next.map { .string(Data(String($0).utf8).base64EncodedString()) }),
    ])
  }

  static func experiment(_ experiment: Experiment) -> JSONValue {
    .object([
      ("experiment_id", .string(String(experiment.id))), ("name", .string(experiment.name)),
      ("artifact_location", .string(experiment.artifactLocation)),
      ("lifecycle_stage", .string(experiment.isDeleted ? "deleted" : "active")),
      ("creation_time", .integer(Int(experiment.createdAt))),
      ("last_update_time", .integer(Int(experiment.updatedAt))), ("tags", tags(experiment.tags)),
    ])
  }

  static func metric(_ metric: Metric) -> JSONValue {
    .object([
      ("key", .string(metric.name)), ("value", number(metric.value)), ("timestamp", .integer(Int(metric.at))),
      ("step", .integer(Int(metric.step))),
    ])
  }

  static func info(_ run: Run) -> JSONValue {
    object([
      ("run_id", .string(run.id)), ("run_uuid", .string(run.id)), ("run_name", .string(run.name)),
      ("experiment_id", .string(String(run.experiment))), ("user_id", .string(run.user)),
      ("status", .string(run.status.rawValue)), ("start_time", integer(run.startedAt)),
      ("end_time", integer(run.endedAt)), ("artifact_uri", .string(run.artifactURI)),
      ("lifecycle_stage", .string(run.isDeleted ? "deleted" : "active")),
    ])
  }

  static func run(_ run: Run) -> JSONValue {
    .object([
      ("info", info(run)),
      (
        "data",
        .object([
          ("metrics", .array(run.metrics.sorted { $0.name < $1.name }.map(metric))),
          ("params", tags(run.parameters)), ("tags", tags(run.tags)),
        ])
      ),
      (
        "inputs",
        .object([
          ("dataset_inputs", .array(run.datasets.map(dataset))),
          ("model_inputs", .array(run.modelInputs.map { .object([("model_id", .string($0.model))]) })),
        ])
      ),
      (
        "outputs",
        .object([
          (
            "model_outputs",
            .array(
              run.modelOutputs.map {
                .object([("model_id", .string($0.model)), ("step", .integer(Int($0.step)))])
              })
          )
        ])
      ),
    ])
  }

  private static func dataset(_ dataset: Dataset) -> JSONValue {
    .object([
      ("tags", tags(dataset.tags)),
      (
        "dataset",
        object([
          ("name", .string(dataset.name)), ("digest", .string(dataset.digest)),
          ("source_type", .string(dataset.sourceType)), ("source", .string(dataset.source)),
          ("schema", text(dataset.schema)), ("profile", text(dataset.profile)),
        ])
      ),
    ])
  }

  static func loggedModel(_ model: LoggedModel) -> JSONValue {
    .object([
      (
        "info",
        object([
          ("model_id", .string(model.id)), ("experiment_id", .string(String(model.experiment))),
          ("name", .string(model.name)), ("creation_timestamp_ms", integer(model.createdAt)),
          ("last_updated_timestamp_ms", integer(model.updatedAt)),
          ("artifact_uri", .string(model.artifactURI)),
          ("status", .string(model.status.rawValue)), ("model_type", text(model.type)),
          ("source_run_id", text(model.sourceRun)), ("tags", tags(model.tags)),
        ])
      ),
      (
        "data",
        .object([
          ("params", tags(model.parameters)),
          (
            "metrics",
            .array(
              model.metrics.map { entry in
                object([
                  ("key", .string(entry.metric.name)), ("value", number(entry.metric.value)),
                  ("timestamp", integer(entry.metric.at)), ("step", integer(entry.metric.step)),
                  ("run_id", .string(entry.run)), ("model_id", .string(model.id)),
                  ("dataset_name", text(entry.datasetName)), ("dataset_digest", text(entry.datasetDigest)),
                ])
              })
          ),
        ])
      ),
    ])
  }

  static func registeredModel(_ model: RegisteredModel) -> JSONValue {
    .object([
      ("name", .string(model.name)), ("creation_timestamp", .integer(Int(model.createdAt))),
      ("last_updated_timestamp", .integer(Int(model.updatedAt))), ("description", .string(model.description)),
      ("latest_versions", .array(model.latest.map(version))), ("tags", tags(model.tags)),
      (
        "aliases",
        .array(
          model.aliases.sorted { $0.key < $1.key }.map {
            .object([("alias", .string($0.key)), ("version", .string(String($0.value)))])
          })
      ),
    ])
  }

  static func version(_ version: ModelVersion) -> JSONValue {
    object([
      ("name", .string(version.model)), ("version", .string(String(version.version))),
      ("creation_timestamp", integer(version.createdAt)),
      ("last_updated_timestamp", integer(version.updatedAt)),
      ("user_id", .string(version.user)), ("current_stage", .string(version.stage.rawValue)),
      ("description", .string(version.description)), ("source", .string(version.source)),
      ("run_id", .string(version.run ?? "")), ("run_link", text(version.runLink)),
      ("model_id", text(version.loggedModel)), ("status", .string("READY")), ("tags", tags(version.tags)),
      ("aliases", .array(version.aliases.map { .string($0) })),
    ])
  }
}
