import Drift
import Foundation
import Kernels
import Storage
import TestSupport
import Testing

@Suite struct EmbeddingCheckTests {
  static func matrix(_ name: String) throws -> Matrix {
    let file = try NumPyFile<Float>(contentsOf: Fixtures.url("s4_embeddings/\(name)").path)
    return Matrix(rows: file.rows, columns: file.columns, values: file.values)
  }

  @Test(arguments: [("same.npy", false), ("mixed40.npy", true), ("shifted.npy", true)])
  func reference(_ name: String, isDrift: Bool) throws {
    let result = try EmbeddingCheck().run(reference: Self.matrix("reference.npy"), current: Self.matrix(name))
    let all = try #require(
      try Fixtures.object("s4_embeddings/expected.json")["current"] as? [String: [String: [String: Any]]])
    let expected = try #require(all[name])
    func value(_ key: String, _ field: String = "score") -> Double {
      expected[key]?[field] as? Double ?? .nan
    }
    // float32 means in the reference
    #expect(isClose(result.meanDistances.euclidean, value("distance_euclidean"), relative: 1e-5))
    #expect(isClose(result.meanDistances.cosine, value("distance_cosine"), relative: 1e-5))
    #expect(isClose(result.meanDistances.cityblock, value("distance_cityblock"), relative: 1e-5))
    #expect(isClose(result.meanDistances.chebyshev, value("distance_chebyshev"), relative: 1e-5))
    #expect(isClose(result.discrepancy.squared, value("mmd_permutation", "mmd2_unbiased")))
    #expect(isClose(result.discrepancy.medianDistance, value("mmd_permutation", "median_distance")))
    #expect(abs(result.discrepancy.pValue - value("mmd_permutation", "p_value_999")) <= 0.03)
    #expect(abs(result.classifier.areaUnderCurve - value("domain_classifier_logreg_cv5_auc")) <= 0.05)
    #expect((result.verdict == .drift) == isDrift)
    // alibi-detect's count of components under the false discovery rate
    let alibi = try #require(
      try Fixtures.object("s4_embeddings/expected_alibi.json")["current"]
        as? [String: [String: [String: Double]]])
    let drifted = Int((result.driftedComponentShare * Double(result.dimension)).rounded())
    #expect(abs(drifted - Int(alibi[name]?["KSDrift_fdr"]?["features_below_threshold"] ?? -1)) <= 1)
    #expect(result.clusters.clusters.allSatisfy { $0.examples.allSatisfy { $0 < result.currentRows } })
    print(
      name, result.verdict, result.adjustedP, result.classifier.areaUnderCurve, result.driftedComponentShare,
      result.referenceReconstructionError, result.currentReconstructionError)
  }

  /// A component that only rounding moves is no difference between two machines, nor the map's first axis when a model
  /// gives it values.
  @Test func constantComponents() throws {
    var generator = SeededGenerator(seed: 3)
    func matrix(constant: Float, noise: Float) -> Matrix {
      Matrix(
        rows: 300, columns: 8,
        values: (0..<300 * 8).map { place in
          let random = Float.random(in: -1...1, using: &generator)
          return place % 8 == 5 ? constant + noise * random : 0.1 * random
        })
    }
    let reference = matrix(constant: 0.02, noise: 1e-9)
    let rounded = try EmbeddingCheck().run(
      reference: reference, current: matrix(constant: 0.020_000_002, noise: 1e-9))
    #expect(rounded.verdict == .none && rounded.componentP > 0.05)
    #expect(rounded.driftedComponentShare == 1.0 / 8)
    let changed = try EmbeddingCheck().run(reference: reference, current: matrix(constant: 0.02, noise: 0.1))
    #expect(changed.verdict == .drift)
    #expect(changed.currentMap.allSatisfy { abs($0.x) < 20 && abs($0.y) < 20 })
  }

  @Test func sameForAnyNumberOfThreads() throws {
    let reference = try Self.matrix("reference.npy")
    let current = try Self.matrix("mixed40.npy")
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var outputs: Set<Data> = []
    for threads in [1, 2, 5] {
      var settings = EmbeddingSettings()
      settings.threads = threads
      settings.permutations = 49
      var result = try EmbeddingCheck(settings).run(reference: reference, current: current)
      result.settings.threads = 1
      outputs.insert(try encoder.encode(result))
    }
    #expect(outputs.count == 1)
  }
}
