/// How often what is said with a probability is true: ten bins of equal width.
package struct Reliability: Sendable {
  package struct Bin: Codable, Hashable, Sendable {
    package var rows = 0.0
    /// Mean probability, 0…1.
    package var said = 0.0
    /// Share that is true, 0…1.
    package var isTrue = 0.0
  }

  package private(set) var bins: [Bin]

  /// - Complexity: O(n × classes).
  package init(_ predictions: Predictions) {
    var bins = [Bin](repeating: Bin(), count: 10)
    let width = predictions.values.columns
    for row in predictions.target.indices {
      let label = width == 2 ? 1 : Predictions.decision(predictions.values, row: row, threshold: 0.5)
      let probability = predictions.values.values[row * width + label]
      let bin = min(9, max(0, Int(probability * 10)))
      let weight = predictions.weight(row)
      bins[bin].rows += weight
      bins[bin].said += weight * probability
      if predictions.target[row] == Double(label) { bins[bin].isTrue += weight }
    }
    self.bins = bins.map { bin in
      bin.rows > 0 ? Bin(rows: bin.rows, said: bin.said / bin.rows, isTrue: bin.isTrue / bin.rows) : bin
    }
  }

  /// - Source: Naeini, Cooper, Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015.
  package var expectedError: Double {
    let rows = bins.reduce(0) { $0 + $1.rows }
    return bins.reduce(0) { $0 + $1.rows / rows * abs($1.said - $1.isTrue) }
  }
}
