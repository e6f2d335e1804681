import Embeddings
import Foundation
import Hummingbird
import IndexStore

/// The endpoints that OpenAI's clients call, with only their base URL changed.
///
/// - Source: OpenAI API reference; what the Python client 3.x and langchain-openai 1.x send.
extension RagService {
  static let modelPrefix = "rag/"
  private static let modelsPlace = "/v1/models/"

  var openAIEndpoints: [Endpoint] {
    [
      Endpoint(
        .get, "/v1/models", scope: .query,
        EndpointDescription("List models: each collection is one, and each embedding model.", tag: "openai")
          .gives(Schema.record([("object", Schema.text), ("data", Schema.list(Schema.reference("Model")))]))
      ) { [self] _, _ in
        let models = try await models()
        return Response(json: .object([("object", .string("list")), ("data", .array(models.map(\.json)))]))
      },
      Endpoint(
        .get, "/v1/models/{id}", scope: .query, isOpenEnded: true,
        EndpointDescription("Show a model.", tag: "openai")
          .path("id", "Id of the model; may hold slashes.")
          .gives(Schema.reference("Model"))
      ) { [self] request, _ in
        let id = try request.rest(after: Self.modelsPlace)
        guard let model = try await models().first(where: { $0.id == id }) else {
          throw try await unknownModel(id)
        }
        return Response(json: model.json)
      },
      Endpoint(
        .post, "/v1/embeddings", scope: .query,
        EndpointDescription("Embed strings or token arrays.", tag: "openai")
          .takes(Schema.reference("EmbeddingRequest"))
          .gives(Schema.reference("Embeddings"))
      ) { [self] request, context in try await embeddings(request, context) },
      Endpoint(
        .post, "/v1/chat/completions", scope: .query,
        EndpointDescription("Answer from a collection: the model 'rag/<collection>'.", tag: "openai")
          .takes(Schema.reference("ChatRequest"))
          .gives(Schema.reference("ChatCompletion"))
          .gives(Schema.text, as: "text/event-stream")
      ) { [self] request, context in try await chat(request, context) },
    ]
  }

  private struct ListedModel {
    var id: String
    var owner: String

    var json: JSONValue {
      .object([
        ("id", .string(id)), ("object", .string("model")), ("created", .integer(0)),
        ("owned_by", .string(owner)),
      ])
    }
  }

  private func models() async throws -> [ListedModel] {
    let records = try home.catalog.collections()
    let collections = records.map { ListedModel(id: Self.modelPrefix + $0.name, owner: "rag") }
    var embedding: [String] = []
    for record in records {
      let model = try CollectionConfiguration(json: record.configuration).embedding.model
      if !embedding.contains(model) { embedding.append(model) }
    }
    if records.isEmpty, let embedder = try? await wiring.ingestEmbedder(configuration.collection) {
      embedding.append(embedder.identity.model)
    }
    return collections + embedding.map { ListedModel(id: $0, owner: "embedding") }
  }

  func unknownModel(_ id: String) async throws -> ServiceError {
    let known = try await models().map(\.id).joined(separator: ", ")
    return ServiceError(
      .modelMissing, "there is no model '\(id.prefix(100))'. There are: \(known)", parameter: "model")
  }

  /// The embedder of that name; of any collection that has it.
  private func embedder(_ name: String) async throws -> any Embedder {
    for record in try home.catalog.collections() {
      guard try CollectionConfiguration(json: record.configuration).embedding.model == name else { continue }
      if let embedder = try await collections.collection(record.name).tools.embedder { return embedder }
    }
    if let embedder = try? await wiring.ingestEmbedder(configuration.collection),
      embedder.identity.model == name
    {
      return embedder
    }
    throw try await unknownModel(name)
  }

