import Embeddings
import Foundation
import Kernels

/// A model whose vectors of a corpus were computed before, so that what an ingest does beside embedding can be measured
/// alone; texts that are not in the corpus go through the model.
final class RecordedVectors: Embedder {
  private let model: any Embedder
  private let vectors: Matrix
  /// Row of a text, by its words.
  private let rows: [Data: Int]

  /// - Parameters:
  ///   - texts: as they were embedded; white space does not count.
  ///   - vectors: shape `[texts.count, dimension]`, made by `model`.
  init(_ texts: [String], vectors: Matrix, model: any Embedder) {
    self.model = model
    self.vectors = vectors
    rows = Dictionary(
      texts.enumerated().map { (Self.key($0.element), $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  var identity: EmbeddingModelIdentity { model.identity }

  func countTokens(_ text: Substring) -> Int { model.countTokens(text) }

  func knows(_ letter: Unicode.Scalar) -> Bool { model.knows(letter) }

  func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch {
    let places = texts.map { rows[Self.key($0)] }
    let unknown = texts.indices.filter { places[$0] == nil }
    let computed = unknown.isEmpty ? nil : try await model.embed(unknown.map { texts[$0] }, as: role)
    var values: [Float] = []
    values.reserveCapacity(texts.count * vectors.columns)
    var next = 0
    for place in places {
      if let place {
        values += vectors.row(place)
      } else if let computed {
        values += computed.matrix.row(next)
        next += 1
      }
    }
    return EmbeddingBatch(
      matrix: Matrix(rows: texts.count, columns: vectors.columns, values: values),
      tokenCounts: [Int](repeating: 0, count: texts.count))
  }

  /// The text without its white space.
  private static func key(_ text: String) -> Data { Data(text.utf8.filter { $0 > 0x20 }) }
}
