import Catalog
import Documents
import Embeddings
import Foundation
import Generation
import HTTPService
import Hummingbird
import IndexStore
import Logging
import NIOCore
import NIOEmbedded
import Retrieval
import Synchronization
import TestSupport
import Testing
import Tracking

/// A whole service on a home of its own, asked without a socket.
final class TestServer: Sendable {
  struct Reply: Sendable {
    var status: Int
    var headers: HTTPFields
    var body: String
    /// Values of `null` where the body is no JSON.
    var json: JSONValue

    /// A string of the body, by path.
    func text(_ path: String...) -> String? {
      var value: JSONValue? = json
      for name in path { value = value?[name] }
      return value?.text
    }

    var code: String? { text("error", "code") }

    /// Server-sent events: name and data.
    var events: [(name: String, data: String)] {
      body.components(separatedBy: "\n\n").compactMap { block in
        let lines = block.split(separator: "\n")
        let data = lines.filter { $0.hasPrefix("data: ") }.map { $0.dropFirst(6) }.joined(separator: "\n")
        guard !data.isEmpty else { return nil }
        let name = lines.first { $0.hasPrefix("event: ") }.map { String($0.dropFirst(7)) } ?? ""
        return (name, data)
      }
    }
  }

  let folder = TemporaryFolder()
  let home: HomeFolder
  let service: RagService
  private let responder: any Respond
  private let box: Box

  /// - Parameters:
  ///   - documents: go into collection `main`: identity, text, metadata.
  ///   - model: writes the answers; `nil` extracts.
  init(
    _ documents: [(id: String, text: String, metadata: [String: MetadataValue])] = TestServer.documents,
    model: (any LanguageModel)? = nil, reranker: (any Reranker)? = nil, vocabulary: TokenVocabulary? = nil,
    traces: TraceExporter? = nil,
    configuration change: (inout ServiceConfiguration) -> Void = { _ in }
  ) async throws {
    let path = folder("home")
    let sample = try SampleCollection(path: path)
    if !documents.isEmpty {
      let writer = try sample.writer()
      try sample.commit(documents.map { sample.document($0.id, $0.text, metadata: $0.metadata) }, to: writer)
    }
    home = sample.home
    var configuration = ServiceConfiguration()
    configuration.version = "test"
    change(&configuration)
    let embedder = sample.embedder
    let home = sample.home
    let wiring = RagService.Wiring(
      open: { try Self.served($0, home: home, reranker: reranker, model: model) },
      create: {
        try home.createCollection($0, configuration: CollectionConfiguration(embedding: embedder.identity))
      },
      ingestEmbedder: { _ in embedder }, query: { RetrievalQuery($0) }, tokenVocabulary: { vocabulary })
    let lines = Box()
    service = RagService(
      configuration, home: home, wiring: wiring, metrics: ServiceMetrics(version: "test"),
      log: AccessLog(level: .info) { line in lines.text.withLock { $0 += line } }, traces: traces, threads: 1)
    responder = try await Self.responder(of: try service.application())
    box = lines
  }

  /// A collection with the tools of tests.
  static func served(
    _ name: String, home: HomeFolder, reranker: (any Reranker)? = nil, model: (any LanguageModel)? = nil
  ) throws -> ServedCollection {
    ServedCollection(
      collection: try DocumentCollection(name, in: home),
      tools: AnsweringTools(
        embedder: MicroBatchingEmbedder(HashingEmbedder()), reranker: reranker,
        learned: LearnedModels(TrackingStore(catalog: home.catalog, home: home.path), collection: name),
        model: model,
        prompts: PromptLibrary(), extractive: ExtractiveAnswerer.Parameters(), context: ContextBuilder(),
        maximumTokens: 200))
  }

  private final class Box: Sendable {
    let text = Mutex("")
  }

  private static func responder(of application: some ApplicationProtocol) async throws -> any Respond {
    Erased(responder: try await application.responder)
  }

  /// All that was logged.
  var lines: String { box.text.withLock { $0 } }

  static let documents: [(id: String, text: String, metadata: [String: MetadataValue])] = [
    ("handbook/rollback.md", "A rollback restores the earlier model version within one minute.", [:]),
    (
      "handbook/drift.md", "A PSI value above 0.25 means major drift of a feature.",
      ["language": .string("en")]
    ),
    ("handbook/cache.md", "The embedding cache is keyed by the hash of the text.", [:]),
  ]

  func send(
    _ method: HTTPRequest.Method, _ path: String, _ body: String = "", headers: HTTPFields = [:]
  ) async throws -> Reply {
    try await send(method, path, bytes: Array(body.utf8), headers: headers)
  }

  func send(
    _ method: HTTPRequest.Method, _ path: String, bytes: [UInt8], headers: HTTPFields = [:]
  ) async throws -> Reply {
    var fields = headers
    if !bytes.isEmpty, fields[.contentType] == nil { fields[.contentType] = "application/json" }
    let head = HTTPRequest(
      method: method, scheme: "http", authority: "localhost", path: path, headerFields: fields)
    let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: bytes)))
    let (status, all, text) = try await responder.respond(to: request)
    let json = JSONValue(parsing: text.utf8)
    return Reply(status: status, headers: all, body: text, json: json ?? .null)
  }

  func post(_ path: String, _ body: String, key: String? = nil) async throws -> Reply {
    try await send(.post, path, body, headers: key.map { [.authorization: "Bearer " + $0] } ?? [:])
  }

  func get(_ path: String, key: String? = nil) async throws -> Reply {
    try await send(.get, path, headers: key.map { [.authorization: "Bearer " + $0] } ?? [:])
  }

  func delete(_ path: String, key: String? = nil) async throws -> Reply {
    try await send(.delete, path, headers: key.map { [.authorization: "Bearer " + $0] } ?? [:])
  }

  func key(
    _ scopes: Set<KeyScope> = [.query], labels: [String]? = nil, rateLimit: Int? = nil,
    expiresAt: Double? = nil
  ) throws -> ServiceKeys.Made {
    try ServiceKeys.make(
      name: "test", scopes: scopes, labels: labels, rateLimit: rateLimit, expiresAt: expiresAt,
      in: home.catalog)
  }
}

/// The responder of an application, whatever its type.
protocol Respond: Sendable {
  func respond(to request: Request) async throws -> (Int, HTTPFields, String)
}

private struct Erased<Responder: HTTPResponder>: Respond
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
  let responder: Responder

  func respond(to request: Request) async throws -> (Int, HTTPFields, String) {
    let channel = NIOAsyncTestingChannel()
    let source = ApplicationRequestContextSource(
      channel: channel, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let response = try await responder.respond(to: request, context: Responder.Context(source: source))
    let collector = Collector()
    try await response.body.write(Writer(collector: collector))
    return (response.status.code, response.headers, collector.text)
  }
}

private final class Collector: Sendable {
  private let bytes = Mutex<[UInt8]>([])

  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

  func add(_ buffer: ByteBuffer) { bytes.withLock { $0 += Array(buffer.readableBytesView) } }
}

private struct Writer: ResponseBodyWriter {
  let collector: Collector

  mutating func write(_ buffer: ByteBuffer) async throws { collector.add(buffer) }

  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension TestServer {
  static func parse(_ text: String) throws -> JSONValue { try #require(JSONValue(parsing: text.utf8)) }
}

extension TestServer.Reply {
  /// A whole number of the body.
  func number(_ name: String) -> Int? {
    if case .integer(let number) = json[name] { number } else { nil }
  }
}
