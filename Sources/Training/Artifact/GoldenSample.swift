import Foundation
import Kernels

/// Rows with what the model said of them when it was made: asked again wherever it is loaded, so that a model that answers
/// otherwise there serves nobody.
package struct GoldenSample: Hashable, Sendable {
  package struct Row: Codable, Hashable, Sendable {
    package var input: [String: RowValue]
    /// Probabilities of the classes, or the value.
    package var output: [Double]
  }

  /// Between what was and is said: other processors round other.
  private static let tolerance = 1e-5

  package var rows: [Row]

  package init(rows: [Row]) {
    self.rows = rows
  }

  /// - Parameter rows: of `table`.
  init(_ model: TrainedModel, _ table: FeatureTable, rows: [Int]) {
    let said = model.predict(table.rows(rows))
    self.rows = rows.enumerated().map { place, row in
      Row(
        input: table.row(row, model.schema.features),
        output: Array(said.values[place * said.columns..<(place + 1) * said.columns]))
    }
  }

  /// - Throws: `.damaged` where the model says something else of a row, or can't read it.
  package func verify(_ model: TrainedModel) throws(TrainingError) {
    let table: FeatureTable
    do {
      table = try FeatureTable(rows: rows.map(\.input), model.schema.features)
    } catch {
      throw TrainingError(
        .damaged, "the golden sample doesn't fit the schema: \(error.message)", underlying: error)
    }
    let said = model.predict(table)
    for (place, row) in rows.enumerated() {
      let now = said.values[place * said.columns..<(place + 1) * said.columns]
      guard now.count == row.output.count,
        zip(now, row.output).allSatisfy({ abs($0 - $1) <= Self.tolerance * max(1, abs($1)) })
      else {
        throw TrainingError(
          .damaged, "row \(place + 1) of the golden sample gave \(row.output) once and \(Array(now)) now")
      }
    }
  }
}
