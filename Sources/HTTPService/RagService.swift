import Embeddings
import Generation
import IndexStore
import Retrieval
import Tracking
import Transport

/// All parts of a running server.
package final class RagService: Sendable {
  /// Makes collections for uploads, and opens them; given by whoever knows the configuration.
  package struct Wiring: Sendable {
    /// Opens a collection with its models.
    package var open: OpenCollections.Opener
    /// Makes a collection as the configuration says.
    package var create: @Sendable (_ name: String) async throws -> Void
    /// The embedder that a collection is ingested with.
    package var ingestEmbedder: @Sendable (_ collection: String) async throws -> any Embedder
    /// The query of a question that says nothing else than its text.
    package var query: @Sendable (_ text: String) throws -> RetrievalQuery
    /// What alarms are posted with.
    package var webhookTransport: (any HTTPTransport)?
    /// Bytes of the tokens of the vocabulary that OpenAI's clients send ids of; `nil` where it is not installed.
    package var tokenVocabulary: @Sendable () throws -> TokenVocabulary?

    package init(
      open: @escaping OpenCollections.Opener,
      create: @escaping @Sendable (_ name: String) async throws -> Void,
      ingestEmbedder: @escaping @Sendable (_ collection: String) async throws -> any Embedder,
      query: @escaping @Sendable (_ text: String) throws -> RetrievalQuery,
      webhookTransport: (any HTTPTransport)? = nil,
      tokenVocabulary: @escaping @Sendable () throws -> TokenVocabulary?
    ) {
      self.open = open
      self.create = create
      self.ingestEmbedder = ingestEmbedder
      self.query = query
      self.webhookTransport = webhookTransport
      self.tokenVocabulary = tokenVocabulary
    }
  }

  package let configuration: ServiceConfiguration
  let home: HomeFolder
  let wiring: Wiring
  let keys: ServiceKeys
  let rates = RateLimiter()
  let collections: OpenCollections
  let gate: AdmissionGate
  package let metrics: ServiceMetrics
  let recent = RecentRequests()
  package let log: AccessLog
  let traces: TraceExporter?
  let watch = ConnectionWatch()
  let answers: AnswerLog
  let uploads: UploadStore
  let pageImages = PageImages()
  package let jobs: JobRunner
  let readiness: Readiness
  package let drift: DriftWatch
  package let registry: RegistryWatch
  let monitor: DriftMonitor
  package let tracking: TrackingStore
  /// Trained models that are loaded.
  package let shelf: ModelShelf
  /// Questions are hashed under it.
  let observationKey: [UInt8]

  package init(
    _ configuration: ServiceConfiguration, home: HomeFolder, wiring: Wiring, metrics: ServiceMetrics,
    log: AccessLog, traces: TraceExporter?, threads: Int
  ) {
    self.configuration = configuration
    self.home = home
    self.wiring = wiring
    self.metrics = metrics
    self.log = log
    self.traces = traces
    keys = ServiceKeys(catalog: home.catalog)
    collections = OpenCollections(home: home, opener: wiring.open)
    gate = AdmissionGate(slots: configuration.workers, queue: configuration.queue)
    tracking = TrackingStore(catalog: home.catalog, home: home.path, bucket: configuration.bucket)
    answers = AnswerLog(
      catalog: home.catalog, tracking: tracking, log: log, predictionDays: configuration.predictionDays)
    uploads = UploadStore(home: home)
    jobs = JobRunner(
      home: home, uploads: uploads, wiring: wiring, metrics: metrics, log: log, threads: threads,
      limits: configuration.readingLimits)
    readiness = Readiness()
    shelf = ModelShelf(tracking, embeddings: configuration.embeddings)
    // It stands behind requests, on one thread.
    var settings = configuration.drift
    settings.threads = 1
    settings.niceness = 10
    let collections = collections
    monitor = DriftMonitor(home: home, settings: settings) { try await collections.collection($0) }
    drift = DriftWatch(
      monitor: monitor,
      notifier: DriftNotifier(EventSender(configuration.driftAlarms, transport: wiring.webhookTransport)),
      log: log,
      interval: configuration.driftLookSeconds > 0 ? .seconds(configuration.driftLookSeconds) : nil)
    registry = RegistryWatch(
      tracking, shelf: shelf,
      sender: EventSender(configuration.registryAlarms, transport: wiring.webhookTransport),
      log: log)
    observationKey = (try? home.catalog.observationKey()) ?? []
    let drift = drift
    metrics.registry.observe { drift.gauges }
    let shelf = shelf
    metrics.registry.observe { shelf.gauges }
    let gate = gate
    let catalog = home.catalog
    metrics.registry.observe {
      let load = gate.load
      var values: [(family: String, labels: MetricRegistry.Labels, value: Double)] = [
        ("rag_queue_running", [:], Double(load.running)), ("rag_queue_waiting", [:], Double(load.waiting)),
        ("rag_jobs_unfinished", [:], Double(((try? catalog.unfinishedJobs()) ?? []).count)),
      ]
      for record in (try? catalog.collections()) ?? [] {
        guard let counts = try? catalog.counts(ofCollection: record.id) else { continue }
        let segments = (try? catalog.state(ofCollection: record.name)?.segments.count) ?? 0
        values.append(("rag_index_documents", ["collection": record.name], Double(counts.documents)))
        values.append(("rag_index_chunks", ["collection": record.name], Double(counts.chunks)))
        values.append(("rag_index_segments", ["collection": record.name], Double(segments)))
      }
      return values
    }
  }

  /// Writes down what is still in memory; for those who use the service without running it.
  package func finish() { answers.flush() }

  /// What the caller sees of all collections; `nil` is everything.
  func view(of caller: Caller) -> AccessView? { caller.view(rules: configuration.accessRules) }

  /// Method and path of all routes, as in `/openapi.json`.
  package var routes: [String] { endpoints.map { "\($0.method.rawValue) \($0.path)" } }

  /// All routes.
  var endpoints: [Endpoint] {
    queryEndpoints + documentEndpoints + placeEndpoints + collectionEndpoints + jobEndpoints + driftEndpoints
      + healthEndpoints
      + openAIEndpoints
      + rerankEndpoints + toolEndpoints + modelEndpoints + scoringEndpoints + inferenceEndpoints
      + mlflowEndpoints
      + pageEndpoints
  }
}
