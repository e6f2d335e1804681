import Foundation
import Kernels

/// Fits a linear map of question vectors so that what answers a question comes nearer to it than what doesn't.
///
/// The loss of a question is the cross-entropy of its passage among the passages of the other questions and hard negatives
/// that the search found for it, by cosine over a temperature; the map is held near nothing by a ridge.
///
/// - Source: Oord, Li, Vinyals, "Representation learning with contrastive predictive coding", 2018, equation 4.
package struct AdapterFit: Sendable {
  package struct Example: Sendable {
    /// Shape `[d]`, unit length.
    package var question: [Float]
    package var passage: [Float]
    /// Found for the question, and not judged as answering it.
    package var negatives: [[Float]]

    package init(question: [Float], passage: [Float], negatives: [[Float]]) {
      self.question = question
      self.passage = passage
      self.negatives = negatives
    }
  }

  package var temperature = 0.05
  /// Of the squared entries of the map.
  package var ridge = 1.0
  package var iterations = 60
  /// Passages of other questions that each is told apart from.
  package var batch = 32

  package init() {}

  /// - Returns: shape `[d, d]`: what is added to a vector is its product with this.
  /// - Throws: `.unfit` for fewer than 10 examples.
  /// - Complexity: O(iterations × examples × (batch + negatives) × d + iterations × examples × d²).
  package func fit(_ examples: [Example]) throws(TrainingError) -> Matrix {
    guard examples.count >= 10, let width = examples.first?.question.count else {
      throw TrainingError(.unfit, "\(examples.count) judged questions are too few; at least 10 are needed")
    }
    let questions = DoubleMatrix(
      rows: examples.count, columns: width, values: examples.flatMap { $0.question.map(Double.init) })
    // Each example's choices: its passage first, then hard negatives, then passages of the next questions.
    let choices = examples.indices.map { place -> DoubleMatrix in
      var rows = [examples[place].passage] + examples[place].negatives
      for step in 1...min(batch, examples.count - 1) {
        let other = examples[(place + step) % examples.count].passage
        if other != examples[place].passage { rows.append(other) }
      }
      return DoubleMatrix(rows: rows.count, columns: width, values: rows.flatMap { $0.map(Double.init) })
    }
    var search = LBFGS()
    search.iterations = iterations
    search.tolerance = 1e-5
    let scale = 1 / Double(examples.count)
    let found = search.minimum(from: [Double](repeating: 0, count: width * width)) { point in
      let map = DoubleMatrix(rows: width, columns: width, values: point)
      let added = questions.timesTransposed(map)
      var pull = DoubleMatrix(
        rows: examples.count, columns: width, values: [Double](repeating: 0, count: examples.count * width))
      var value = 0.0
      for place in examples.indices {
        let row = place * width..<(place + 1) * width
        let moved = zip(questions.values[row], added.values[row]).map { $0 + $1 }
        let length = max(1e-9, moved.reduce(0) { $0 + $1 * $1 }.squareRoot())
        let unit = DoubleMatrix(rows: 1, columns: width, values: moved.map { $0 / length })
        var scores = unit.timesTransposed(choices[place]).values.map { $0 / temperature }
        let highest = scores.max() ?? 0
        let own = scores[0]
        for choice in scores.indices { scores[choice] = exp(scores[choice] - highest) }
        let sum = scores.reduce(0, +)
        value += scale * (highest + log(sum) - own)
        for choice in scores.indices { scores[choice] = scores[choice] / sum - (choice == 0 ? 1 : 0) }
        // Through the softmax, the temperature and the length.
        let slope = DoubleMatrix(rows: 1, columns: scores.count, values: scores)
        let towards = choices[place].transposedTimes(
          DoubleMatrix(rows: scores.count, columns: 1, values: slope.values)
        ).values
        let along = zip(towards, unit.values).reduce(0) { $0 + $1.0 * $1.1 }
        for column in 0..<width {
          pull.values[place * width + column] =
            scale * (towards[column] - along * unit.values[column]) / (temperature * length)
        }
      }
      var gradient = pull.transposedTimes(questions).values
      for place in gradient.indices {
        value += ridge * point[place] * point[place] / 2
        gradient[place] += ridge * point[place]
      }
      return (value, gradient)
    }
    return Matrix(rows: width, columns: width, values: found.point.map { Float($0) })
  }
}
