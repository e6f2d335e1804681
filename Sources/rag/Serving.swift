import Embeddings
import Foundation
import Generation
import HTTPService
import IndexStore
import Retrieval
import Synchronization
import Tracking
import Transport

extension Wiring {
  /// A server with all its parts.
  func service(
    host: String?, port: Int?, collection: String?, logLevel: AccessLog.Level
  ) async throws -> RagService {
    let home = try openHome(createIfMissing: true)
    let configuration = try serviceConfiguration(host: host, port: port, collection: collection)
    let metrics = ServiceMetrics(version: configuration.version)
    let log = AccessLog(level: logLevel) { Terminal.write($0, to: STDERR_FILENO) }
    return RagService(
      configuration, home: home, wiring: try serviceWiring(home, metrics: metrics), metrics: metrics,
      log: log,
      traces: try traceExporter(metrics, version: configuration.version), threads: settings.threads)
  }

  private func serviceConfiguration(
    host: String?, port: Int?, collection: String?
  ) throws -> ServiceConfiguration {
    let section = settings.file.server
    var configuration = ServiceConfiguration()
    configuration.version = RagCommand.configuration.version
    configuration.embeddings = ModelStore(root: settings.modelsFolder)
    configuration.bucket = try artifactBucket()
    configuration.host = host ?? section?.host ?? configuration.host
    configuration.port = port ?? section?.port ?? configuration.port
    configuration.collection = collectionName(collection)
    configuration.questionTopK = settings.file.retrieval?.topK ?? configuration.questionTopK
    func positive(_ value: Int?, _ name: String, _ standard: Int, least: Int = 1) throws(UsageError) -> Int {
      guard let value else { return standard }
      guard value >= least else { throw UsageError("server.\(name) must be at least \(least), not \(value)") }
      return value
    }
    configuration.maximumConnections = try positive(
      section?.maximumConnections, "max_connections", configuration.maximumConnections)
    configuration.maximumBodyBytes = try positive(
      section?.maximumBodyBytes, "max_body_bytes", configuration.maximumBodyBytes, least: 1024)
    configuration.workers = try positive(section?.workers, "workers", settings.threads * 2)
    configuration.idleSeconds = try positive(section?.idleSeconds, "idle_seconds", configuration.idleSeconds)
    configuration.bodySeconds = try positive(section?.bodySeconds, "body_seconds", configuration.bodySeconds)
    configuration.drainSeconds = try positive(
      section?.drainSeconds, "drain_seconds", configuration.drainSeconds)
    configuration.queue = try positive(section?.queue, "queue", configuration.queue, least: 0)
    configuration.deadlineMilliseconds = try positive(
      section?.deadlineMilliseconds, "deadline_ms", configuration.deadlineMilliseconds, least: 0)
    configuration.rateLimit = try positive(section?.rateLimit, "rate_limit", 0, least: 0)
    configuration.tlsCertificate = section?.tlsCertificate
    configuration.tlsKey = section?.tlsKey
    guard (section?.tlsCertificate == nil) == (section?.tlsKey == nil) else {
      throw UsageError("server.tls_certificate and server.tls_key go together: give both or neither")
    }
    configuration.corsOrigins = section?.corsOrigins ?? []
    configuration.logsQuestions = section?.logQuestions ?? false
    configuration.accessRules = try (settings.file.access ?? []).map { rule in
      guard !rule.folder.isEmpty, !rule.labels.isEmpty else {
        throw UsageError("each rule of 'access' needs a folder and at least one label")
      }
      let folder = rule.folder.hasSuffix("/") ? String(rule.folder.dropLast()) : rule.folder
      return AccessRule(place: folder, labels: Set(rule.labels))
    }
    configuration.readingLimits = try settings.readingLimits()
    configuration.keepsQuestions = settings.file.drift?.keepQuestions ?? false
    configuration.drift = try settings.driftMonitor()
    configuration.keepsFeatures = settings.file.registry?.keepFeatures ?? false
    if let days = settings.file.registry?.keptDays {
      guard days > 0 else { throw UsageError("registry.kept_days must be at least 1, not \(days)") }
      configuration.predictionDays = days
    }
    configuration.registryAlarms = try settings.registryAlarms()
    configuration.driftLookSeconds = try positive(
      settings.file.drift?.lookSeconds, "look_seconds", configuration.driftLookSeconds, least: 0)
    configuration.driftAlarms = try settings.driftAlarms()
    configuration.inputPricePerMillion = settings.file.llm?.inputPricePerMillion ?? 0
    configuration.outputPricePerMillion = settings.file.llm?.outputPricePerMillion ?? 0
    return configuration
  }

