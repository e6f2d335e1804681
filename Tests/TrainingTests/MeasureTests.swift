import Foundation
import Kernels
import Testing
import Training

/// Against scikit-learn's values: `Fixtures/measures.py`.
@Suite struct MeasureTests {
  private struct Binary: Decodable {
    var target: [Double]
    var probability: [Double]
    var weights: [Double]
    var threshold: Double
    var plain: [String: Double]
    var weighted: [String: Double]
  }

  private struct Multiclass: Decodable {
    var target: [Double]
    var probabilities: [[Double]]
    var plain: [String: Double]
  }

  private struct Regression: Decodable {
    var target: [Double]
    var prediction: [Double]
    var weights: [Double]
    var plain: [String: Double]
    var weighted: [String: Double]
  }

  private struct Reference: Decodable {
    var binary: Binary
    var multiclass: Multiclass
    var regression: Regression
  }

  private func reference() throws -> Reference {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/measures", withExtension: "json"))
    return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
  }

  private func check(_ predictions: Predictions, _ expected: [String: Double]) throws {
    for (name, value) in expected {
      let measure = try #require(ModelMeasure(rawValue: name))
      let found = measure.value(predictions)
      #expect(abs(found - value) <= 1e-9 * max(1, abs(value)), "\(name): \(found), scikit-learn \(value)")
    }
  }

  @Test func twoClasses() throws {
    let data = try reference().binary
    var predictions = Predictions(
      values: DoubleMatrix(
        rows: data.target.count, columns: 2, values: data.probability.flatMap { [1 - $0, $0] }),
      target: data.target, threshold: data.threshold)
    try check(predictions, data.plain)
    predictions.weights = data.weights
    try check(predictions, data.weighted)
  }

  @Test func severalClasses() throws {
    let data = try reference().multiclass
    try check(
      Predictions(
        values: DoubleMatrix(rows: data.target.count, columns: 3, values: data.probabilities.flatMap { $0 }),
        target: data.target), data.plain)
  }

  @Test func values() throws {
    let data = try reference().regression
    var predictions = Predictions(
      values: DoubleMatrix(rows: data.target.count, columns: 1, values: data.prediction), target: data.target)
    try check(predictions, data.plain)
    predictions.weights = data.weights
    try check(predictions, data.weighted)
  }

  /// By hand: bins of 0.1, three rows in the last and one in the first.
  @Test func calibrationError() {
    let predictions = Predictions(
      values: DoubleMatrix(rows: 4, columns: 2, values: [0.1, 0.9, 0.05, 0.95, 0, 1, 0.98, 0.02]),
      target: [1, 0, 1, 0])
    let expected = 0.75 * abs((0.9 + 0.95 + 1) / 3 - 2.0 / 3) + 0.25 * 0.02
    #expect(abs(ModelMeasure.calibrationError.value(predictions) - expected) < 1e-12)
  }

  @Test func undefinedMeasuresAreNoScores() {
    let scores = ModelScores(
      Predictions(values: DoubleMatrix(rows: 2, columns: 2, values: [0.2, 0.8, 0.4, 0.6]), target: [1, 1]),
      task: .binary)
    #expect(scores[.rocAUC] == nil)
    #expect(scores[.accuracy]?.value == 1)
  }
}
