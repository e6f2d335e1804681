import Embeddings

/// A BERT sequence classifier that reads question and passage together, in this process.
package struct CrossEncoderReranker: Reranker {
  private let model: CrossEncoder

  package init(_ model: CrossEncoder) {
    self.model = model
  }

  package var identity: String { "cross-encoder/\(model.identity)" }

  package func scores(question: String, passages: [String]) async throws -> [Double] {
    try await model.scores(question: question, passages: passages)
  }
}

/// The collection's own model, token by token.
package struct LateInteractionReranker: Reranker {
  private let model: LateInteraction

  package init(_ model: LateInteraction) {
    self.model = model
  }

  package var identity: String { "late-interaction/\(model.identity)" }

  package func scores(question: String, passages: [String]) async throws -> [Double] {
    try await model.scores(question: question, passages: passages)
  }
}
