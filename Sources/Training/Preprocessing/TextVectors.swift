import Embeddings
import Kernels
import Synchronization

/// Turns the texts of an embedding column into vectors.
package final class TextVectors: Sendable {
  private let embedder: LocalEmbedder
  /// Vectors of texts that were seen; `nil` where none are kept.
  private let known: Mutex<[String: [Float]]?>

  package var identity: EmbeddingModelIdentity { embedder.identity }

  /// - Parameter remembers: keep each text's vector, for data that is read again and again.
  package init(_ embedder: LocalEmbedder, remembers: Bool = false) {
    self.embedder = embedder
    known = Mutex(remembers ? [:] : nil)
  }

  /// Opens the embedding model that a column was learned with.
  ///
  /// - Throws: `.failed` where it isn't installed, or is another than was learned with.
  package convenience init(
    _ wanted: EmbeddingModelIdentity, in store: ModelStore, threads: Int = 1, remembers: Bool = false
  ) throws(TrainingError) {
    let embedder: LocalEmbedder
    do {
      embedder = try LocalEmbedder(
        directory: try store.directory(of: wanted.model), threads: threads, profile: wanted.profile)
    } catch {
      throw TrainingError(
        .failed, "texts are read by the embedding model \(wanted.model): \(error.message)", underlying: error)
    }
    guard embedder.identity == wanted else {
      throw TrainingError(
        .failed,
        "the installed embedding model \(wanted.model) is not the one that was learned with: "
          + "\(embedder.identity.weightsHash.prefix(12)), not \(wanted.weightsHash.prefix(12))")
    }
    self.init(embedder, remembers: remembers)
  }

  /// - Returns: a unit vector a text, in order; zeros where there is no text.
  package func vectors(_ texts: [String?]) -> Matrix {
    var result = Matrix(rows: texts.count, columns: identity.dimension)
    let seen = known.withLock { $0 }
    var missing: [String] = []
    var asked: Set<String> = []
    for case let text? in texts where seen?[text] == nil && asked.insert(text).inserted {
      missing.append(text)
    }
    var found = seen ?? [:]
    if !missing.isEmpty {
      let batch = embedder.embedSynchronously(missing)
      for (row, text) in missing.enumerated() { found[text] = batch.matrix.row(row) }
      known.withLock { known in
        guard known != nil else { return }
        for text in missing { known?[text] = found[text] }
      }
    }
    for (row, text) in texts.enumerated() {
      guard let text, let vector = found[text] else { continue }
      result.values.replaceSubrange(row * identity.dimension..<(row + 1) * identity.dimension, with: vector)
    }
    return result
  }
}
