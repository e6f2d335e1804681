import Embeddings
import Foundation
import Kernels
import Tables
import TestSupport
import Testing
import Training

@Suite struct UnsupervisedTests {
  private func data() -> ModelLineage.Data { .init(name: "rows.csv", sha256: "", bytes: 0, rows: 0) }

  /// Three groups of points in four dimensions, one of them half as large, with a category and gaps.
  private func table(_ count: Int = 300) throws -> Table {
    var generator = SeededGenerator(seed: 3)
    var lines = ["a,b,c,d,kind"]
    for row in 0..<count {
      let group = row % 5 < 2 ? 0 : row % 5 < 4 ? 1 : 2
      let values = (0..<4).map { feature -> String in
        let value = Double(group == feature ? 8 : 0) + Double.random(in: -1...1, using: &generator)
        return row % 37 == 5 && feature == 3 ? "" : "\(value)"
      }
      lines.append((values + ["k\(group)"]).joined(separator: ","))
    }
    return try Table(csv: Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  /// The groups are found, rows get the nearest centre, and the folder that is written answers the same.
  @Test func clustersAreFound() throws {
    var settings = TrainingSettings(target: nil, algorithm: .kmeans)
    settings.parameters = ["n_clusters": 3]
    let outcome = try Trainer(settings, threads: 2).train(table())
    #expect(outcome.model.schema.task == .clustering && outcome.model.schema.classes == ["0", "1", "2"])
    // One of four scaled columns is noise in all groups.
    #expect(try #require(outcome.scores[.explainedShare]).value > 0.7)
    #expect(try #require(outcome.scores[.centreSilhouette]).value > 0.7)
    #expect(outcome.baseline[.explainedShare]?.value == 0 && outcome.baseline[.centreSilhouette] == nil)
    let said = outcome.model.predict(outcome.table)
    let labels = (0..<said.rows).map { outcome.model.label(said, row: $0) ?? "" }
    let groups = (0..<300).map { $0 % 5 < 2 ? 0 : $0 % 5 < 4 ? 1 : 2 }
    for group in 0..<3 {
      #expect(Set(groups.indices.filter { groups[$0] == group }.map { labels[$0] }).count == 1)
    }
    #expect(Set(labels).count == 3 && labels[4] == "2", "the smallest cluster is the last")

    let artifact = try ModelArtifact(outcome, data: data())
    #expect(try artifact.model().predict(outcome.table) == said)
    let again = try ModelArtifact(Trainer(settings, threads: 1).train(table()), data: data())
    #expect(again.digest == artifact.digest)
  }

  /// No assignment of seven points to two clusters is better than the one that is found.
  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func noAssignmentIsBetter(seed: UInt64) throws {
    let rows = Samples.matrix(7, 2, missing: false, seed: seed)
    func inertia(_ members: [Int]) -> Double {
      (0..<2).reduce(0) { sum, cluster in
        let mine = members.indices.filter { members[$0] == cluster }
        return sum
          + (0..<2).reduce(0) { sum, feature in
            let values = mine.map { Double(rows.values[$0 * 2 + feature]) }
            let mean = values.reduce(0, +) / Double(max(1, values.count))
            return sum + values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
          }
      }
    }
    let best = (1..<64).map { code in inertia((0..<7).map { code >> $0 & 1 }) }.min() ?? 0
    let parameters = try Algorithm.kmeans.parameters(["n_clusters": 2])
    let model = try CentreFit(parameters: parameters, seed: 42)
      .fit(TrainingRows(features: rows, target: [Double](repeating: 0, count: 7)))
    let distances = model.scores(rows)
    let found = (0..<7).reduce(0.0) {
      $0 + pow(Double(min(distances.values[$1 * 2], distances.values[$1 * 2 + 1])), 2)
    }
    #expect(abs(found - best) < 1e-5 * max(1, best))
  }

  /// Components are at right angles, explain what the coordinates' squares say, and all of them explain all.
  @Test func componentsExplainTheVariance() throws {
    var settings = TrainingSettings(target: nil, algorithm: .pca)
    var shares: [Double] = []
    for count in [1, 2, 3] {
      settings.parameters = ["n_components": Double(count)]
      let outcome = try Trainer(settings).train(table())
      shares.append(try #require(outcome.scores[.explainedShare]).value)
      guard case .components(let model) = outcome.model.estimator.form else {
        Issue.record("no components")
        return
      }
      let width = model.mean.count
      for left in 0..<count {
        for right in 0..<count {
          let product = (0..<width).reduce(0.0) {
            $0 + Double(model.components[left * width + $1]) * Double(model.components[right * width + $1])
          }
          #expect(abs(product - (left == right ? 1 : 0)) < 1e-6)
        }
      }
      #expect(outcome.model.schema.outputNames == (1...count).map { "component_\($0)" })
      #expect(try ModelArtifact(outcome, data: data()).model().predict(outcome.table).columns == count)
    }
    #expect(shares[0] < shares[1] && shares[1] < shares[2] && shares[2] > 0.9)
    settings.parameters = ["n_components": 0.999999]
    #expect(try #require(Trainer(settings).train(table()).scores[.explainedShare]).value > 0.999)
  }

  @Test func whatHasNoTargetTakesNone() throws {
    #expect(throws: TrainingError.self) {
      try Trainer(TrainingSettings(target: "a", algorithm: .kmeans)).train(table())
    }
    #expect(throws: TrainingError.self) {
      try Trainer(TrainingSettings(target: nil, algorithm: .boosting)).train(table())
    }
    var settings = TrainingSettings(target: nil, algorithm: .kmeans)
    settings.parameters = ["n_clusters": 400]
    #expect(throws: TrainingError.self) { try Trainer(settings).train(table()) }
  }
}
