import Catalog
import Crypto
import Documents
import Drift
import Embeddings
import Foundation
import HTTPService
import IndexStore
import Kernels
import Storage
import Synchronization
import TestSupport
import Testing
import Transport

/// Windows of a collection against its baseline, with a clock of their own.
@Suite struct DriftMonitorTests {
  static let length = 1000.0
  private static let subjects = [
    "rollback": ["release", "version", "revert", "deploy", "canary", "tag", "build", "branch"],
    "garden": ["tomato", "soil", "pruning", "seed", "compost", "blossom", "hedge", "mulch"],
  ]

  private func settings() -> DriftMonitorSettings {
    var settings = DriftMonitorSettings()
    settings.windowSeconds = Self.length
    return settings
  }

  private func text(_ subject: String, _ generator: inout SeededGenerator) -> String {
    let words = Self.subjects[subject] ?? []
    return (0..<6).map { _ in words.randomElement(using: &generator) ?? subject }.joined(separator: " ")
  }

  /// 150 documents on the first subject, and several windows' worth of questions that end at `length`.
  private func server(_ generator: inout SeededGenerator) async throws -> TestServer {
    let documents = (0..<150).map { number -> (id: String, text: String, metadata: [String: MetadataValue]) in
      (
        id: "docs/part\(number % 3)/\(number).md", text: text("rollback", &generator) + " \(number)",
        metadata: [:]
      )
    }
    let server = try await TestServer(documents) { $0.keepsQuestions = true }
    try ask(server, "rollback", from: 0, count: 600, &generator)
    return server
  }

  private func ask(
    _ server: TestServer, _ subject: String, from start: Double, count: Int = 150,
    _ generator: inout SeededGenerator
  ) throws {
    let embedder = HashingEmbedder()
    let questions = (0..<count).map { place -> (collection: String, question: ObservedQuestion) in
      let text = text(subject, &generator)
      let nearness = subject == "rollback" ? 0.7 : 0.3
      let score = nearness + Double.random(in: -0.1...0.1, using: &generator)
      return (
        "main",
        ObservedQuestion(
          askedAt: start + Double(place) * Self.length / Double(count), textHash: Array(text.utf8), words: 6,
          hits: 5, topScore: score, scoreGap: Double.random(in: 0...0.1, using: &generator),
          isAbstained: false, text: text, model: embedder.identity.weightsHash, vector: embedder.vector(text))
      )
    }
    try server.home.catalog.record([], questions: questions)
  }

  private func monitor(_ server: TestServer, embedder: any Embedder = HashingEmbedder()) -> DriftMonitor {
    let home = server.home
    return DriftMonitor(home: home, settings: settings()) { name in
      var served = try TestServer.served(name, home: home)
      served.tools.embedder = embedder
      return served
    }
  }

  private func signal(_ signal: DriftSignal, of window: DriftWindow) throws -> SignalResult {
    try #require(window.signals.first { $0.signal == signal })
  }

