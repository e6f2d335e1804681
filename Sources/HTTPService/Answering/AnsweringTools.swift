import Embeddings
import Generation
import IndexStore
import LexicalIndex
import Retrieval

/// What answers are made with, beside a collection.
package struct AnsweringTools: Sendable {
  /// `nil` where none can be had: words alone decide then.
  package var embedder: (any Embedder)?
  package var reranker: (any Reranker)?
  /// What was learned for the collection's questions.
  package var learned: LearnedModels?
  /// `nil` leaves answers to the extractive answerer.
  package var model: (any LanguageModel)?
  package var prompts: PromptLibrary
  package var extractive: ExtractiveAnswerer.Parameters
  package var context: ContextBuilder
  /// Longest answer of the model, tokens.
  package var maximumTokens: Int

  package init(
    embedder: (any Embedder)?, reranker: (any Reranker)?, learned: LearnedModels? = nil,
    model: (any LanguageModel)?, prompts: PromptLibrary,
    extractive: ExtractiveAnswerer.Parameters, context: ContextBuilder, maximumTokens: Int
  ) {
    self.embedder = embedder
    self.reranker = reranker
    self.learned = learned
    self.model = model
    self.prompts = prompts
    self.extractive = extractive
    self.context = context
    self.maximumTokens = maximumTokens
  }

  func retriever(of collection: DocumentCollection) -> Retriever {
    let learned = learned
    return Retriever(
      collection: collection, embedder: embedder, reranker: reranker,
      models: { learned?.current ?? RetrievalModels() })
  }
}

/// A question with all that decides its answer.
package struct AskedQuestion: Sendable {
  /// How the language model helps the search.
  package enum Expansion: Hashable, Sendable {
    case none
    /// Other wordings beside it, so many.
    case queries(Int)
    /// A made-up passage beside it (HyDE).
    case hypothesis
  }

  package var query: RetrievalQuery
  /// Earlier turns, oldest first; the question is rewritten so that it stands alone.
  package var history: [ModelMessage] = []
  package var expansion = Expansion.none
  /// Above the configured one: answer only where the evidence is this sure.
  package var threshold: Double?
  /// Extracts even where a language model is configured.
  package var isExtractive = false
  /// Longest answer of the model, tokens; `nil` leaves it to the configuration.
  package var maximumTokens: Int?
  /// When the answer must be there; `nil` waits.
  package var deadline: ContinuousClock.Instant?

  package init(_ query: RetrievalQuery) {
    self.query = query
  }

  /// Time that is left.
  var remaining: Duration? { deadline.map { ContinuousClock.now.duration(to: $0) } }
}
