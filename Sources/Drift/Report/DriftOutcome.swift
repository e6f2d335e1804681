/// What a check found, of tables or of vectors.
package enum DriftOutcome: Sendable, Encodable {
  case tables(DriftResult)
  case embeddings(EmbeddingResult)

  package var verdict: Verdict {
    switch self {
    case .tables(let result): result.verdict
    case .embeddings(let result): result.verdict
    }
  }

  private enum CodingKeys: String, CodingKey {
    case kind, result
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .tables(let result):
      try container.encode("table", forKey: .kind)
      try container.encode(result, forKey: .result)
    case .embeddings(let result):
      try container.encode("embeddings", forKey: .kind)
      try container.encode(result, forKey: .result)
    }
  }
}
