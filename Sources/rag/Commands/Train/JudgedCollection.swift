import ArgumentParser
import Evaluation
import HTTPService
import Retrieval

/// Questions with judgements, and a collection that is asked.
struct JudgedCollection {
  let test: TestCollection
  let evaluated: EvaluatedCollection
  let opened: OpenCollection
  let query: RetrievalQuery

  init(
    _ directory: String, split: String?, collection: String?, options: RetrievalOptions, wiring: Wiring,
    quiet: Bool
  )
    async throws
  {
    test = try TestCollection(path: directory, split: split)
    query = try options.query("", settings: wiring.settings, topK: 100)
    evaluated = try await EvaluatedCollection(
      named: collection, for: test, wiring: wiring, model: options.model, quiet: quiet)
    var opened = try await options.open(
      evaluated.name, in: evaluated.home, wiring: wiring, mode: query.mode, quiet: quiet)
    opened.reranker = nil
    self.opened = opened
  }

  func queries(_ questions: [Question]) -> [RetrievalQuery] {
    questions.map { question in
      var next = query
      next.text = question.text
      return next
    }
  }

  /// Rankings of what serves, and of that with `change`.
  func comparison(
    _ name: String, _ questions: [Question], measure: Measure, threads: Int,
    with change: (inout RetrievalModels) -> Void
  ) async throws -> HeldOutComparison {
    let serving = opened.learned.current
    var changed = serving
    change(&changed)
    var runs: [RunScores] = []
    for (name, used) in [("before", serving), ("after", changed)] {
      var run = Run(name: name)
      let rankings = try await retriever(with: used).rankings(queries(questions), threads: threads)
      for (question, ranking) in zip(questions, rankings) {
        run.set(ranked: ranking.documents, for: question.id)
      }
      runs.append(RunScores(run, qrels: test.qrels, measures: [measure], queries: questions.map(\.id)))
    }
    return HeldOutComparison(
      name, try PairedComparison(baseline: runs[0], candidate: runs[1], measure: measure))
  }

  func retriever(with models: RetrievalModels) -> Retriever {
    Retriever(collection: opened.collection, embedder: opened.embedder, models: { models })
  }
}

/// What all that learns an order from judged questions has in common.
struct RetrievalTrainingOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("Folder of a test collection.", valueName: "dir")) var directory: String
  @Option(help: "Measure that decides.") var measure = "nDCG@10"
  @Option(help: "Split of the judgements.") var split: String?
  @Option(
    help: ArgumentHelp("Test collection that is judged, too, with all its questions.", valueName: "dir"))
  var also: [String] = []

  /// The folder's questions, with the collection that they are asked of.
  func judged(_ retrieval: RetrievalOptions, _ wiring: Wiring, quiet: Bool) async throws -> JudgedCollection {
    try await JudgedCollection(
      directory, split: split, collection: retrieval.collection, options: retrieval, wiring: wiring,
      quiet: quiet)
  }

  /// Judges a change on the held-out half and on the other collections, and registers it with its gate.
  func finish(
    _ kind: LearnedKind, _ own: JudgedCollection, files: [String: [UInt8]], parameters: [(String, String)],
    retrieval: RetrievalOptions, wiring: Wiring, global: GlobalOptions,
    change: (inout RetrievalModels) -> Void
  ) async throws {
    let held = own.test.halves.held
    guard held.count >= 10 else {
      Terminal.note("Error: \(held.count) questions are too few to judge by")
      throw ExitCode(12)
    }
    let measure = try Measure(measure)
    let threads = wiring.settings.threads
    var comparisons = [
      try await own.comparison(
        "\(own.test.name), held out", held, measure: measure, threads: threads, with: change)
    ]
    for directory in also {
      let other = try await JudgedCollection(
        directory, split: nil, collection: nil, options: retrieval, wiring: wiring, quiet: global.quiet)
      comparisons.append(
        try await other.comparison(
          other.test.name, other.test.judged, measure: measure, threads: threads, with: change))
    }
    try LearnedRun(kind, of: own.evaluated, comparisons).register(
      files, parameters: parameters, test: own.test, isJSON: global.json)
  }
}
