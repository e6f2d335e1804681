import Kernels
import Tables
import TestSupport
import Training

/// Made-up tables.
enum Samples {
  /// Columns `age`, `region`, `visits` (with gaps), `note` and `churned`: yes for the old in the north with few visits.
  static func churn(_ rows: Int, seed: UInt64 = 3) throws -> Table {
    var generator = SeededGenerator(seed: seed)
    var lines = ["age,region,visits,note,churned"]
    for _ in 0..<rows {
      let age = Double.random(in: 18...90, using: &generator)
      let region = ["north", "south", "east"][Int.random(in: 0..<3, using: &generator)]
      let visits = Int.random(in: 0..<20, using: &generator)
      let score =
        (age - 50) / 20 + (region == "north" ? 1 : 0) - Double(visits) / 10
        + Double.random(in: -1...1, using: &generator)
      let note = score > 0.4 ? "wrote to us to complain about prices" : "was glad about the new counter"
      let words = Int.random(in: 0..<3, using: &generator) == 0 ? "nothing was said at all here" : note
      lines.append(
        "\(age),\(region),\(Int.random(in: 0..<9, using: &generator) == 0 ? "" : "\(visits)"),\(words) \(lines.count % 97),\(score > 0 ? "yes" : "no")"
      )
    }
    return try Table(csv: Array(lines.joined(separator: "\n").utf8))
  }

  static func matrix(_ rows: Int, _ columns: Int, missing: Bool, seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed)
    var matrix = Matrix(rows: rows, columns: columns)
    for place in matrix.values.indices {
      matrix.values[place] =
        missing && Int.random(in: 0..<8, using: &generator) == 0
        ? .nan : Float.random(in: -2...2, using: &generator)
    }
    return matrix
  }
}
