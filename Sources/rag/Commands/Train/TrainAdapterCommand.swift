import ArgumentParser
import Evaluation
import Foundation
import HTTPService
import Retrieval
import Storage
import Training

extension TrainCommand {
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
      if retrieval.collection == nil {
        throw ValidationError("--collection is needed: what is learned serves one")
      }
      if ridge < 0 { throw ValidationError("--ridge must be at least 0") }
      if !(0...100).contains(negatives) { throw ValidationError("--negatives must lie in 0...100") }
    }

    func run() async throws {
      let wiring = try Wiring(global)
      let own = try await options.judged(retrieval, wiring, quiet: global.quiet)
      let learned = own.test.halves.learned
      let found = try await own.retriever(with: RetrievalModels()).candidates(
        own.queries(learned), depth: 100, threads: wiring.settings.threads)
      var fit = AdapterFit()
      fit.ridge = ridge
      let map = try fit.fit(examples(own, learned, found))
      guard let adapter = QueryAdapter(identity: "query-adapter", matrix: map) else {
        throw TrainingError(.failed, "the map is not square")
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let record = AdapterRecord(dimension: map.rows, temperature: fit.temperature, ridge: ridge)
      let bytes = map.values.flatMap { value in
        withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
      }
      try await options.finish(
        .adapter, own, files: ["adapter.json": Array(try encoder.encode(record)), "adapter.f32": bytes],
        parameters: [
          ("ridge", "\(ridge)"), ("negatives", "\(negatives)"), ("questions", "\(learned.count)"),
        ], retrieval: retrieval, wiring: wiring, global: global
      ) { $0.adapter = adapter }
    }

    private func examples(
      _ own: JudgedCollection, _ learned: [Question], _ found: [QuestionCandidates]
    ) -> [AdapterFit.Example] {
      zip(learned, found).flatMap { question, found -> [AdapterFit.Example] in
        guard let vector = found.vector, let grades = own.test.qrels.grades[question.id] else { return [] }
        let isRight = found.documents.map { document in
          document.flatMap { grades[DocumentPath($0)] }.map { $0 > 0 } ?? false
        }
        let wrong = isRight.indices.filter { !isRight[$0] }.prefix(negatives).map { found.passages.row($0) }
        return isRight.indices.filter { isRight[$0] }.map { place in
          AdapterFit.Example(question: vector, passage: found.passages.row(place), negatives: Array(wrong))
        }
      }
    }
  }
}
