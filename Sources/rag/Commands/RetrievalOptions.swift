import ArgumentParser
import Embeddings
import Generation
import HTTPService
import IndexStore
import Retrieval
import Tracking

extension RetrievalMode: ExpressibleByArgument {}

/// Options of the commands that search.
struct RetrievalOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "Collection to ask.")
  var collection: String?

  @Option(help: "lexical, dense or hybrid.")
  var mode: RetrievalMode?

  @Option(help: "Number of passages.")
  var topK: Int?

  @Option(
    help: ArgumentHelp("Condition on metadata, such as \"language = 'de' and page > 3\".", valueName: "expr"))
  var filter: String?

  @Option(help: "How both scores are joined: zscore, minmax or rrf.")
  var fusion: String?

  @Option(help: "Candidates from each index before fusion.")
  var depth: Int?

  @Flag(help: "Scan all vectors instead of walking the graph.")
  var exact = false

  @Option(help: "Breadth of the graph walk.")
  var efSearch: Int?

  @Option(
    help: ArgumentHelp(
      "none, cross-encoder:MODEL, late-interaction, cohere, jina, tei or llm.", valueName: "kind"))
  var reranker: String?

  @Flag(help: "Take the question as words alone: no phrases, no field:value, no minus terms.")
  var plain = false

  @Option(help: "Embedding model by name.")
  var model: String?

  func validate() throws {
    for (name, value) in [("--top-k", topK), ("--depth", depth), ("--ef-search", efSearch)] {
      if let value, !(1...100_000).contains(value) {
        throw ValidationError("\(name) must be from 1 to 100000, not \(value)")
      }
    }
  }

  /// - Parameter standard: passages where neither flag nor configuration says how many.
  func query(_ text: String, settings: Settings, topK standard: Int) throws -> RetrievalQuery {
    var query = try settings.query(text)
    query.mode = mode ?? query.mode
    query.topK = topK ?? settings.file.retrieval?.topK ?? standard
    query.depth = depth ?? query.depth
    if let fusion { query.fusion = try settings.fusion(named: fusion) }
    query.hasChosenFusion = fusion != nil || depth != nil
    query.isExact = exact
    query.readsSyntax = !plain
    query.efSearch = efSearch
    if let filter {
      do {
        query.filter = try FilterParser.parse(filter)
      } catch {
        throw UsageError(error.message)
      }
    }
    return query
  }

  /// Opens the collection, and its model where the mode needs one.
  ///
  /// In hybrid mode a missing model is said on stderr, and words alone decide.
  func open(_ wiring: Wiring, mode: RetrievalMode, quiet: Bool) async throws -> OpenCollection {
    try await open(
      wiring.collectionName(collection), in: wiring.openHome(), wiring: wiring, mode: mode, quiet: quiet)
  }

  /// Opens a collection of a home.
  func open(
    _ name: String, in home: HomeFolder, wiring: Wiring, mode: RetrievalMode, quiet: Bool
  ) async throws -> OpenCollection {
    let collection = try DocumentCollection(name, in: home)
    var embedder: (any Embedder)?
    let kind = reranker ?? wiring.settings.file.reranker?.kind
    if mode != .lexical || kind == "late-interaction" {
      do {
        embedder = try await wiring.embedder(named: model, for: try collection.snapshot().configuration)
      } catch let error as EmbeddingError where mode == .hybrid {
        if !quiet { Terminal.note("Note: searching by words alone: \(error.message)") }
      }
    }
    return OpenCollection(
      home: home, tracking: try wiring.tracking(home), collection: collection, embedder: embedder,
      reranker: try wiring.reranker(named: reranker, embedder: embedder))
  }
}

/// A collection that is ready to be asked.
struct OpenCollection {
  var home: HomeFolder
  var tracking: TrackingStore
  var collection: DocumentCollection
  var embedder: (any Embedder)?
  var reranker: (any Reranker)?

  /// What answers are made with.
  func tools(
    _ settings: Settings, model: (any LanguageModel)? = nil, prompts: PromptLibrary = PromptLibrary()
  ) throws -> AnsweringTools {
    AnsweringTools(
      embedder: embedder, reranker: reranker, learned: learned, model: model, prompts: prompts,
      extractive: settings.answererParameters(), context: try settings.contextBuilder(),
      maximumTokens: settings.file.llm?.maximumTokens ?? 800)
  }

  /// Keeps what an answer rests on, and what was asked.
  func record(_ answered: AnsweredQuestion, keepsText: Bool) throws {
    let key = try home.catalog.observationKey()
    try home.catalog.record(
      [answered.record],
      questions: [(collection.name, answered.observation(key: key, keepsText: keepsText))])
  }

  var learned: LearnedModels {
    LearnedModels(tracking, collection: collection.name)
  }

  var retriever: Retriever {
    let learned = learned
    return Retriever(
      collection: collection, embedder: embedder, reranker: reranker, models: { learned.current })
  }
}
