/// A group of runs that are compared with each other. Times are milliseconds since 1970, as all here.
package struct Experiment: Sendable, Hashable {
  package var id: Int64
  package var name: String
  package var artifactLocation: String
  package var isDeleted: Bool
  package var createdAt: Int64
  package var updatedAt: Int64
  package var tags: [String: String]
}

/// A value at a time. NaN and infinities are values too.
package struct Metric: Sendable, Hashable {
  package var name: String
  package var value: Double
  package var step: Int64
  package var at: Int64

  package init(name: String, value: Double, step: Int64, at: Int64) {
    self.name = name
    self.value = value
    self.step = step
    self.at = at
  }
}

/// Data that a run read.
package struct Dataset: Sendable, Hashable {
  package var name: String
  package var digest: String
  package var sourceType: String
  package var source: String
  package var schema: String?
  package var profile: String?
  /// Of its use in the run: `mlflow.data.context` among them.
  package var tags: [String: String]

  package init(
    name: String, digest: String, sourceType: String, source: String, schema: String? = nil,
    profile: String? = nil, tags: [String: String] = [:]
  ) {
    self.name = name
    self.digest = digest
    self.sourceType = sourceType
    self.source = source
    self.schema = schema
    self.profile = profile
    self.tags = tags
  }
}

/// A logged model that a run read or made.
package struct ModelUse: Sendable, Hashable {
  package var model: String
  package var step: Int64

  package init(model: String, step: Int64 = 0) {
    self.model = model
    self.step = step
  }
}

package enum RunStatus: String, Sendable, CaseIterable {
  case running = "RUNNING"
  case scheduled = "SCHEDULED"
  case finished = "FINISHED"
  case failed = "FAILED"
  case killed = "KILLED"
}

/// One execution: what it was given, what it measured, what it made.
package struct Run: Sendable, Hashable {
  var row: Int64
  package var id: String
  package var experiment: Int64
  package var name: String
  package var user: String
  package var status: RunStatus
  package var startedAt: Int64
  package var endedAt: Int64?
  package var artifactURI: String
  package var isDeleted: Bool
  package var parameters: [String: String] = [:]
  /// The last value of each: of the highest step, then time, then value.
  package var metrics: [Metric] = []
  package var tags: [String: String] = [:]
  package var datasets: [Dataset] = []
  package var modelInputs: [ModelUse] = []
  package var modelOutputs: [ModelUse] = []
}

/// A model that a run made, whether registered or not.
package struct LoggedModel: Sendable, Hashable {
  package enum Status: String, Sendable {
    case pending = "LOGGED_MODEL_PENDING"
    case ready = "LOGGED_MODEL_READY"
    case failed = "LOGGED_MODEL_UPLOAD_FAILED"
  }

  /// `m-` and 32 hexadecimal digits.
  package var id: String
  package var experiment: Int64
  package var name: String
  package var sourceRun: String?
  package var type: String?
  package var status: Status
  package var artifactURI: String
  package var createdAt: Int64
  package var updatedAt: Int64
  package var parameters: [String: String] = [:]
  package var tags: [String: String] = [:]
  package var metrics: [ModelMetric] = []
}

/// A metric of a logged model, with the run that measured it.
package struct ModelMetric: Sendable, Hashable {
  package var metric: Metric
  package var run: String
  package var datasetName: String?
  package var datasetDigest: String?
}
