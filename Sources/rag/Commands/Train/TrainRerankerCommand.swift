import ArgumentParser
import Evaluation
import Foundation
import HTTPService
import Retrieval
import Storage
import Training

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

    func validate() throws {
      if retrieval.collection == nil {
        throw ValidationError("--collection is needed: what is learned serves one")
      }
    }

    func run() async throws {
      let wiring = try Wiring(global)
      let threads = wiring.settings.threads
      let own = try await options.judged(retrieval, wiring, quiet: global.quiet)
      let learned = own.test.halves.learned
      // Candidates as they will be found: by the adapter and the fusion that serve.
      var serving = own.opened.learned.current
      serving.ranking = nil
      let retriever = own.retriever(with: serving)
      let found = try await retriever.candidates(own.queries(learned), depth: candidates, threads: threads)
      let groups = zip(learned, found).map { question, found in
        RankingFit.Group(
          features: found.features, scores: found.scores,
          gains: found.documents.map { document in
            document.flatMap { own.test.qrels.grades[question.id]?[DocumentPath($0)] }.map {
              Double(max(0, $0))
            } ?? 0
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
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let record = RankingRecord(
        features: CandidateFeatures.names, depth: candidates, scale: fitted.scale, rounds: fitted.rounds)
      try await options.finish(
        .reranker, own,
        files: ["trees-0.json": fitted.source, "ranking.json": Array(try encoder.encode(record))],
        parameters: [
          ("rounds", "\(fitted.rounds)"), ("scale", "\(fitted.scale)"), ("questions", "\(learned.count)"),
          ("candidates", "\(candidates)"),
        ], retrieval: retrieval, wiring: wiring, global: global
      ) { $0.ranking = ranking }
    }
  }
}
