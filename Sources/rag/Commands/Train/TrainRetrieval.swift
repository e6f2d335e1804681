import ArgumentParser
import Crypto
import Evaluation
import Foundation
import HTTPService
import Kernels
import Retrieval
import Tracking
import Training

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

  /// By a hash of the ids: those that are learned from, and those that judge.
  var halves: (learned: [Question], held: [Question]) {
    let halves = Dictionary(grouping: test.judged) { Array(SHA256.hash(data: Array($0.id.utf8)))[0] & 1 == 0 }
    return (halves[true] ?? [], halves[false] ?? [])
  }

  func queries(_ questions: [Question]) -> [RetrievalQuery] {
    questions.map { question in
      var next = query
      next.text = question.text
      return next
    }
  }

  func comparison(
    _ questions: [Question], with models: RetrievalModels, measure: Measure, threads: Int
  ) async throws -> PairedComparison {
    var runs: [RunScores] = []
    for (name, used) in [("before", RetrievalModels()), ("after", models)] {
      let retriever = Retriever(
        collection: opened.collection, embedder: opened.embedder, models: { used })
      var run = Run(name: name)
      for (question, ranking) in zip(
        questions, try await retriever.rankings(queries(questions), threads: threads))
      {
        run.set(ranked: ranking.documents, for: question.id)
      }
      runs.append(RunScores(run, qrels: test.qrels, measures: [measure], queries: questions.map(\.id)))
    }
    return try PairedComparison(baseline: runs[0], candidate: runs[1], measure: measure)
  }
}

struct RetrievalTrainingOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("Folder of a test collection.", valueName: "dir")) var directory: String
  @Option(help: "Measure that decides.") var measure = "nDCG@10"
  @Option(help: "Split of the judgements.") var split: String?
  @Option(
    help: ArgumentHelp("Test collection that is judged, too, with all its questions.", valueName: "dir"))
  var also: [String] = []
}

extension TrainCommand {
  struct Reranker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Learn an order of candidates from judgements (LambdaMART).",
      discussion: """
        Learns from one half of the questions, split by a hash of their ids, and is judged on the other and on --also. The \
        version is registered as reranker.COLLECTION with a gate that only a gain of more than chance passes; 'rag models \
        promote' makes it serve, in a running server too.

        EXAMPLES
          rag train reranker datasets/scifact --collection scifact --also datasets/cranfield
        """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var retrieval: RetrievalOptions
    @OptionGroup var options: RetrievalTrainingOptions
    @Option(help: "Candidates of a question that are put in order.") var candidates = 50

