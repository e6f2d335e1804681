import Storage
import Tracking

extension ModelVersion {
  /// `NAME/VERSION`.
  package var reference: String { "\(model)/\(version)" }
}

extension VersionLineage {
  package var json: JSONValue {
    let data = (run?.datasets ?? []).map { dataset in
      JSONValue.object([
        ("name", .string(dataset.name)), ("digest", .string(dataset.digest)),
        ("source", .string(dataset.source)),
      ])
    }
    return .object([
      ("version", .string(version.reference)), ("digest", JSONValue(version.digest.map { Hex.string($0) })),
      ("run_id", JSONValue(version.run)), ("data", .array(data)),
      ("split_seed", JSONValue(run?.parameters["seed"])),
      ("configuration_sha256", JSONValue(run?.tags[TrackingStore.configurationTag])),
      ("binary_sha256", JSONValue(run?.tags[TrackingStore.binaryTag])),
      ("code_commit", JSONValue(run?.tags[TrackingStore.commitTag])),
      ("code_has_changes", run?.tags[TrackingStore.changesTag].map { .bool($0 == "true") } ?? .null),
      ("parents", .array(parents.map { .string($0.reference) })),
      ("children", .array(children.map { .string($0.reference) })),
    ])
  }
}
