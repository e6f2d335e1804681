import Drift
import Foundation
import Kernels
import Tables
import TestSupport
import Testing

@Suite struct DistanceNoiseTests {
  /// Columns of uniform numbers and of four categories, moved by `shift` of the standard deviation.
  private func table(rows: Int, columns: Int, shift: Double, seed: UInt64) throws -> Table {
    var generator = SeededGenerator(seed: seed)
    let names = (0..<columns).flatMap { ["n\($0)", "c\($0)"] }
    var lines = [names.joined(separator: ",")]
    for _ in 0..<rows {
      lines.append(
        (0..<columns).map { _ in
          let number = Double.random(in: 0..<1, using: &generator) + shift / 12.0.squareRoot()
          let moved = Double.random(in: 0..<1, using: &generator) < shift / 2
          return "\(number),\(moved ? "a" : ["a", "b", "c", "d"][Int.random(in: 0..<4, using: &generator)])"
        }.joined(separator: ","))
    }
    return try Table(csv: Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  /// A distance lies above its floor in about 5% of the columns that did not move, and in all that moved by half a
  /// standard deviation.
  @Test func floorsAreQuantilesOfNoDrift() throws {
    let columns = 100
    let reference = try table(rows: 300, columns: columns, shift: 0, seed: 1)
    for (shift, seed) in [(0.0, UInt64(2)), (0.5, 3)] {
      let result = try DriftCheck().run(
        reference: reference, current: table(rows: 300, columns: columns, shift: shift, seed: seed))
      var above: [String: Int] = [:]
      for column in result.columns {
        #expect(column.distances.count == 3)
        for distance in column.distances {
          #expect(distance.noise > 0)
          above["\(column.name.prefix(1)) \(distance.name)", default: 0] +=
            distance.value > distance.noise ? 1 : 0
        }
      }
      #expect(above.count == 6)
      for (name, count) in above {
        // Binomial with 5%: more than 15 of 100 has a chance of 4e-5.
        #expect(shift > 0 ? count >= 95 : count <= 15, "\(name): \(count) of \(columns)")
      }
    }
  }

  /// Few rows: what a fixed threshold calls drift is noise.
  @Test func aFixedThresholdIsMetByNoise() throws {
    let result = try DriftCheck().run(
      reference: table(rows: 120, columns: 50, shift: 0, seed: 4),
      current: table(rows: 120, columns: 50, shift: 0, seed: 5))
    let stability = result.columns.flatMap(\.distances).filter { $0.name == "psi" }
    let overThreshold = stability.filter { $0.value > $0.threshold }.count
    let overNoise = stability.filter { $0.value > $0.noise }.count
    #expect(overThreshold > 3 * max(1, overNoise), "\(overThreshold) \(overNoise)")
  }
}
