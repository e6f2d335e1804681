import Documents
import Embeddings
import IndexStore
import Tracking
import Transport

/// How a server is set up.
package struct ServiceConfiguration: Sendable {
  package var host = "127.0.0.1"
  /// 0 takes any that is free.
  package var port = 7700
  package var maximumConnections = 1024
  package var maximumBodyBytes = 64 << 20
  /// Searches and extracts at a time.
  package var workers = 2
  /// Those that may wait for a worker.
  package var queue = 128
  /// For requests that name none; 0 waits for as long as it takes.
  package var deadlineMilliseconds = 30_000
  /// PEM files; both or neither.
  package var tlsCertificate: String?
  package var tlsKey: String?
  /// Web pages of other places that may call: `https://…`, or `*`.
  package var corsOrigins: [String] = []
  /// Requests a minute and key; 0 is without limit.
  package var rateLimit = 0
  package var logsQuestions = false
  /// A connection that is silent for so long between requests, or takes so long to send one, is closed, seconds.
  package var idleSeconds = 60
  /// A body that is not there after so long is given up, seconds.
  package var bodySeconds = 30
  /// Requests that run at the end of the server may take so long, seconds.
  package var drainSeconds = 30
  /// Collection of requests that name none.
  package var collection = "main"
  /// Passages that a question reads unless it says otherwise, as for `rag query`.
  package var questionTopK = 5
  package var accessRules: [AccessRule] = []
  /// How files that are sent are read.
  package var readingLimits = ReadingLimits()
  package var version = ""
  /// Prices of a million tokens of the language model, for the metrics.
  package var inputPricePerMillion = 0.0
  package var outputPricePerMillion = 0.0

  /// Whether texts and vectors of questions are kept, so that their drift can be told.
  package var keepsQuestions = false
  package var drift = DriftMonitorSettings()
  /// Between two looks for windows that have closed, seconds; 0 leaves the monitor off.
  package var driftLookSeconds = 300
  package var driftAlarms = AlarmTargets()

  /// Where files of runs and models go; `nil` is the home's folder.
  package var bucket: S3Bucket?
  /// Has the embedding models that columns of text are read by.
  package var embeddings: ModelStore?
  /// Whether the rows that models score are kept beside what is said of them.
  package var keepsFeatures = false
  /// Predictions that are older are forgotten.
  package var predictionDays = 90
  /// Who is told of changes of registered models, and of their monitors' alarms.
  package var registryAlarms = AlarmTargets()

  package init() {}

  /// Whether only this machine reaches it.
  package var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  /// Milliseconds that a request may ask for.
  static let deadlineRange = 1...600_000

  /// When a request that asks for so many milliseconds must be done; `nil` without limit.
  func deadline(after asked: Int?) -> ContinuousClock.Instant? {
    let milliseconds = asked ?? deadlineMilliseconds
    return milliseconds > 0 ? .now + .milliseconds(milliseconds) : nil
  }
}
