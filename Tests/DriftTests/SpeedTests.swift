import Drift
import Foundation
import Kernels
import Testing

/// Timings of large inputs, printed when `DRIFT_TIMINGS` is set:
/// `DRIFT_TIMINGS=1 swift test -c release --filter SpeedTests`.
@Suite struct SpeedTests {
  @Test(.enabled(if: ProcessInfo.processInfo.environment["DRIFT_TIMINGS"] != nil))
  func timings() throws {
    let clock = ContinuousClock()
    func table(_ seed: UInt64) throws -> Table {
      try Table(
        columns: (0..<50).map { column in
          var generator = SplitMix64(seed: seed &* 100 &+ UInt64(column))
          return Column(
            name: "\(column)",
            numbers: (0..<1_000_000).map { _ in Double(generator.next() >> 11) * 0x1p-53 })
        })
    }
    let reference = try table(1)
    let current = try table(2)
    for profile in DriftProfile.allCases {
      let elapsed = try clock.measure {
        _ = try DriftCheck(DriftSettings(profile: profile)).run(reference: reference, current: current)
      }
      print("1,000,000 × 50 against as many, \(profile): \(elapsed)")
    }
    func matrix(_ seed: UInt64) -> Matrix {
      var generator = SplitMix64(seed: seed)
      return Matrix(
        rows: 100_000, columns: 384,
        values: (0..<38_400_000).map { _ in Float(generator.next() >> 40) * 0x1p-24 })
    }
    let left = matrix(1)
    let right = matrix(2)
    let elapsed = try clock.measure { _ = try EmbeddingCheck().run(reference: left, current: right) }
    print("100,000 × 384 against as many: \(elapsed)")
  }
}
