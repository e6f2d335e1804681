import Foundation
import Kernels
import Synchronization

/// Reads question and passage together and says how well they fit: a BERT sequence classifier with one label.
///
/// The folder is laid out as for embeddings: `config.json`, `model.safetensors` (encoder, `bert.pooler`,
/// `classifier`), `vocab.txt`, and `tokenizer_config.json` if there. A model with two labels scores by the difference
/// of the second's logit and the first's.
/// - Source: Nogueira, Cho, "Passage re-ranking with BERT", 2019.
package final class CrossEncoder: Sendable {
  /// Name and hash of the weights.
  package let identity: String
  package let tokenizer: WordPieceTokenizer
  /// Longest pair, tokens.
  package let maximumTokens: Int
  private let encoder: BertEncoder
  private let pooler: LinearLayer
  private let classifier: LinearLayer
  private let threads: Int
  private let idle = Mutex<[Workplace]>([])

  /// `@unchecked Sendable`: taken out of `idle` by one thread, put back when that thread is done with it.
  private struct Workplace: @unchecked Sendable {
    let worker = BertWorker()
  }

  /// - Parameter threads: how many pairs are read at a time, at most.
  /// - Throws: `EmbeddingError.modelMissing`, `.modelInvalid` naming the file and what is wrong.
  package init(
    directory: String, threads: Int, profile: EmbeddingProfile = .exact, engine: MatrixEngine = .current
  ) throws(EmbeddingError) {
    let folder = try ModelDirectory(path: directory)
    let file = try SafetensorsFile(path: directory + "/model.safetensors")
    let configuration = folder.configuration
    let profile = profile.realized(by: configuration)
    guard let labels = file.tensors["classifier.weight"]?.shape.first else {
      throw EmbeddingError(
        .modelInvalid,
        "\(directory)/model.safetensors has no classifier.weight: it is no sequence classifier, and cannot rerank"
      )
    }
    guard labels == 1 || labels == 2 else {
      throw EmbeddingError(
        .modelInvalid,
        "\(directory)/model.safetensors: the classifier has \(labels) labels; a reranker has 1 or 2")
    }
    encoder = try BertEncoder(
      configuration: configuration, weights: file, profile: profile, engine: engine, threads: threads,
      readsPairs: true)
    // The head is small: it stays exact.
    let head = BertWeights(file: file, configuration: configuration)
    pooler = try head.dense(
      "pooler.dense", inputs: configuration.hiddenSize, outputs: configuration.hiddenSize, engine: engine)
    classifier = try head.dense(
      "classifier", inputs: configuration.hiddenSize, outputs: labels, engine: engine)
    tokenizer = try folder.tokenizer()
    maximumTokens = folder.maximumTokens
    guard maximumTokens >= 5 else {
      throw EmbeddingError(
        .modelInvalid, "\(directory): a pair needs at least 5 tokens, not \(maximumTokens)")
    }
    let known = try folder.identity()
    identity =
      "\(known.model)@\(known.weightsHash.prefix(12))" + profile.suffix
    self.threads = max(1, threads)
  }

  /// Scores of passages against the question, in order; larger is better. Raw logits.
  ///
  /// - Throws: `CancellationError` when the task is cancelled; what was begun is finished first.
  package func scores(question: String, passages: [String]) async throws -> [Double] {
    let isCancelled = Atomic<Bool>(false)
    return try await withTaskCancellationHandler {
      try await Parallel.offPool {
        try self.scoresSynchronously(question: question, passages: passages) {
          isCancelled.load(ordering: .relaxed)
        }
      }
    } onCancel: {
      isCancelled.store(true, ordering: .relaxed)
    }
  }

  /// Scores on the calling thread and up to `threads - 1` others.
  ///
  /// - Parameter isCancelled: asked before each pair; `true` ends the work.
  /// - Throws: `CancellationError`.
  package func scoresSynchronously(
    question: String, passages: [String], isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> [Double] {
    let first = tokenizer.pieces(question, limit: maximumTokens)
    let pairs = Parallel.map(passages.count, threads: threads) { index in
      tokenizer.encode(
        first, tokenizer.pieces(passages[index], limit: maximumTokens), limit: maximumTokens)
    }
    // The longest first: a long pair begun last would keep the other threads waiting.
    let order = pairs.indices.sorted { (pairs[$0].tokens.count, $1) > (pairs[$1].tokens.count, $0) }
    let scores = Mutex([Double](repeating: 0, count: pairs.count))
    Parallel.forEach(pairs.count, threads: threads) { place in
      if isCancelled() { return }
      let index = order[place]
      let score = score(pairs[index])
      scores.withLock { $0[index] = score }
    }
    if isCancelled() { throw CancellationError() }
    return scores.withLock { $0 }
  }

  private func score(_ pair: (tokens: [Int32], secondPart: Int)) -> Double {
    let place = idle.withLock { $0.popLast() } ?? Workplace()
    defer { idle.withLock { $0.append(place) } }
    let width = encoder.configuration.hiddenSize
    let states = encoder.states(pair.tokens, secondPart: pair.secondPart, worker: place.worker)
    let labels = classifier.outputs
    let rows = LinearLayer.paddedRows(1)
    // Rows that pad a product are read: they must be numbers.
    var first = [Float](repeating: 0, count: rows * width)
    for column in 0..<width { first[column] = states[column] }
    var pooled = [Float](repeating: 0, count: rows * width)
    var logits = [Float](repeating: 0, count: rows * labels)
    first.withUnsafeMutableBufferPointer { input in
      pooled.withUnsafeMutableBufferPointer { middle in
        logits.withUnsafeMutableBufferPointer { output in
          guard let input = input.baseAddress, let middle = middle.baseAddress,
            let output = output.baseAddress
          else { return }
          pooler.apply(input, rows: 1, to: middle, worker: place.worker.linear)
          for column in 0..<width { middle[column] = Float(tanh(Double(middle[column]))) }
          classifier.apply(middle, rows: 1, to: output, worker: place.worker.linear)
        }
      }
    }
    return labels == 1 ? Double(logits[0]) : Double(logits[1]) - Double(logits[0])
  }
}
