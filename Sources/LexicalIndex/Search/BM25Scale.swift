import Foundation
import Kernels

/// BM25 of a query's terms in whole steps.
///
/// A term adds a whole number of steps to a chunk's score, so that a sum is exact whatever its order, and the same as
/// an exhaustive one's. Steps are a power of two: the sum of all weights is below 2^23 of them, which a float holds.
struct BM25Scale {
  /// The score of one step.
  let step: Float
  private let weights: [Float]
  private let base: Float
  private let slope: Float

  /// - Parameter statistics: over all segments that are searched together, so that they have the same steps.
  init(_ terms: [QueryTerm], _ parameters: BM25Parameters, _ statistics: CorpusStatistics) {
    let weights = terms.map { term in
      let frequency = statistics.documentFrequency(of: term.term)
      return frequency > 0 ? term.weight * statistics.inverseDocumentFrequency(frequency) : 0
    }
    let total = weights.reduce(0, +)
    let exponent = total.isFinite && total > 0 ? 22 - total.exponent : 0
    step = Float(sign: .plus, exponent: Int(-exponent), significand: 1)
    self.weights = weights.map { Float($0) * Float(sign: .plus, exponent: Int(exponent), significand: 1) }
    base = Float(parameters.k1 * (1 - parameters.b))
    slope = Float(parameters.k1 * parameters.b / statistics.averageLength)
  }

  /// - Parameters:
  ///   - index: of a term of the query.
  ///   - lengths: of the segment's chunks.
  func term(_ index: Int, lengths: UnsafeBufferPointer<UInt32>) -> BM25Term {
    BM25Term(weight: weights[index], base: base, slope: slope, lengths: lengths)
  }
}
