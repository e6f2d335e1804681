import Embeddings
import Kernels

/// Turns rows into the numbers that a model reads. What it knows was learned from the training part alone, and it travels
/// with the model, so that serving cannot prepare rows in another way.
package struct Preprocessor: Codable, Hashable, Sendable {
  /// How one column becomes one or several numbers.
  package enum Step: Codable, Hashable, Sendable {
    /// One number: `(x - mean) / scale` of the value or of `fill`; without `fill`, a missing value stays NaN. With
    /// `hasIndicator`, a second number is 1 where the value is missing.
    case number(column: String, fill: Float?, mean: Float, scale: Float, hasIndicator: Bool)
    /// A number for each category, one for a category that training didn't see, and one for a missing value.
    case oneHot(column: String, categories: [String])
    /// Words by hash: counts of each bucket, scaled to length 1.
    case hashedText(column: String, buckets: Int)
    /// The vector that an embedding model makes of the text; zeros where there is none.
    case embeddedText(column: String, model: EmbeddingModelIdentity)

    package var column: String {
      switch self {
      case .number(let column, _, _, _, _): column
      case .oneHot(let column, _): column
      case .hashedText(let column, _): column
      case .embeddedText(let column, _): column
      }
    }

    package var width: Int {
      switch self {
      case .number(_, _, _, _, let hasIndicator): hasIndicator ? 2 : 1
      case .oneHot(_, let categories): categories.count + 2
      case .hashedText(_, let buckets): buckets
      case .embeddedText(_, let model): model.dimension
      }
    }

    /// Of each number, for importances and explanations.
    package var names: [String] {
      switch self {
      case .number(let column, _, _, _, let hasIndicator):
        hasIndicator ? [column, "\(column) is missing"] : [column]
      case .oneHot(let column, let categories):
        categories.map { "\(column)=\($0)" } + ["\(column) is unseen", "\(column) is missing"]
      case .hashedText(let column, let buckets): (0..<buckets).map { "\(column)#\($0)" }
      case .embeddedText(let column, let model): (0..<model.dimension).map { "\(column)[\($0)]" }
      }
    }
  }

  package var steps: [Step]

  package init(steps: [Step]) {
    self.steps = steps
  }

  package var width: Int { steps.reduce(0) { $0 + $1.width } }
  package var names: [String] { steps.flatMap(\.names) }

  /// That a column's texts are read by; `nil` where none are.
  package var embedding: EmbeddingModelIdentity? {
    for case .embeddedText(_, let model) in steps { return model }
    return nil
  }

  /// - Parameter texts: of the embedding model that `embedding` names.
  /// - Returns: shape `[rows, width]`.
  /// - Complexity: O(rows × width + bytes of text), and the embedding of texts.
  package func matrix(_ table: FeatureTable, _ texts: TextVectors? = nil) -> Matrix {
    let width = width
    var result = Matrix(rows: table.rowCount, columns: width)
    result.values.withUnsafeMutableBufferPointer { values in
      var first = 0
      for step in steps {
        switch (step, table.columns[step.column]) {
        case (.number(_, let fill, let mean, let scale, let hasIndicator), .numbers(let numbers)):
          for (row, number) in numbers.enumerated() {
            let isMissing = number.isNaN
            let value = isMissing ? fill ?? .nan : Float(number)
            values[row * width + first] = (value - mean) / scale
            if hasIndicator, isMissing { values[row * width + first + 1] = 1 }
          }
        case (.oneHot(_, let categories), .strings(let texts)):
          let places = Dictionary(zip(categories, 0...), uniquingKeysWith: { first, _ in first })
          for (row, text) in texts.enumerated() {
            let place = text.map { places[$0] ?? categories.count } ?? categories.count + 1
            values[row * width + first + place] = 1
          }
        case (.hashedText(_, let buckets), .strings(let texts)):
          for (row, text) in texts.enumerated() {
            let counts = HashedWords.counts(text ?? "", buckets: buckets)
            for (bucket, count) in counts { values[row * width + first + bucket] = count }
          }
        case (.embeddedText(_, let model), .strings(let strings)):
          guard let texts else { preconditionFailure("no embedding model for \(step.column)") }
          let vectors = texts.vectors(strings)
          for row in strings.indices {
            for place in 0..<model.dimension {
              values[row * width + first + place] = vectors.values[row * model.dimension + place]
            }
          }
        default:
          preconditionFailure("column \(step.column) is not of the kind that the step \(step) reads")
        }
        first += step.width
      }
    }
    return result
  }
}