  @Test func aTopicShiftAlarmsInItsSecondWindow() async throws {
    var generator = SeededGenerator(seed: 1)
    let server = try await server(&generator)
    let monitor = monitor(server)
    let summary = try await monitor.makeBaseline(
      of: "main", from: 0, to: Self.length, sentinels: nil, now: Self.length)
    #expect(summary.chunks == 150 && summary.questions == 600 && summary.questionVectors == 600)
    #expect(summary.sentinels > 20)
    let subjects = ["rollback", "rollback", "garden", "garden", "rollback"]
    for (index, subject) in subjects.enumerated() {
      try ask(server, subject, from: Self.length * Double(index + 1), &generator)
    }
    let now = Self.length * 6 + 1
    let due = try monitor.dueWindows(of: "main", now: now)
    #expect(due.map(\.lowerBound) == (1...5).map { Self.length * Double($0) })
    var found: [DriftWindow] = []
    for window in due { found.append(try await monitor.check("main", window: window, now: now)) }
    let questions = try found.map { try signal(.questions, of: $0) }
    #expect(questions.map(\.verdict) == [.none, .none, .drift, .drift, .none])
    #expect(questions.map(\.isAlarm) == [false, false, false, true, false])
    // What the examples name are the new topic's questions.
    let texts = try DriftExamples(home: server.home).texts(of: found[3])["questions"] ?? []
    #expect(!texts.isEmpty)
    #expect(
      texts.allSatisfy {
        $0.split(separator: " ").allSatisfy { Self.subjects["garden"]?.contains(String($0)) == true }
      })
    let retrieval = try signal(.retrieval, of: found[2])
    #expect(retrieval.parts.first { $0.name == "distance to the nearest passage" }?.verdict == .drift)
    // A rate that is tested at any time alarms at once.
    #expect(try signal(.rates, of: found[1]).verdict == .none)
    #expect(try signal(.rates, of: found[2]).isAlarm)
    // Nothing was ingested, so nothing can be said of it.
    #expect(try signal(.corpus, of: found[0]).verdict == .insufficient)
    #expect(try signal(.model, of: found[0]).verdict == .none)
    #expect(try signal(.sentinels, of: found[0]).statistic == 1)

