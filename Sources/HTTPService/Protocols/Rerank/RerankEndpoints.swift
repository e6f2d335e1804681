import Embeddings
import Foundation
import Hummingbird
import Retrieval

/// Reranking in the shape of Cohere (v1, v2) and Jina: one answer serves all.
extension RagService {
  static let rerankLimit = 1000

  var rerankEndpoints: [Endpoint] {
    ["/v1/rerank", "/v2/rerank", "/rerank"].map { path in
      Endpoint(
        .post, path, scope: .query,
        EndpointDescription("Order documents by how well they answer a query.", tag: "rerank")
          .takes(Schema.reference("RerankRequest"))
          .gives(Schema.reference("Reranked"))
      ) { [self] request, context in try await rerank(request, context) }
    }
  }

  private func rerank(_ request: Request, _ context: ServiceContext) async throws -> Response {
    let fields = try await fields(request, limit: 16 << 20)
    let query = try fields.requiredText("query", atMost: QuestionReader.textLimit)
    guard let values = try fields.list("documents", atMost: Self.rerankLimit), !values.isEmpty else {
      throw ServiceError(.invalidRequest, "'documents' is missing or empty", parameter: "documents")
    }
    var documents: [String] = []
    for value in values {
      guard let text = value.text ?? value["text"]?.text else {
        throw ServiceError(
          .invalidRequest, "each document must be a string, or an object with 'text'", parameter: "documents")
      }
      documents.append(text)
    }
    // There is one reranker: its name is in the answer, whatever was asked for.
    _ = try fields.text("model", atMost: 256)
    let top = try fields.integer("top_n", in: 1...1_000_000) ?? documents.count
    let withTexts = try fields.bool("return_documents") ?? false
    let deadline = try QuestionReader(service: self, caller: context.caller).deadline(fields)
    let ranker = try await ranker()
    let texts = documents
    let scores = try await watch.cancelling(context.channel) { [gate] in
      try await gate.run(.embed, deadline: deadline) { try await ranker.scores(query, texts) }
    }
    let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(top)
    let results = order.map { index -> JSONValue in
      var members: [(String, JSONValue)] = [
        ("index", .integer(index)), ("relevance_score", .number(scores[index])),
      ]
      if withTexts { members.append(("document", .object([("text", .string(documents[index]))]))) }
      return .object(members)
    }
    let tokens =
      documents.reduce(0) { $0 + ranker.countTokens($1) } + documents.count * ranker.countTokens(query)
    return Response(
      json: .object([
        ("id", .string(UUID().uuidString.lowercased())), ("model", .string(ranker.name)),
        ("results", .array(results)),
        (
          "meta",
          .object([
            ("api_version", .object([("version", .string("2"))])),
            ("billed_units", .object([("search_units", .integer(1))])),
          ])
        ), ("usage", .object([("total_tokens", .integer(tokens)), ("prompt_tokens", .integer(tokens))])),
      ]))
  }

  /// What ranks: the configured reranker, or the embedding model where there is none.
  private struct Ranker: Sendable {
    var name: String
    /// In 0…1, larger is better.
    var scores: @Sendable (_ query: String, _ documents: [String]) async throws -> [Double]
    var countTokens: @Sendable (String) -> Int
  }

  private func ranker() async throws -> Ranker {
    let names = try home.catalog.collections().map(\.name)
    let name = names.contains(configuration.collection) ? configuration.collection : names.first
    let tools = try await name.asyncMap { try await collections.collection($0).tools }
    var embedder = tools?.embedder
    if embedder == nil { embedder = try await wiring.ingestEmbedder(configuration.collection) }
    let model = embedder
    let count: @Sendable (String) -> Int = { model?.countTokens($0[...]) ?? $0.utf8.count / 4 }
    if let reranker = tools?.reranker {
      let isCosine = reranker.identity.hasPrefix("late-interaction/")
      return Ranker(name: reranker.identity) { query, documents in
        let scores = try await reranker.scores(question: query, passages: documents)
        // Cosines are scaled; logits of a classifier go through the logistic function; an API's are there already.
        if isCosine { return scores.map { max(0, min(1, ($0 + 1) / 2)) } }
        return scores.allSatisfy((0...1).contains) ? scores : scores.map { 1 / (1 + exp(-$0)) }
      } countTokens: {
        count($0)
      }
    }
    guard let model else {
      throw ServiceError(
        .notReady, "there is no reranker and no embedding model: 'rag models pull' fetches one")
    }
    return Ranker(name: model.identity.model) { query, documents in
      let queries = try await model.embed([query], as: .query)
      let passages = try await model.embed(documents, as: .passage)
      let row = queries.matrix.row(0)
      return documents.indices.map { index in
        let cosine = zip(row, passages.matrix.row(index)).reduce(0.0) { $0 + Double($1.0 * $1.1) }
        return max(0, min(1, (cosine + 1) / 2))
      }
    } countTokens: {
      count($0)
    }
  }
}

extension Optional where Wrapped: Sendable {
  fileprivate func asyncMap<Value>(_ body: (Wrapped) async throws -> Value) async rethrows -> Value? {
    guard let self else { return nil }
    return try await body(self)
  }
}