  /// One embedder for each model, shared by all that use it; questions that come together are embedded together.
  func serviceWiring(_ home: HomeFolder, metrics: ServiceMetrics) throws -> RagService.Wiring {
    let embedders = SharedEmbedders()
    let model = try languageModel()
    let prompts = try prompts()
    let tracking = try tracking(home)
    let vocabulary = SharedVocabulary(path: settings.modelsFolder + TokenVocabulary.place)
    @Sendable func embedder(_ configuration: CollectionConfiguration?) async throws -> SharedEmbedders.Entry {
      let name = configuration.map { Self.sharingKey($0.embedding) } ?? ""
      if let known = embedders.known(name) { return known }
      let base = cached(
        try await self.embedder(named: nil, threads: nil, for: configuration), home: home)
      let entry = SharedEmbedders.Entry(
        base: base,
        batching: MicroBatchingEmbedder(
          base, lanes: base.identity.pooling == .provider ? 1 : settings.threads
        ) {
          metrics.registry.record(Double($0), in: "rag_query_embedding_batch_size")
        })
      return embedders.keep(entry, for: [name, Self.sharingKey(base.identity)])
    }
    return RagService.Wiring(
      open: { name in
        let collection = try DocumentCollection(name, in: home)
        let configuration = try collection.snapshot().configuration
        // Words alone decide where there is no model; answers say so.
        let entry = try? await embedder(configuration)
        let tools = AnsweringTools(
          embedder: entry?.batching, reranker: try self.reranker(named: nil, embedder: entry?.base),
          learned: LearnedModels(tracking, collection: name),
          model: model,
          prompts: prompts, extractive: self.settings.answererParameters(),
          context: try self.settings.contextBuilder(),
          maximumTokens: self.settings.file.llm?.maximumTokens ?? 800)
        return ServedCollection(collection: collection, tools: tools)
      },
      create: { name in
        let entry = try await embedder(nil)
        var configuration = CollectionConfiguration(
          embedding: entry.base.identity, chunking: try self.settings.chunking())
        configuration.analyzer = try self.settings.analyzer { [] }
        try home.createCollection(name, configuration: configuration)
      },
      ingestEmbedder: { name in
        let record = try home.catalog.collection(named: name)
        return try await embedder(try record.map { try CollectionConfiguration(json: $0.configuration) }).base
      },
      query: { try self.settings.query($0) },
      webhookTransport: try webhookTransport(),
      tokenVocabulary: { try vocabulary.load() })
  }

  /// Collections whose models are equal in name and profile share one.
  private static func sharingKey(_ model: EmbeddingModelIdentity) -> String {
    model.model + model.profile.suffix
  }

  /// Sends traces where the standard variables of OpenTelemetry say.
  private func traceExporter(_ metrics: ServiceMetrics, version: String) throws -> TraceExporter? {
    let environment = settings.environment
    guard let endpoint = environment["OTEL_EXPORTER_OTLP_ENDPOINT"], !endpoint.isEmpty else { return nil }
    let headers = (environment["OTEL_EXPORTER_OTLP_HEADERS"] ?? "").split(separator: ",").compactMap {
      pair -> (String, String)? in
      let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard parts.count == 2 else { return nil }
      return (parts[0], parts[1].removingPercentEncoding ?? parts[1])
    }
    return TraceExporter(
      endpoint: endpoint, headers: headers, serviceName: environment["OTEL_SERVICE_NAME"] ?? "rag",
      version: version, transport: try CurlTransport(), metrics: metrics)
  }
}

/// Embedders by model.
private final class SharedEmbedders: Sendable {
  struct Entry: Sendable {
    var base: any Embedder
    var batching: MicroBatchingEmbedder
  }

  private let entries = Mutex<[String: Entry]>([:])

  func known(_ model: String) -> Entry? { entries.withLock { $0[model] } }

  /// The first one stays, where two were made at once.
  func keep(_ entry: Entry, for names: [String]) -> Entry {
    entries.withLock { entries in
      let kept = names.compactMap { entries[$0] }.first ?? entry
      for name in names { entries[name] = kept }
      return kept
    }
  }
}

/// The token vocabulary, read when it is first needed.
private final class SharedVocabulary: Sendable {
  private let path: String
  private let loaded = Mutex<TokenVocabulary?>(nil)

  init(path: String) {
    self.path = path
  }

  func load() throws -> TokenVocabulary? {
    try loaded.withLock { loaded in
      if let loaded { return loaded }
      guard let data = FileManager.default.contents(atPath: path) else { return nil }
      loaded = try TokenVocabulary(contents: Array(data))
      return loaded
    }
  }
}

extension TokenVocabulary {
  /// Where it lies in the folder of models.
  static let place = "/.vocabularies/\(standardName).tiktoken"
}