  private func embeddings(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let fields = try await fields(request, limit: 32 << 20)
    let name = try fields.requiredText("model", atMost: 256)
    let input = try EmbeddingInput(fields["input"])
    let embedder = try await embedder(name)
    let texts = try input.texts { try self.wiring.tokenVocabulary() }
    if let dimensions = try fields.integer("dimensions", in: 1...100_000),
      dimensions != embedder.identity.dimension
    {
      throw ServiceError(
        .invalidRequest, "\(name) makes \(embedder.identity.dimension) dimensions; leave 'dimensions' out",
        parameter: "dimensions")
    }
    let format = try fields.word("encoding_format", as: EncodingFormat.self) ?? .float
    let deadline = try QuestionReader(service: self, caller: context.caller).deadline(fields)
    var data: [JSONValue] = []
    var tokens = 0
    // In steps, so that searches get their turn between them.
    for start in stride(from: 0, to: texts.count, by: 64) {
      let part = Array(texts[start..<min(texts.count, start + 64)])
      let batch = try await watch.cancelling(context.channel) { [gate] in
        try await gate.run(.embed, deadline: deadline) { try await embedder.embed(part, as: .passage) }
      }
      for row in 0..<part.count {
        data.append(
          .object([
            ("object", .string("embedding")), ("index", .integer(start + row)),
            ("embedding", format.encoded(batch.matrix.row(row))),
          ]))
      }
      tokens += batch.tokenCounts.reduce(0, +)
    }
    return Response(
      json: .object([
        ("object", .string("list")), ("model", .string(name)), ("data", .array(data)),
        ("usage", .object([("prompt_tokens", .integer(tokens)), ("total_tokens", .integer(tokens))])),
      ]))
  }

  private enum EncodingFormat: String, CaseIterable {
    case float, base64

    func encoded(_ vector: [Float]) -> JSONValue {
      switch self {
      // The shortest digits that give the same float again.
      case .float: .array(vector.map { .number(Double("\($0)") ?? Double($0)) })
      case .base64:
        .string(
          Data(vector.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
            .base64EncodedString())
      }
    }
  }
}

/// The four forms of `input`.
enum EmbeddingInput {
  case strings([String])
  case tokens([[Int]])

  static let limit = 2048

  /// - Throws: `ServiceError.invalidRequest`.
  init(_ value: JSONValue?) throws(ServiceError) {
    func wrong(_ what: String) -> ServiceError {
      ServiceError(.invalidRequest, "'input' \(what)", parameter: "input")
    }
    switch value {
    case .string(let text): self = .strings([text])
    case .array(let values):
      guard let first = values.first else { throw wrong("is empty: send at least one text") }
      guard values.count <= Self.limit || first.text == nil else {
        throw wrong("has \(values.count) texts; send at most \(Self.limit)")
      }
      switch first {
      case .string:
        let texts = values.compactMap(\.text)
        guard texts.count == values.count else { throw wrong("must hold strings alone, or token ids alone") }
        self = .strings(texts)
      case .integer: self = .tokens([try Self.ids(.array(values))])
      case .array:
        guard values.count <= Self.limit else {
          throw wrong("has \(values.count) texts; send at most \(Self.limit)")
        }
        var all: [[Int]] = []
        for value in values { all.append(try Self.ids(value)) }
        self = .tokens(all)
      default: throw wrong("must be a string, strings, token ids, or lists of token ids")
      }
    default: throw wrong("is missing: a string, strings, token ids, or lists of token ids")
    }
    if case .strings(let texts) = self, texts.contains(where: \.isEmpty) {
      throw wrong("holds an empty string")
    }
  }

  private static func ids(_ value: JSONValue) throws(ServiceError) -> [Int] {
    guard case .array(let values) = value, !values.isEmpty else {
      throw ServiceError(
        .invalidRequest, "'input' holds an empty list, or something else than lists", parameter: "input")
    }
    var ids: [Int] = []
    for value in values {
      guard case .integer(let id) = value else {
        throw ServiceError(.invalidRequest, "'input' holds something else than token ids", parameter: "input")
      }
      ids.append(id)
    }
    return ids
  }

  /// - Throws: `ServiceError.invalidRequest` for tokens where there is no vocabulary.
  func texts(_ vocabulary: () throws -> TokenVocabulary?) throws -> [String] {
    switch self {
    case .strings(let texts): return texts
    case .tokens(let all):
      guard let vocabulary = try vocabulary() else {
        throw ServiceError(
          .invalidRequest,
          "token ids need the vocabulary \(TokenVocabulary.standardName) on the server: 'rag models pull "
            + "\(TokenVocabulary.standardName)' fetches it. Or send strings: in langchain, "
            + "OpenAIEmbeddings(check_embedding_ctx_length=False)", parameter: "input")
      }
      return try all.map { try vocabulary.text(of: $0) }
    }
  }
}
