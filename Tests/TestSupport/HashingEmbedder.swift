import Embeddings
import Kernels

/// An embedder without a model: the vector of a text is the sum of pseudo-random vectors of its words, so that
/// texts that share words are near. The same text always has the same vector.
package struct HashingEmbedder: Embedder {
  package var identity: EmbeddingModelIdentity

  package init(dimension: Int = 32, model: String = "hashing") {
    identity = EmbeddingModelIdentity(
      model: model, weightsHash: String(repeating: "0", count: 64), dimension: dimension, pooling: .mean,
      maximumTokens: 256)
  }

  package func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch
  {
    var values: [Float] = []
    for text in texts { values.append(contentsOf: vector(text)) }
    return EmbeddingBatch(
      matrix: Matrix(rows: texts.count, columns: identity.dimension, values: values),
      tokenCounts: texts.map { countTokens($0[...]) })
  }

  package func countTokens(_ text: Substring) -> Int {
    text.split { $0 == " " || $0 == "\n" }.count
  }

  /// Shape `[dimension]`, unit length.
  package func vector(_ text: String) -> [Float] {
    var sum = [Float](repeating: 0, count: identity.dimension)
    for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
      var seed: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in word.utf8 { seed = (seed ^ UInt64(byte)) &* 0x100_0000_01B3 }
      var generator = SeededGenerator(seed: seed)
      for index in sum.indices { sum[index] += Float.random(in: -1...1, using: &generator) }
    }
    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? sum.map { $0 / length } : [1] + sum.dropFirst()
  }
}
