import Drift
import Synchronization
import Training

/// Watches what a model is asked and says while it serves, against the rows that it learned from.
///
/// Each monitor compares with a rate of the training part and alarms once evidence is strong. Only the score's test is valid
/// however often it is looked at; the others trade a false alarm now and then for an early one.
package final class ModelMonitor: Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    /// A class that training had is not said: so few hits have a chance below one in ten thousand.
    case absentClass = "absent_class"
    /// The same output for rows that differ.
    case constantOutput = "constant_output"
    /// The same row again and again.
    case constantInput = "constant_input"
    /// Missing values, more often than in training.
    case missing
    /// Categories that training didn't have.
    case unseen
    /// The score of the second class, or the value, has another mean.
    case scoreShift = "score_shift"
  }

  package struct Finding: Sendable, Hashable {
    package var kind: Kind
    /// Class or column that it is about; empty where it is about all.
    package var subject: String
    package var isAlarm: Bool
    package var message: String
  }

  private struct State {
    var rows = 0
    var classCounts: [String: Int] = [:]
    var lastOutput: Double?
    var sameOutputs = 0
    var lastInput: Int?
    var sameInputs = 0
    var sameInputsInRun = 0
    var missing: [String: BernoulliCUSUM] = [:]
    var missingAlarms: Set<String> = []
    var unseen: [String: BernoulliCUSUM] = [:]
    var unseenAlarms: Set<String> = []
    var score: BettingTest?
    var scoreRange: ClosedRange<Double> = 0...1
  }

  /// Runs as long as this alarm where rows differ.
  private static let constantRows = 50
  /// Chance of so few hits below which a class counts as absent.
  private static let absentChance = 1e-4

  private let classShares: [String: Double]
  private let categories: [String: Set<String>]
  private let state: Mutex<State>

  /// - Parameter baseline: rows that the model learned from, each with its `prediction`.
  package init(_ model: TrainedModel, baseline: [[String: RowValue]]) {
    var state = State()
    let count = Double(max(1, baseline.count))
    var shares: [String: Double] = [:]
    for row in baseline {
      if case .text(let label)? = row["prediction"] { shares[label, default: 0] += 1 / count }
    }
    classShares = shares
    var known: [String: Set<String>] = [:]
    for step in model.preprocessor.steps {
      if case .oneHot(let column, let categories) = step { known[column] = Set(categories) }
    }
    categories = known
    for feature in model.schema.features {
      let missing = Double(baseline.count { $0[feature.name] == nil || $0[feature.name] == .null }) / count
      state.missing[feature.name] = Self.watch(missing)
      if let names = known[feature.name] {
        let unseen =
          Double(
            baseline.count { row in
              if case .text(let text)? = row[feature.name] { !names.contains(text) } else { false }
            }) / count
        state.unseen[feature.name] = Self.watch(unseen)
      }
    }
    let said = (try? FeatureTable(rows: baseline, model.schema.features)).map(model.predict)
    if let said, said.rows > 0 {
      let scores = (0..<said.rows).map { said.values[$0 * said.columns + min(1, said.columns - 1)] }
      let (low, high) = (scores.min() ?? 0, scores.max() ?? 1)
      state.scoreRange = model.schema.task.isClassification ? 0...1 : low...max(high, low + 1e-9)
      let width = state.scoreRange.upperBound - state.scoreRange.lowerBound
      let mean = scores.reduce(0) { $0 + ($1 - state.scoreRange.lowerBound) / width } / Double(scores.count)
      if mean > 0, mean < 1 { state.score = BettingTest(mean: mean, alpha: 0.001) }
    }
    self.state = Mutex(state)
  }

  /// Three times as often, or one row in ten where it was rarer than that.
  private static func watch(_ rate: Double) -> BernoulliCUSUM {
    let usual = max(rate, 0.005)
    return BernoulliCUSUM(rate: usual, changedRate: min(0.95, max(3 * usual, usual + 0.1)), threshold: 8)
  }

  /// - Complexity: O(rows × features).
  package func observe(_ rows: [[String: RowValue]], labels: [String?], scores: [Double]) {
    state.withLock { state in
      for (place, row) in rows.enumerated() {
        state.rows += 1
        if let label = labels[place] { state.classCounts[label, default: 0] += 1 }
        let input = row.hashValue
        let isSameInput = input == state.lastInput
        state.sameInputs = isSameInput ? state.sameInputs + 1 : 1
        state.sameOutputs = scores[place] == state.lastOutput ? state.sameOutputs + 1 : 1
        state.sameInputsInRun = state.sameOutputs == 1 ? 0 : state.sameInputsInRun + (isSameInput ? 1 : 0)
        state.lastInput = input
        state.lastOutput = scores[place]
        for name in state.missing.keys {
          let isMissing = row[name] == nil || row[name] == .null
          if state.missing[name]?.observe(isMissing) == true { state.missingAlarms.insert(name) }
        }
        for (name, known) in categories {
          guard case .text(let text)? = row[name] else { continue }
          if state.unseen[name]?.observe(!known.contains(text)) == true { state.unseenAlarms.insert(name) }
        }
        let width = state.scoreRange.upperBound - state.scoreRange.lowerBound
        state.score?.observe(min(1, max(0, (scores[place] - state.scoreRange.lowerBound) / width)))
      }
    }
  }

  /// One entry a monitor, those that alarm first.
  package var findings: [Finding] {
    let state = state.withLock { $0 }
    var found: [Finding] = []
    for (label, share) in classShares.sorted(by: { $0.key < $1.key }) where state.rows > 0 {
      let hits = state.classCounts[label, default: 0]
      let few = RateBounds.tails(events: hits, of: state.rows, rate: share).few
      found.append(
        Finding(
          kind: .absentClass, subject: label, isAlarm: few < Self.absentChance,
          message: "\(hits) of \(state.rows) rows, \(Self.shown(share)) of them in training"))
    }
    found.append(
      Finding(
        kind: .constantOutput, subject: "",
        isAlarm: state.sameOutputs >= Self.constantRows
          && state.sameOutputs - state.sameInputsInRun >= Self.constantRows / 2,
        message: "the last \(state.sameOutputs) rows gave the same"))
    found.append(
      Finding(
        kind: .constantInput, subject: "", isAlarm: state.sameInputs >= Self.constantRows,
        message: "the last \(state.sameInputs) rows are equal"))
    for name in state.missing.keys.sorted() {
      found.append(
        Finding(
          kind: .missing, subject: name, isAlarm: state.missingAlarms.contains(name),
          message: "usual rate at most \(Self.shown(state.missing[name]?.rate ?? 0))"))
    }
    for name in state.unseen.keys.sorted() {
      found.append(
        Finding(
          kind: .unseen, subject: name, isAlarm: state.unseenAlarms.contains(name),
          message: "usual rate at most \(Self.shown(state.unseen[name]?.rate ?? 0))"))
    }
    if let score = state.score {
      found.append(
        Finding(
          kind: .scoreShift, subject: "", isAlarm: score.isAlarm,
          message: "p \(score.pValue) that the mean is still \(Self.shown(score.mean)) of the range"))
    }
    return found.filter(\.isAlarm) + found.filter { !$0.isAlarm }
  }

  private static func shown(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }
}