    #expect(try monitor.dueWindows(of: "main", now: now).isEmpty)
    let kept = try monitor.history(of: "main", limit: 100)
    #expect(try kept.map(DriftMonitor.json) == found.map(DriftMonitor.json))
    let page = try DriftHistoryReport("main", windows: kept, examples: DriftExamples(home: server.home)).html
    #expect(page.utf8.count < 150_000 && page.contains("<svg") && !page.contains("<script"))
  }

  @Test func anIndexChangeAndAModelChangeAlarmAtOnce() async throws {
    var generator = SeededGenerator(seed: 2)
    let server = try await server(&generator)
    _ = try await monitor(server).makeBaseline(of: "main", from: 0, to: Self.length, sentinels: nil, now: 0)
    let collection = try #require(try server.home.catalog.collection(named: "main"))
    let rows = try server.home.catalog.documents(of: collection.id).map(\.file)
    do {
      let writer = try CollectionWriter("main", in: server.home, threads: 1, holder: "test")
      try writer.remove(files: rows.filter { $0 % 2 == 0 })
    }
    let changed = try await monitor(server).check("main", window: 1000..<2000, now: 2000)
    let sentinels = try signal(.sentinels, of: changed)
    #expect(sentinels.isAlarm && sentinels.statistic ?? 1 < 0.9)
    #expect(try signal(.model, of: changed).verdict == .none)

    let other = try await monitor(server, embedder: Shifted()).check("main", window: 2000..<3000, now: 3000)
    let model = try signal(.model, of: other)
    #expect(model.isAlarm && model.statistic ?? 1 < 0.999)
    let broken = try await monitor(server, embedder: Shifted(isBroken: true))
      .check("main", window: 3000..<4000, now: 4000)
    #expect(try signal(.model, of: broken).verdict == .insufficient)
  }

  /// The hashing embedder, a little off.
  private struct Shifted: Embedder {
    var isBroken = false
    private let base = HashingEmbedder()
    var identity: EmbeddingModelIdentity { base.identity }
    func countTokens(_ text: Substring) -> Int { base.countTokens(text) }

    func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch {
      if isBroken { throw EmbeddingError(.providerFailed, "it is down") }
      var batch = try await base.embed(texts, as: role)
      for index in batch.matrix.values.indices where index % 2 == 0 { batch.matrix.values[index] += 0.05 }
      return batch
    }
  }

  @Test func newDocumentsOfAnotherSubjectAreFound() async throws {
    var generator = SeededGenerator(seed: 3)
    let server = try await server(&generator)
    let monitor = monitor(server)
    _ = try await monitor.makeBaseline(of: "main", from: 0, to: Self.length, sentinels: nil, now: 0)
    let sample = try SampleCollection(path: server.home.path)
    do {
      let writer = try sample.writer()
      for (start, subject) in [(1000.0, "rollback"), (2000, "garden")] {
        let documents = (0..<120).map { number -> PreparedFile in
          var document = sample.document(
            "docs/new\(Int(start))/\(number).md", text(subject, &generator) + " \(number)")
          document.documents[0].record.ingestedAt = start + Double(number)
          return document
        }
        try sample.commit(documents, to: writer)
      }
    }
    let same = try await monitor.check("main", window: 1000..<2000, now: 3000)
    let other = try await monitor.check("main", window: 2000..<3000, now: 3000)
    #expect(try signal(.corpus, of: same).verdict == .none)
    #expect(try signal(.corpus, of: other).verdict == .drift)
    let texts = try DriftExamples(home: server.home).texts(of: other)["corpus"] ?? []
    #expect(!texts.isEmpty)
    // What was deleted is not shown again.
    let collection = try #require(try server.home.catalog.collection(named: "main"))
    let rows = try server.home.catalog.documents(of: collection.id).filter { $0.id.hasPrefix("docs/new2000") }
    let writer = try CollectionWriter("main", in: server.home, threads: 1, holder: "test")
    try writer.remove(files: rows.map(\.file))
    #expect(try DriftExamples(home: server.home).texts(of: other)["corpus"] == nil)
  }

  @Test func alarmsAreToldOnceAndSigned() async throws {
    func window(_ number: Int, _ alarms: [DriftSignal], undecided: [DriftSignal] = []) -> DriftWindow {
      DriftWindow(
        collection: "main", baseline: 1, startsAt: Double(number), endsAt: Double(number + 1), checkedAt: 0,
        signals: DriftSignal.allCases.map { signal in
          var result = SignalResult(
            signal: signal,
            verdict: alarms.contains(signal) ? .drift : undecided.contains(signal) ? .insufficient : .none,
            method: "test", statistic: 1, pValue: nil, referenceCount: 1, currentCount: 1, summary: "so")
          result.isAlarm = alarms.contains(signal)
          return result
        })
    }
    let folder = TemporaryFolder()
    try Data("a-secret\n".utf8).write(to: URL(fileURLWithPath: folder("key")))
    var targets = AlarmTargets()
    targets.webhook = "http://127.0.0.1:1/hook"
    targets.secret = try APIKey(from: .file(folder("key")))
    targets.command = ["sh", "-c", "cat > '\(folder("out.json"))'"]
    let transport = Recorder()
    let notifier = DriftNotifier(EventSender(targets, transport: transport))
    let windows = [
      window(0, []), window(1, [.questions]), window(2, [.questions, .model]),
      window(3, [.model], undecided: [.questions]), window(4, []),
    ]
    #expect(await notifier.tell(windows[0], before: nil).isEmpty)
    for (before, after) in zip(windows, windows.dropFirst()) {
      #expect(await notifier.tell(after, before: before).isEmpty)
    }
    let requests = transport.requests.withLock { $0 }
    let bodies = try requests.map { try TestServer.parse(String(decoding: $0.body ?? [], as: UTF8.self)) }
    func names(_ body: JSONValue, _ list: String) -> [String] {
      guard case .array(let all)? = body[list] else { return [] }
      return all.compactMap { $0["signal"]?.text }
    }
    #expect(bodies.map { names($0, "began") } == [["questions"], ["model"], []])
    #expect(bodies.map { names($0, "ended") } == [[], [], ["model"]])
    for request in requests {
      let code = HMAC<SHA256>.authenticationCode(
        for: request.body ?? [], using: SymmetricKey(data: Array("a-secret".utf8)))
      #expect(request.headers["X-Rag-Signature"] == "sha256=" + Hex.string(code))
    }
    #expect(Set(requests.compactMap { $0.headers["X-Rag-Delivery"] }).count == 3)
    let told = try String(contentsOfFile: folder("out.json"), encoding: .utf8)
    #expect(try TestServer.parse(told)["event"]?.text == "drift")
    targets.command = ["false"]
    transport.status.withLock { $0 = 500 }
    let problems = await DriftNotifier(EventSender(targets, transport: transport)).tell(
      windows[1], before: windows[0])
    #expect(problems.count == 2, "\(problems)")
  }

  private final class Recorder: HTTPTransport {
    let requests = Mutex<[TransportRequest]>([])
    let status = Mutex(200)

    func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
      requests.withLock { $0.append(request) }
      return TransportStream(TransportResponse(status: status.withLock { $0 }))
    }
  }

  @Test func routesMakeABaselineAndCheck() async throws {
    var generator = SeededGenerator(seed: 4)
    let server = try await server(&generator)
    #expect(try await server.post("/api/v1/drift/check", "{}").code == "no_baseline")
    let made = try await server.post("/api/v1/drift/baseline", "{}")
    #expect(made.status == 201 && made.number("questions") == 600)
    let checked = try await server.post("/api/v1/drift/check", "{}")
    #expect(checked.status == 200)
    let history = try await server.get("/api/v1/drift")
    guard case .array(let windows)? = history.json["windows"] else {
      Issue.record("\(history.body)")
      return
    }
    #expect(windows.count == 1)
    let page = try await server.get("/api/v1/drift/report")
    #expect(
      page.headers[.contentType]?.hasPrefix("text/html") == true && page.body.contains("<h1>Drift of main"))
    #expect(
      try await server.get("/metrics").body.contains(
        "rag_drift_alarm{collection=\"main\",signal=\"model\"} 0"))
    #expect(try await server.get("/api/v1/drift?collection=nobody").status == 404)
  }

  @Test func theyNeedAKeyThatSeesAll() async throws {
    let server = try await TestServer()
    let narrow = try server.key([.admin], labels: ["hr"]).key
    let asker = try server.key([.query]).key
    let admin = try server.key([.admin]).key
    for path in ["/api/v1/drift", "/api/v1/drift/report"] {
      #expect(try await server.get(path, key: narrow).status == 403)
      #expect(try await server.get(path, key: asker).status == 403)
      #expect(try await server.get(path, key: admin).status == 200)
    }
    #expect(try await server.post("/api/v1/drift/baseline", "{}", key: narrow).status == 403)
  }

  @Test(arguments: [false, true]) func textsAreKeptOnlyWhereTheyMayBe(keeps: Bool) async throws {
    let server = try await TestServer { $0.keepsQuestions = keeps }
    _ = try await server.post("/search", #"{"query": "Rollback  of a model"}"#)
    _ = try await server.post("/search", #"{"query": "rollback of a MODEL"}"#)
    _ = try await server.post("/query", #"{"question": "What restores the earlier model version?"}"#)
    server.service.finish()
    let collection = try #require(try server.home.catalog.collection(named: "main"))
    let asked = try server.home.catalog.observedQuestions(ofCollection: collection.id, from: 0, to: .infinity)
    #expect(asked.count == 3)
    #expect(asked.map { $0.text == nil } == Array(repeating: !keeps, count: 3))
    #expect(asked.map { $0.vector == nil } == Array(repeating: !keeps, count: 3))
    #expect(asked.allSatisfy { $0.topScore != nil && $0.hits == 3 })
    #expect(asked[0].textHash == asked[1].textHash && asked[0].textHash != asked[2].textHash)
    #expect(asked[0].isAbstained == nil && asked[2].isAbstained != nil && asked[2].answer != nil)
    try server.home.catalog.thinObservations(ofCollection: collection.id, before: 0, keptVectorsADay: 1)
    let thinned = try server.home.catalog.observedQuestions(
      ofCollection: collection.id, from: 0, to: .infinity)
    #expect(thinned.count == 3 && thinned.count { $0.vector != nil } == (keeps ? 1 : 0))
    try server.home.catalog.thinObservations(
      ofCollection: collection.id, before: .infinity, keptVectorsADay: 1)
    #expect(
      try server.home.catalog.observedQuestions(ofCollection: collection.id, from: 0, to: .infinity).isEmpty)
  }
}
