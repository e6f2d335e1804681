import Kernels
import TestSupport
import Testing
import Training

@Suite struct RankingTests {
  /// Questions whose right candidate is told by the second feature, while the present score follows the first.
  private func groups(_ count: Int, telling: Bool, seed: UInt64) -> [RankingFit.Group] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      let rows = 12
      let right = Int.random(in: 0..<rows, using: &generator)
      var features = Matrix(rows: rows, columns: 3)
      for row in 0..<rows {
        features.values[row * 3] = Float.random(in: 0...1, using: &generator)
        features.values[row * 3 + 1] =
          Float.random(in: 0...1, using: &generator) + (telling && row == right ? 0.8 : 0)
        features.values[row * 3 + 2] = Float.random(in: 0...1, using: &generator)
      }
      return RankingFit.Group(
        features: features, scores: (0..<rows).map { Double(features.values[$0 * 3]) },
        gains: (0..<rows).map { $0 == right ? 1 : 0 })
    }
  }

  @Test func whatTellsIsLearned() throws {
    let fitted = try RankingFit(rising: [true, true, false]).fit(groups(60, telling: true, seed: 1))
    let trees = try #require(fitted.trees)
    let fresh = groups(100, telling: true, seed: 2)
    func found(_ scores: (RankingFit.Group) -> [Double]) -> Int {
      fresh.count { group in
        let values = scores(group)
        return group.gains[values.indices.max { values[$0] < values[$1] } ?? 0] > 0
      }
    }
    let before = found(\.scores)
    let after = found { group in
      zip(trees.scores(group.features).values, group.scores).map { Double($0) + fitted.scale * $1 }
    }
    #expect(after > before + 30, "\(before) of 100 before, \(after) after")
    // A score never falls with a feature that it may only rise with.
    var row = Matrix(rows: 20, columns: 3)
    for place in 0..<20 { row.values[place * 3 + 1] = Float(place) / 10 }
    let rising = trees.scores(row).values
    #expect(zip(rising, rising.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test func noGainIsAnAnswer() throws {
    // The present score is the truth: the first feature of the right one is raised.
    let groups = groups(40, telling: false, seed: 3).map { group in
      var group = group
      for (row, gain) in group.gains.enumerated() where gain > 0 {
        group.scores[row] += 5
        group.features.values[row * 3] += 5
      }
      return group
    }
    let fitted = try RankingFit(rising: [true, true, false]).fit(groups)
    #expect(fitted.trees == nil && fitted.rounds == 0 && fitted.tried.count == 16)
    #expect(throws: TrainingError.self) { try RankingFit(rising: [true]).fit([]) }
  }

  // MARK: Adapter

  private func unit(_ width: Int, _ generator: inout SeededGenerator) -> [Float] {
    let values = (0..<width).map { _ in Float.random(in: -1...1, using: &generator) }
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 / length }
  }

  /// Questions are their passages with two coordinates exchanged: a linear map can undo that.
  @Test func aLinearMapIsLearned() throws {
    var generator = SeededGenerator(seed: 5)
    let passages = (0..<60).map { _ in unit(8, &generator) }
    let questions = passages.map { passage in
      var question = passage
      question.swapAt(0, 1)
      return question
    }
    var fit = AdapterFit()
    fit.ridge = 0.001
    let map = try fit.fit(
      (0..<40).map { place in
        AdapterFit.Example(
          question: questions[place], passage: passages[place], negatives: [passages[40 + place % 20]])
      })
    func cosine(_ question: [Float], _ passage: [Float]) -> Float {
      var moved = question
      for row in 0..<8 {
        for column in 0..<8 { moved[row] += map.values[row * 8 + column] * question[column] }
      }
      let length = moved.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return zip(moved, passage).reduce(0) { $0 + $1.0 * $1.1 } / length
    }
    let held = 40..<60
    let before =
      held.reduce(Float(0)) { sum, place in
        sum + zip(questions[place], passages[place]).reduce(0) { $0 + $1.0 * $1.1 }
      } / 20
    let after = held.reduce(Float(0)) { $0 + cosine(questions[$1], passages[$1]) } / 20
    #expect(after > before + 0.1, "\(before) → \(after)")
    fit.ridge = 1e6
    #expect(
      try fit.fit((0..<40).map { .init(question: questions[$0], passage: passages[$0], negatives: []) })
        .values.allSatisfy { abs($0) < 1e-3 })
    #expect(throws: TrainingError.self) { try fit.fit([]) }
  }
}
