import Foundation
import Kernels
import Tables

/// Trains a model: schema, split, leaks, cross-validation and search, the fit, calibration and threshold, and scores on rows
/// that none of it has seen.
package struct Trainer: Sendable {
  package var settings: TrainingSettings
  package var threads: Int
  /// Reads columns of the kind `embedding`.
  package var texts: TextVectors?
  /// Told what is done, a line each.
  package var progress: @Sendable (String) -> Void

  package init(
    _ settings: TrainingSettings, threads: Int = 1, texts: TextVectors? = nil,
    progress: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.settings = settings
    self.threads = threads
    self.texts = texts
    self.progress = progress
  }

  /// - Throws: `.leakage` with what was found; `.invalidArgument`, `.unfit`, `.failed`.
  /// - Complexity: O(trials × folds × fit).
  package func train(_ data: Table) throws(TrainingError) -> TrainingOutcome {
    var schema = try SchemaInference(
      target: settings.target, task: settings.algorithm.task ?? settings.task, declarations: settings.columns
    ).schema(of: data)
    guard texts != nil || !schema.features.contains(where: { $0.kind == .embedding }) else {
      throw TrainingError(.invalidArgument, "a column of the kind embedding needs an embedding model")
    }
    guard settings.algorithm.task != nil || schema.task.hasTarget else {
      throw TrainingError(.invalidArgument, "\(settings.algorithm.rawValue) needs a target")
    }
    for slice in settings.slices where data[slice] == nil {
      throw TrainingError(.invalidArgument, "there is no column \(slice) to slice by")
    }
    let table = try FeatureTable(data, schema.columns.filter { $0.role != .ignored && $0.role != .pii })
    let target =
      schema.task.hasTarget ? try Self.target(schema, table) : [Double](repeating: 0, count: table.rowCount)
    let weights = try weights(schema, table)
    let (splitter, units, keepsTogether) = try splitter(schema, table, data, target)
    let split = try splitter.split()
    let leakage = try leakage(schema, table, target, split, units: units, keepsTogether: keepsTogether)
    progress("\(split.train.count) rows to learn from, \(split.test.count) to judge by")

    let parts = Parts(schema: schema, table: table, target: target, weights: weights)
    let folds = try splitter.folds(of: split.train)
    let (parameters, trials, held) = try search(parts, folds)
    let estimator = try fitted(parts, split.train, parameters)
    if !schema.task.hasTarget {
      let first = schema.task == .clustering ? 0 : 1
      schema.classes = (0..<estimator.estimator.outputCount).map { String($0 + first) }
    }
    var model = TrainedModel(
      schema: schema, preprocessor: estimator.preprocessor, estimator: estimator.estimator, texts: texts)
    try decide(&model, held)

    var heldOut = held
    heldOut.values = model.calibration.applied(to: held.values)
    heldOut.threshold = model.threshold
    let test = model.predictions(
      table.rows(split.test), target: split.test.map { target[$0] }, weights: parts.weights(of: split.test))
    let scores = ModelScores(test, task: schema.task, seed: settings.seed, threads: threads)
    return TrainingOutcome(
      settings: settings, split: splitter.settings, model: model, parameters: parameters, leakage: leakage,
      trainRows: split.train.count, testRows: split.test.count, scores: scores,
      baseline: ModelScores(
        baseline(parts, split, test), task: schema.task, seed: settings.seed, threads: threads),
      crossValidation: ModelScores(
        heldOut, task: schema.task, rounds: 200, seed: settings.seed, threads: threads),
      trials: trials, slices: try slices(data, split, test, schema.task),
      reliability: schema.task.isClassification ? Reliability(test).bins : [], rows: split, table: table)
  }

  /// What every step reads.
  private struct Parts: Sendable {
    var schema: ModelSchema
    var table: FeatureTable
    var target: [Double]
    var weights: [Double]?

    func weights(of rows: [Int]) -> [Double]? { weights.map { weights in rows.map { weights[$0] } } }
  }

  /// Class numbers, or the values of a regression.
  package static func target(_ schema: ModelSchema, _ table: FeatureTable) throws(TrainingError) -> [Double] {
    switch table.columns[schema.target] {
    case .numbers(let numbers)? where schema.task == .regression:
      guard numbers.allSatisfy(\.isFinite) else {
        throw TrainingError(.unfit, "\(schema.target) has rows without a finite number")
      }
      return numbers
    case .strings(let texts)?:
      let numbers = Dictionary(zip(schema.classes, 0...), uniquingKeysWith: { first, _ in first })
      var target: [Double] = []
      for (row, text) in texts.enumerated() {
        guard let text, let number = numbers[text] else {
          throw TrainingError(
            violations: [
              SchemaViolation(
                column: schema.target, row: row, message: "\"\(text ?? "")\" is none of the classes")
            ])
        }
        target.append(Double(number))
      }
      return target
    default: throw TrainingError(.invalidArgument, "column \(schema.target) has not the values of a target")
    }
  }

  private func weights(_ schema: ModelSchema, _ table: FeatureTable) throws(TrainingError) -> [Double]? {
    guard let column = schema.column(of: .weight) else { return nil }
    guard case .numbers(let weights)? = table.columns[column.name],
      weights.allSatisfy({ $0 >= 0 && $0.isFinite }),
      weights.contains(where: { $0 > 0 })
    else {
      throw TrainingError(
        .invalidArgument, "\(column.name): weights must be numbers of at least 0, not all 0")
    }
    return weights
  }

  private func splitter(
    _ schema: ModelSchema, _ table: FeatureTable, _ data: Table, _ target: [Double]
  ) throws(TrainingError) -> (Splitter, units: [Int], keepsTogether: Bool) {
    let equal = RowUnits.equal(table, schema.features)
    let group = schema.column(of: .group).flatMap { table.columns[$0.name] }.map(RowUnits.groups)
    let time = schema.column(of: .time).flatMap { table.columns[$0.name] }
    var times: [Double]?
    if case .numbers(let values)? = time, !values.contains(where: \.isNaN) { times = values }
    var chosen =
      settings.split
      ?? SplitSettings(
        method: times != nil
          ? .time : group != nil ? .group : schema.task.isClassification ? .stratified : .random,
        seed: settings.seed)
    if chosen.method == .stratified, !schema.task.isClassification { chosen.method = .random }
    if chosen.method == .group, group == nil {
      throw TrainingError(.invalidArgument, "a split by group needs a column whose role is group")
    }
    // Where few rows differ at all, equal rows are no copies of each other.
    let keepsTogether =
      (chosen.method == .random || chosen.method == .stratified || chosen.method == .group)
      && Set(equal).count * 10 >= table.rowCount * 3
    var units = Array(0..<table.rowCount)
    if keepsTogether { units = equal }
    if let group, chosen.method != .time, chosen.method != .given { units = RowUnits.joined(units, group) }
    let given = try chosen.column.map { name throws(TrainingError) -> [String?] in
      guard let column = data[name] else {
        throw TrainingError(.invalidArgument, "there is no column \(name)")
      }
      return FeatureTable.texts(of: column)
    }
    let splitter = try Splitter(
      chosen, units: units,
      strata: schema.task.isClassification ? target.map { Int($0) } : target.map { _ in 0 },
      times: times, given: given)
    return (splitter, equal, keepsTogether)
  }

  private func leakage(
    _ schema: ModelSchema, _ table: FeatureTable, _ target: [Double], _ split: Split, units: [Int],
    keepsTogether: Bool
  ) throws(TrainingError) -> LeakageReport {
    let allowed = Set(settings.allowedLeaks)
    var findings =
      schema.task.hasTarget ? LeakageCheck(schema, allowed: allowed).findings(table, target: target) : []
    let distinct = Set(units).count
    let known = Set(split.train.map { units[$0] })
    let shared = split.test.count { known.contains(units[$0]) }
    if shared > 0, distinct * 10 >= table.rowCount * 3 {
      findings.append(
        LeakageReport.Finding(
          kind: .duplicates, column: nil,
          message: "\(shared) of \(split.test.count) test rows are equal to rows that the model learns from",
          isAllowed: allowed.contains("duplicates")))
    }
    let report = LeakageReport(
      findings: findings, duplicateRows: table.rowCount - distinct, keepsDuplicatesTogether: keepsTogether)
    guard report.isClean else {
      let open = findings.filter { !$0.isAllowed }
      throw TrainingError(
        .leakage,
        "the model would know what it must guess: " + open.map(\.message).joined(separator: "; ")
          + ". Take the column out (role ignored), or allow it by name if it is known before the answer is.")
    }
    return report
  }

  // MARK: Fitting

  private func fitted(
    _ parts: Parts, _ rows: [Int], _ parameters: [String: Double]
  ) throws(TrainingError) -> (preprocessor: Preprocessor, estimator: Estimator) {
    let table = parts.table.rows(rows)
    let preprocessor = PreprocessorFit(needsScaling: settings.algorithm.needsScaling, texts: texts)
      .fit(table, parts.schema.features)
    let estimator = try EstimatorFit(
      settings.algorithm, parameters: parameters, task: parts.schema.task,
      classCount: parts.schema.classes.count,
      seed: settings.seed
    ).fit(
      TrainingRows(
        features: preprocessor.matrix(table, texts), target: rows.map { parts.target[$0] },
        weights: parts.weights(of: rows)))
    return (preprocessor, estimator)
  }

  /// The best parameters by the mean of the deciding measure over the folds, and what the folds' models say of the rows that
  /// they didn't learn from.
  private func search(
    _ parts: Parts, _ folds: [Split]
  ) throws(TrainingError) -> ([String: Double], [TrainingOutcome.Trial], Predictions) {
    var candidates = [try settings.algorithm.parameters(settings.parameters)]
    if let search = settings.search {
      var generator = SplitMix64(seed: settings.seed)
      for _ in 0..<search.trials {
        var drawn = settings.parameters
        for (name, values) in search.parameters.sorted(by: { $0.key < $1.key }) where !values.isEmpty {
          drawn[name] = values[generator.below(values.count)]
        }
        let parameters = try settings.algorithm.parameters(drawn)
        if !candidates.contains(parameters) { candidates.append(parameters) }
      }
    }
    let measure = ModelMeasure.of(parts.schema.task)[0]
    var trials: [TrainingOutcome.Trial] = []
    var best: (score: Double, parameters: [String: Double], held: Predictions)?
    for (number, parameters) in candidates.enumerated() {
      let scored = Parallel.map(folds.count, threads: threads) { fold in
        Result { () throws(TrainingError) in
          let fitted = try fitted(parts, folds[fold].train, parameters)
          let model = TrainedModel(
            schema: parts.schema, preprocessor: fitted.preprocessor, estimator: fitted.estimator, texts: texts
          )
          return model.predictions(
            parts.table.rows(folds[fold].test), target: folds[fold].test.map { parts.target[$0] },
            weights: parts.weights(of: folds[fold].test))
        }
      }
      var predictions: [Predictions] = []
      for result in scored { predictions.append(try result.get()) }
      let values = predictions.map { measure.value($0) }.filter { !$0.isNaN }
      let score = values.isEmpty ? -Double.infinity : values.reduce(0, +) / Double(values.count)
      trials.append(TrainingOutcome.Trial(parameters: parameters, score: score.isFinite ? score : 0))
      if candidates.count > 1 {
        progress(
          "trial \(number + 1) of \(candidates.count): \(measure.rawValue) \((score * 1e4).rounded() / 1e4)")
      }
      let joined = Self.joined(predictions)
      if let known = best {
        if score > known.score { best = (score, parameters, joined) }
      } else {
        best = (score, parameters, joined)
      }
    }
    guard let best else { throw TrainingError(.unfit, "no parameters were tried") }
    return (best.parameters, trials, best.held)
  }

  private static func joined(_ parts: [Predictions]) -> Predictions {
    let width = parts.first?.values.columns ?? 1
    let values = parts.flatMap(\.values.values)
    let weights = parts.compactMap(\.weights)
    return Predictions(
      values: DoubleMatrix(rows: values.count / width, columns: width, values: values),
      target: parts.flatMap(\.target), weights: weights.isEmpty ? nil : weights.flatMap { $0 })
  }

  /// Calibration and threshold from rows that the judging model didn't learn from.
  private func decide(_ model: inout TrainedModel, _ held: Predictions) throws(TrainingError) {
    let rule = try ThresholdRule(settings.threshold)
    guard model.schema.task == .binary else {
      guard settings.calibration == .none, rule == .fixed(0.5) else {
        throw TrainingError(
          .invalidArgument, "calibration and threshold are of two classes; this task has not two")
      }
      return
    }
    let probabilities = held.target.indices.map { held.values.values[2 * $0 + 1] }
    let isPositive = held.target.map { $0 == 1 }
    model.calibration = Calibration(
      settings.calibration, probabilities: probabilities, isPositive: isPositive, weights: held.weights)
    model.threshold = try rule.threshold(
      probabilities.map { model.calibration.calibrated($0) }, isPositive: isPositive)
  }

  // MARK: Judging

  /// A model that looks at no feature: shares of the classes, or the mean.
  private func baseline(_ parts: Parts, _ split: Split, _ test: Predictions) -> Predictions {
    guard parts.schema.task.hasTarget else {
      return Predictions(
        values: DoubleMatrix(
          rows: test.target.count, columns: 1, values: test.target.map { $0.squareRoot() }),
        target: test.target, weights: test.weights)
    }
    let rows = TrainingRows(
      features: Matrix(rows: 0, columns: 0), target: split.train.map { parts.target[$0] },
      weights: parts.weights(of: split.train))
    let said =
      parts.schema.task == .regression
      ? [rows.mean { $0 }]
      : parts.schema.classes.indices.map { label in rows.mean { $0 == Double(label) ? 1 : 0 } }
    return Predictions(
      values: DoubleMatrix(
        rows: split.test.count, columns: said.count, values: split.test.flatMap { _ in said }),
      target: split.test.map { parts.target[$0] }, weights: parts.weights(of: split.test))
  }

  private func slices(
    _ data: Table, _ split: Split, _ test: Predictions, _ task: ModelTask
  ) throws(TrainingError) -> [TrainingOutcome.Slice] {
    var slices: [TrainingOutcome.Slice] = []
    for name in settings.slices {
      guard let column = data[name] else { continue }
      let texts = FeatureTable.texts(of: column)
      var rows: [String: [Int]] = [:]
      for (place, row) in split.test.enumerated() {
        rows[texts[row] ?? "(missing)", default: []].append(place)
      }
      guard rows.count <= 100 else {
        throw TrainingError(.invalidArgument, "\(name) has \(rows.count) values; slice by a column of few")
      }
      for (value, rows) in rows.sorted(by: { $0.key < $1.key }) {
        slices.append(
          TrainingOutcome.Slice(
            column: name, value: value,
            scores: ModelScores(
              test.rows(rows), task: task, rounds: 200, seed: settings.seed, threads: threads)))
      }
    }
    return slices
  }
}
