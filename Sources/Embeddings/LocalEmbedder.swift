import Foundation
import Kernels
import Synchronization

/// Embeds with a transformer model of a local folder, on the processor.
///
/// Vectors are bit for bit the same for the same text, model, engine and processor, whatever the batch, its order
/// and the number of threads.
package final class LocalEmbedder: Embedder {
  package let identity: EmbeddingModelIdentity
  package let tokenizer: WordPieceTokenizer
  private let encoder: BertEncoder
  private let prompts: [EmbeddingRole: String]
  private let threads: Int
  private let idle = Mutex<[Workplace]>([])
  private let directory: String
  private let coverage = Mutex<ScriptCoverage?>(nil)

  /// A worker on its way between threads.
  ///
  /// `@unchecked Sendable`: taken out of `idle` by one thread, put back when that thread is done with it.
  private struct Workplace: @unchecked Sendable {
    let worker = BertWorker()
  }

  /// Opens the model in `directory`.
  ///
  /// - Parameters:
  ///   - threads: how many texts are embedded at a time, at most.
  ///   - profile: `identity` tells the one that the processor and the model allow.
  ///   - engine: what multiplies float32 matrices.
  /// - Throws: `EmbeddingError.modelMissing`, `.modelInvalid` naming the file and what is wrong.
  /// - Complexity: O(bytes of the layers' weights).
  package init(
    directory: String, threads: Int, profile: EmbeddingProfile = .standard, engine: MatrixEngine = .current
  ) throws(EmbeddingError) {
    self.directory = directory
    let folder = try ModelDirectory(path: directory)
    let weights = try SafetensorsFile(path: directory + "/model.safetensors")
    let profile = profile.realized(by: folder.configuration)
    encoder = try BertEncoder(
      configuration: folder.configuration, weights: weights, profile: profile, engine: engine,
      threads: threads)
    tokenizer = try folder.tokenizer()
    prompts = folder.prompts
    identity = try folder.identity(profile: profile)
    self.threads = max(1, threads)
  }

  package func embed(
    _ texts: [String], as role: EmbeddingRole
  ) async throws(EmbeddingError) -> EmbeddingBatch {
    do {
      return try await Parallel.offPool { self.embedSynchronously(texts, as: role) }
    } catch {
      throw EmbeddingError(.modelInvalid, "embedding failed: \(error)", underlying: error)
    }
  }

  /// Embeds on the calling thread and up to `threads - 1` others, and waits.
  package func embedSynchronously(
    _ texts: [String], as role: EmbeddingRole = .passage
  ) -> EmbeddingBatch {
    let prompt = prompts[role] ?? ""
    let limit = identity.maximumTokens
    let dimension = identity.dimension
    let tokens = encode(texts, prompt: prompt, limit: limit)
    // The longest first: a long text begun last would keep the other threads waiting.
    let order = tokens.indices.sorted {
      (tokens[$0].count, $1) > (tokens[$1].count, $0)
    }
    var values = [Float](repeating: 0, count: texts.count * dimension)
    values.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      // Each index writes its own row.
      nonisolated(unsafe) let rows = start
      Parallel.forEach(texts.count, threads: threads) { index in
        let text = order[index]
        withWorker { worker in
          encoder.embed(
            tokens[text], pooling: identity.pooling, into: rows + text * dimension, worker: worker)
        }
      }
    }
    return EmbeddingBatch(
      matrix: Matrix(rows: texts.count, columns: dimension, values: values), tokenCounts: tokens.map(\.count))
  }

  /// The last layer's state of each token, each of unit length, special tokens left out.
  ///
  /// - Returns: a matrix a text, shape `[tokens, dimension]`.
  /// - Throws: `CancellationError` when `isCancelled` says so.
  package func tokenStates(
    _ texts: [String], as role: EmbeddingRole, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> [Matrix] {
    let tokens = encode(texts, prompt: prompts[role] ?? "", limit: identity.maximumTokens)
    let width = identity.dimension
    let states = Parallel.map(texts.count, threads: threads) { index in
      let count = tokens[index].count - 2
      var values = [Float](repeating: 0, count: max(0, count) * width)
      if isCancelled() || count <= 0 { return Matrix(rows: max(0, count), columns: width, values: values) }
      withWorker { worker in
        let states = encoder.states(tokens[index], worker: worker)
        for row in 0..<count {
          let from = states + (row + 1) * width
          var squares: Float = 0
          for column in 0..<width { squares += from[column] * from[column] }
          let scale = squares > 0 ? 1 / squares.squareRoot() : 0
          for column in 0..<width { values[row * width + column] = from[column] * scale }
        }
      }
      return Matrix(rows: count, columns: width, values: values)
    }
    if isCancelled() { throw CancellationError() }
    return states
  }

  package func knows(_ letter: Unicode.Scalar) -> Bool {
    // ASCII needs no look at the vocabulary, which most queries therefore never cause.
    if letter.isASCII { return true }
    let coverage = coverage.withLock { known in
      let coverage = known ?? ScriptCoverage(vocabulary: Self.bytes(ofVocabularyIn: directory))
      known = coverage
      return coverage
    }
    return coverage.includes(letter)
  }

  private static func bytes(ofVocabularyIn directory: String) -> [UInt8] {
    FileManager.default.contents(atPath: directory + "/vocab.txt").map { Array($0) } ?? []
  }

  package func countTokens(_ text: Substring) -> Int {
    tokenizer.count(text)
  }

  private func encode(_ texts: [String], prompt: String, limit: Int) -> [[Int32]] {
    var tokens = [[Int32]](repeating: [], count: texts.count)
    tokens.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      nonisolated(unsafe) let places = start
      // Threads cost more than a few texts do.
      Parallel.forEach(texts.count, threads: texts.count < 32 ? 1 : threads) { index in
        places[index] = tokenizer.encode(prompt.isEmpty ? texts[index] : prompt + texts[index], limit: limit)
      }
    }
    return tokens
  }

  private func withWorker(_ body: (BertWorker) -> Void) {
    let place = idle.withLock { $0.popLast() } ?? Workplace()
    body(place.worker)
    idle.withLock { $0.append(place) }
  }
}
