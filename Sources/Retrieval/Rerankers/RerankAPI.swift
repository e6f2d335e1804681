import Foundation
import Transport

/// The rerank APIs of providers, and of servers that speak like them.
package enum RerankAPI: String, CaseIterable, Sendable {
  /// `POST /v2/rerank`, documents as strings.
  case cohere
  /// `POST /v1/rerank`.
  case jina
  /// Text Embeddings Inference: `POST /rerank`, an array of index and score.
  case tei

  var path: String {
    switch self {
    case .cohere: "/v2/rerank"
    case .jina: "/v1/rerank"
    case .tei: "/rerank"
    }
  }
}

/// Asks a rerank server over HTTP.
package struct RemoteReranker: Reranker {
  private let api: RerankAPI
  private let baseURL: String
  private let model: String?
  private let key: APIKey?
  private let transport: any HTTPTransport

  /// - Parameters:
  ///   - baseURL: without the API's path, such as `https://api.example.com`.
  ///   - model: the server's name of it; TEI serves one and takes none.
  package init(
    api: RerankAPI, baseURL: String, model: String?, key: APIKey?, transport: any HTTPTransport
  ) {
    self.api = api
    self.baseURL = String(baseURL.reversed().drop { $0 == "/" }.reversed())
    self.model = model
    self.key = key
    self.transport = transport
  }

  package var identity: String { "\(api.rawValue)/\(model ?? "server's model")" }

  /// - Throws: `RetrievalError.rerankFailed` for a refusal, or an answer that names other passages than it was asked.
  package func scores(question: String, passages: [String]) async throws -> [Double] {
    var headers: TransportHeaders = ["Content-Type": "application/json", "Accept": "application/json"]
    if let key { headers.append("Authorization", key.bearer) }
    let body =
      api == .tei
      ? Body(query: question, texts: passages, truncate: true)
      : Body(query: question, documents: passages, model: model, top_n: passages.count)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let response = try await transport.send(
      TransportRequest(
        .post, baseURL + api.path, headers: headers, body: Array(try encoder.encode(body)),
        maximumBodyBytes: 16 << 20))
    guard response.status == 200 else {
      let isKey = response.status == 401 || response.status == 403
      throw RetrievalError(
        .rerankFailed,
        isKey
          ? "the reranker refuses the API key (status \(response.status)). Check the key's variable or file"
          : "the reranker answers with status \(response.status). Check base URL and model")
    }
    return try Self.read(response.body, count: passages.count)
  }

  /// Scores by passage, whatever the order in which the server tells them.
  static func read(_ body: [UInt8], count: Int) throws(RetrievalError) -> [Double] {
    let results: [Result]
    do {
      let data = Data(body)
      if let list = try? JSONDecoder().decode([Result].self, from: data) {
        results = list
      } else {
        results = try JSONDecoder().decode(Answer.self, from: data).results
      }
    } catch {
      throw RetrievalError(.rerankFailed, "the reranker's answer cannot be read", underlying: error)
    }
    var scores = [Double?](repeating: nil, count: count)
    for result in results {
      guard scores.indices.contains(result.index), scores[result.index] == nil else {
        throw RetrievalError(
          .rerankFailed, "the reranker names passage \(result.index) of \(count), or names it twice")
      }
      scores[result.index] = result.relevance_score ?? result.score
    }
    let known = scores.compactMap { $0 }.filter(\.isFinite)
    guard known.count == count else {
      throw RetrievalError(.rerankFailed, "the reranker scored \(known.count) of \(count) passages")
    }
    return known
  }

  /// Wire type; fields that are `nil` are left out.
  private struct Body: Encodable {
    var query: String
    var documents: [String]?
    var texts: [String]?
    var model: String?
    var top_n: Int?
    var truncate: Bool?
  }

  /// Wire type.
  private struct Answer: Decodable {
    var results: [Result]
  }

  /// Wire type: Cohere and Jina say `relevance_score`, TEI says `score`.
  private struct Result: Decodable {
    var index: Int
    var relevance_score: Double?
    var score: Double?
  }
}