    func run() async throws {
      let wiring = try Wiring(global)
      let threads = wiring.settings.threads
      let measure = try Measure(options.measure)
      let own = try await JudgedCollection(
        options.directory, split: options.split, collection: retrieval.collection, options: retrieval,
        wiring: wiring,
        quiet: global.quiet)
      let (learned, held) = own.halves
      let retriever = Retriever(collection: own.opened.collection, embedder: own.opened.embedder)
      let found = try await retriever.candidates(own.queries(learned), depth: candidates, threads: threads)
      let groups = zip(learned, found).map { question, found in
        RankingFit.Group(
          features: found.features, scores: found.scores,
          gains: found.documents.map { document in
            document.flatMap { own.test.qrels.grades[question.id]?[$0] }.map { Double(max(0, $0)) } ?? 0
          })
      }
      var fit = RankingFit(rising: CandidateFeatures.rising)
      fit.threads = threads
      let fitted = try fit.fit(groups)
      if !global.quiet {
        for tried in fitted.tried {
          Terminal.note(
            "\(tried.rounds) trees on \(tried.scale) × the score: nDCG@10 \(GateOutcome.shown(tried.value)) in the folds"
          )
        }
      }
      guard let trees = fitted.trees else {
        Terminal.out(
          global.json
            ? #"{"model":null,"passed":false,"reason":"no trees order the folds' held-out questions better"}"#
            : "No gain: no trees order the folds' held-out questions better than they are; nothing was registered."
        )
        throw ExitCode(10)
      }
      guard
        let ranking = LearnedRanking(
          identity: "reranker", trees: trees, scale: fitted.scale, depth: candidates)
      else {
        throw TrainingError(.failed, "the trees don't fit the candidates' features")
      }
      let models = RetrievalModels(ranking: ranking)
      let comparisons = try await TrainCommand.judge(
        models, own, held: held, options, retrieval, measure: measure, wiring: wiring, quiet: global.quiet)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let record = RankingRecord(
        features: CandidateFeatures.names, depth: candidates, scale: fitted.scale, rounds: fitted.rounds)
      try TrainCommand.register(
        .reranker, own, comparisons,
        files: ["trees-0.json": fitted.source, "ranking.json": Array(try encoder.encode(record))],
        parameters: [
          ("rounds", "\(fitted.rounds)"), ("scale", "\(fitted.scale)"), ("questions", "\(learned.count)"),
          ("candidates", "\(candidates)"),
        ],
        wiring: wiring, isJSON: global.json)
    }
  }

  struct Adapter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Learn a linear map of question vectors from judgements (in-batch and hard negatives).",
      discussion: """
        Passages stay as they are: nothing is indexed again. Learned from and judged as 'rag train reranker' is.

        EXAMPLES
          rag train adapter datasets/scifact --collection scifact --also datasets/cranfield
        """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var retrieval: RetrievalOptions
    @OptionGroup var options: RetrievalTrainingOptions
    @Option(help: "How firmly the map is held near nothing.") var ridge = 1.0
    @Option(help: "Hard negatives of a question.") var negatives = 5

    func validate() throws {
      if ridge < 0 { throw ValidationError("--ridge must be at least 0") }
      if !(0...100).contains(negatives) { throw ValidationError("--negatives must lie in 0...100") }
    }

    func run() async throws {
      let wiring = try Wiring(global)
      let measure = try Measure(options.measure)
      let own = try await JudgedCollection(
        options.directory, split: options.split, collection: retrieval.collection, options: retrieval,
        wiring: wiring,
        quiet: global.quiet)
      let (learned, held) = own.halves
      let retriever = Retriever(collection: own.opened.collection, embedder: own.opened.embedder)
      let found = try await retriever.candidates(
        own.queries(learned), depth: 100, threads: wiring.settings.threads)
      var fit = AdapterFit()
      fit.ridge = ridge
      let map = try fit.fit(examples(own, learned, found))
      guard let adapter = QueryAdapter(identity: "query-adapter", matrix: map) else {
        throw TrainingError(.failed, "the map is not square")
      }
      let comparisons = try await TrainCommand.judge(
        RetrievalModels(adapter: adapter), own, held: held, options, retrieval, measure: measure,
        wiring: wiring,
        quiet: global.quiet)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let record = AdapterRecord(dimension: map.rows, temperature: fit.temperature, ridge: ridge)
      let bytes = map.values.flatMap { value in
        withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
      }
      try TrainCommand.register(
        .adapter, own, comparisons,
        files: ["adapter.json": Array(try encoder.encode(record)), "adapter.f32": bytes],
        parameters: [
          ("ridge", "\(ridge)"), ("negatives", "\(negatives)"), ("questions", "\(learned.count)"),
        ],
        wiring: wiring, isJSON: global.json)
    }

    private func examples(
      _ own: JudgedCollection, _ learned: [Question], _ found: [QuestionCandidates]
    ) -> [AdapterFit.Example] {
      zip(learned, found).flatMap { question, found -> [AdapterFit.Example] in
        guard let vector = found.vector, let grades = own.test.qrels.grades[question.id] else { return [] }
        let isRight = found.documents.map { document in
          document.flatMap { grades[$0] }.map { $0 > 0 } ?? false
        }
        let wrong = isRight.indices.filter { !isRight[$0] }.prefix(negatives).map { found.passages.row($0) }
        return isRight.indices.filter { isRight[$0] }.map { place in
          AdapterFit.Example(question: vector, passage: found.passages.row(place), negatives: Array(wrong))
        }
      }
    }
  }

  struct Abstention: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Learn the confidence below which no answer is given.",
      discussion: """
        Needs questions of which some can't be answered from the documents. The threshold is chosen on one half, and judged on \
        the other by the mean of the shares that are rightly answered and rightly refused, beside the present threshold.

        EXAMPLES
          rag train abstention corpus/eval --collection main
        """)
    @OptionGroup var global: GlobalOptions
    @OptionGroup var retrieval: RetrievalOptions
    @Argument(help: ArgumentHelp("Folder of a test collection.", valueName: "dir")) var directory: String

    func run() async throws {
      let wiring = try Wiring(global)
      let own = try await JudgedCollection(
        directory, split: nil, collection: retrieval.collection, options: retrieval, wiring: wiring,
        quiet: global.quiet)
      var query = own.query
      query.topK = wiring.settings.file.retrieval?.topK ?? 5
      let line = ProgressLine(isQuiet: global.quiet)
      let questions = own.test.answerable
      let items = try await AnswerEvaluation(
        opened: own.opened, settings: wiring.settings, query: query, qrels: own.test.qrels
      ).run(questions) { line.show("\($0)/\(questions.count) questions") }
      line.finish()
      let halves = Dictionary(grouping: items.map(\.outcome).filter { $0.isAnswerable != nil }) {
        Array(SHA256.hash(data: Array($0.query.utf8)))[0] & 1 == 0
      }
      let (learned, held) = (halves[true] ?? [], halves[false] ?? [])
      for half in [learned, held] {
        guard half.count(where: { $0.isAnswerable == true }) >= 5,
          half.count(where: { $0.isAnswerable == false }) >= 5
        else {
          Terminal.note("Error: each half needs at least 5 questions that can be answered and 5 that can't")
          throw ExitCode(12)
        }
      }
      guard let best = ThresholdCalibration.best(on: learned) else { throw ExitCode(12) }
      let present = own.opened.learned.current.threshold ?? wiring.settings.answererParameters().threshold
      let comparison = HeldOutComparison(
        "\(own.test.name), held out", measure: "balanced abstention", before: values(held, present),
        after: values(held, best.threshold))
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      try TrainCommand.register(
        .abstention, own, [comparison],
        files: ["abstention.json": Array(try encoder.encode(AbstentionRecord(threshold: best.threshold)))],
        parameters: [
          ("threshold", "\(best.threshold)"), ("before", "\(present)"), ("questions", "\(learned.count)"),
        ], wiring: wiring, isJSON: global.json)
    }

    /// Whether each question is treated rightly, weighted so that the mean is the balanced rate.
    private func values(_ outcomes: [AnswerOutcome], _ threshold: Double) -> [Double] {
      let answerable = Double(outcomes.count { $0.isAnswerable == true })
      let count = Double(outcomes.count)
      return outcomes.map { outcome in
        let isAnswered = outcome.text != nil && outcome.confidence >= threshold
        let kind = outcome.isAnswerable == true ? answerable : count - answerable
        return isAnswered == outcome.isAnswerable ? count / (2 * kind) : 0
      }
    }
  }

  fileprivate static func judge(
    _ models: RetrievalModels, _ own: JudgedCollection, held: [Question], _ options: RetrievalTrainingOptions,
    _ retrieval: RetrievalOptions, measure: Measure, wiring: Wiring, quiet: Bool
  ) async throws -> [HeldOutComparison] {
    guard held.count >= 10 else {
      Terminal.note("Error: \(held.count) questions are too few to judge by")
      throw ExitCode(12)
    }
    let threads = wiring.settings.threads
    var comparisons = [
      HeldOutComparison(
        "\(own.test.name), held out",
        try await own.comparison(held, with: models, measure: measure, threads: threads))
    ]
    for directory in options.also {
      let other = try await JudgedCollection(
        directory, split: nil, collection: nil, options: retrieval, wiring: wiring, quiet: quiet)
      comparisons.append(
        HeldOutComparison(
          other.test.name,
          try await other.comparison(other.test.judged, with: models, measure: measure, threads: threads)))
    }
    return comparisons
  }

  static func register(
    _ kind: LearnedKind, _ own: JudgedCollection, _ comparisons: [HeldOutComparison],
    files: [String: [UInt8]], parameters: [(String, String)], wiring: Wiring, isJSON: Bool
  ) throws {
    let home = try wiring.openHome(createIfMissing: true)
    let run = LearnedRun(
      kind: kind, collection: own.evaluated.name,
      tracking: TrackingStore(catalog: home.catalog, home: home.path),
      comparisons: comparisons)
    let (version, gate) = try run.record(
      files, parameters: parameters, test: own.test, actor: ModelsCommand.actor)
    run.show(version, gate: gate, isJSON: isJSON)
  }
}
