import Foundation
import Kernels
import Tables
import TestSupport
import Testing
import Training

@Suite struct TrainerTests {
  private func settings(_ algorithm: Algorithm = .boosting) -> TrainingSettings {
    var settings = TrainingSettings(target: "churned", algorithm: algorithm)
    settings.parameters = algorithm == .linear ? [:] : ["n_estimators": 20, "max_depth": 4]
    return settings
  }

  private func data() -> ModelLineage.Data { .init(name: "churn.csv", sha256: "", bytes: 0, rows: 0) }

  @Test(arguments: Algorithm.allCases.filter { $0.task == nil })
  func aModelIsBetterThanTheBaseline(algorithm: Algorithm) throws {
    let outcome = try Trainer(settings(algorithm), threads: 2).train(Samples.churn(800))
    let area = try #require(outcome.scores[.rocAUC])
    #expect(area.value > 0.85 && outcome.baseline[.rocAUC]?.value == 0.5)
    #expect((area.low ?? 1) < area.value && area.value < (area.high ?? 0))
    #expect(abs((outcome.crossValidation[.rocAUC]?.value ?? 0) - area.value) < 0.1)
    #expect(outcome.trainRows + outcome.testRows == 800 && outcome.leakage.isClean)
  }

  @Test(arguments: Algorithm.allCases.filter { $0.task == nil })
  func theSameDataAndSettingsGiveTheSameDigest(algorithm: Algorithm) throws {
    var settings = settings(algorithm)
    settings.search = .init(
      trials: 3, parameters: algorithm == .linear ? ["C": [0.1, 1, 10]] : ["max_depth": [2, 3, 4]])
    let table = try Samples.churn(300)
    let first = try ModelArtifact(Trainer(settings, threads: 2).train(table), data: data())
    let second = try ModelArtifact(Trainer(settings, threads: 1).train(table), data: data())
    #expect(first.digest == second.digest)
    settings.seed = 43
    #expect(try ModelArtifact(Trainer(settings).train(table), data: data()).digest != first.digest)
  }

  /// A byte that is flipped gives an error, or the very same answers; never others.
  @Test func brokenFilesAreFound() throws {
    let outcome = try Trainer(settings()).train(Samples.churn(300))
    let artifact = try ModelArtifact(outcome, data: data())
    let rows = outcome.table.rows(Array(0..<50))
    let right = try artifact.model().predict(rows)
    #expect(right == outcome.model.predict(rows))
    var generator = SeededGenerator(seed: 11)
    for name in ["model.json", "schema.json", "preprocessing.json", "trees-0.json", "golden.json"] {
      for _ in 0..<12 {
        var broken = artifact
        var bytes = try #require(broken.files[name])
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^=
          1 << UInt8.random(in: 0..<8, using: &generator)
        broken.files[name] = bytes
        #expect(broken.digest != artifact.digest)
        do {
          _ = try broken.model()
        } catch {
          #expect(error.code == .damaged || error.code == .schema, "\(name): \(error)")
        }
      }
      var gone = artifact
      gone.files[name] = nil
      #expect(throws: TrainingError.self) { try gone.model() }
    }
  }

  @Test func aModelThatAnswersOtherwiseIsRefused() throws {
    let outcome = try Trainer(settings(.linear)).train(Samples.churn(300))
    var artifact = try ModelArtifact(outcome, data: data())
    guard case .linear(var linear) = outcome.model.estimator.form else { return }
    linear.bias[0] += 0.5
    artifact.files["linear.json"] = Array(try JSONEncoder().encode(linear))
    let error = #expect(throws: TrainingError.self) { try artifact.model() }
    #expect(error?.code == .damaged && error?.message.contains("golden") == true)
  }

  /// Serving that prepares rows otherwise than training did is found before it serves.
  @Test func skewedPreprocessingIsRefused() throws {
    let outcome = try Trainer(settings(.linear)).train(Samples.churn(300))
    var artifact = try ModelArtifact(outcome, data: data())
    var skewed = outcome.model.preprocessor
    guard case .number(let column, let fill, let mean, let scale, let hasIndicator)? = skewed.steps.first
    else {
      Issue.record("the first step is no number")
      return
    }
    skewed.steps[0] = .number(
      column: column, fill: fill, mean: mean, scale: scale * 1.2, hasIndicator: hasIndicator)
    artifact.files["preprocessing.json"] = Array(try JSONEncoder().encode(skewed))
    let error = #expect(throws: TrainingError.self) { try artifact.model() }
    #expect(error?.code == .damaged && error?.message.contains("golden") == true)
  }

  @Test func foldersComeBackAsTheyWere() throws {
    let folder = TemporaryFolder()
    let artifact = try ModelArtifact(Trainer(settings()).train(Samples.churn(200)), data: data())
    try artifact.write(to: folder.path + "/model")
    #expect(try ModelArtifact(folder: folder.path + "/model").digest == artifact.digest)
    #expect(throws: TrainingError.self) { try artifact.write(to: folder.path + "/model") }
  }

  // MARK: Leaks

  private func leaking(_ column: String, _ value: (Int, String) -> String) throws -> Table {
    let texts = FeatureTable.texts(of: try #require(try Samples.churn(300)["churned"]))
    let base = try Samples.churn(300)
    let extra = Column(name: column, categories: texts.enumerated().map { value($0, $1 ?? "") })
    return try Table(columns: base.columns + [extra])
  }

  @Test func plantedLeaksAreRefused() throws {
    let cases: [(Table, String)] = [
      (try leaking("left") { $1 == "yes" ? "gone" : "here" }, "under another name"),
      (
        try leaking("risk") { row, label in
          label == "yes" ? "\(0.9 + Double(row) / 1e4)" : "\(Double(row) / 1e4)"
        }, "alone tells"
      ),
      (try leaking("key") { row, _ in "k\(row)" }, "id"),
      (try leaking("number") { row, _ in "\(row + 1000)" }, "id"),
    ]
    for (table, words) in cases {
      let error = #expect(throws: TrainingError.self) { try Trainer(settings()).train(table) }
      #expect(
        error?.code == .leakage && error?.message.contains(words) == true, "\(error?.message ?? "none")")
    }
    // What is allowed by name is told, and no more.
    var allowed = settings()
    allowed.allowedLeaks = ["left"]
    let outcome = try Trainer(allowed).train(cases[0].0)
    #expect(outcome.leakage.findings.count == 1 && outcome.leakage.isClean)
    var declared = settings()
    declared.columns = ["key": ColumnDeclaration(role: .id)]
    #expect(try Trainer(declared).train(cases[2].0).leakage.findings.isEmpty)
  }

  @Test func timesAfterTheLabelAreRefused() throws {
    let base = try Samples.churn(200)
    func dates(_ shift: Int) -> [String?] {
      (0..<200).map { String(format: "2026-%02d-%02d", ($0 + shift) / 28 + 1, ($0 + shift) % 28 + 1) }
    }
    let table = try Table(
      columns: base.columns + [
        Column(name: "labelled", categories: dates(0)), Column(name: "closed", categories: dates(3)),
      ])
    var settings = settings()
    settings.columns = ["labelled": ColumnDeclaration(role: .time)]
    let error = #expect(throws: TrainingError.self) { try Trainer(settings).train(table) }
    #expect(error?.code == .leakage && error?.message.contains("closed") == true)
    settings.columns["closed"] = ColumnDeclaration(role: .ignored)
    let outcome = try Trainer(settings).train(table)
    #expect(outcome.split.method == .time)
    #expect((outcome.rows.train.max() ?? 0) < (outcome.rows.test.min() ?? 0))
  }

  /// Copies of a row are on one side, unless somebody else divides: then they are told.
  @Test func copiesStayTogether() throws {
    let once = try Samples.churn(150)
    let lines = once.columns.map { FeatureTable.texts(of: $0) }
    let doubled = try Table(
      columns: zip(once.columns, lines).map { column, texts in
        column.type == .numerical
          ? Column(name: column.name, numbers: (texts + texts).map { $0.flatMap { Double($0) } ?? .nan })
          : Column(name: column.name, categories: texts + texts)
      })
    let outcome = try Trainer(settings()).train(doubled)
    let train = Set(outcome.rows.train.map { $0 % 150 })
    #expect(outcome.rows.test.allSatisfy { !train.contains($0 % 150) })
    #expect(outcome.leakage.duplicateRows == 150 && outcome.leakage.keepsDuplicatesTogether)
    let given = try Table(
      columns: doubled.columns + [
        Column(name: "part", categories: (0..<300).map { $0 < 150 ? "train" : "test" })
      ])
    var settings = settings()
    settings.columns = ["part": ColumnDeclaration(role: .ignored)]
    settings.split = SplitSettings(method: .given, column: "part")
    let error = #expect(throws: TrainingError.self) { try Trainer(settings).train(given) }
    #expect(error?.code == .leakage && error?.message.contains("equal to rows") == true)
  }

  // MARK: Splits

  @Test func groupsStayTogetherAndClassesKeepTheirShares() throws {
    var generator = SeededGenerator(seed: 2)
    let strata = (0..<500).map { _ in Int.random(in: 0..<4, using: &generator) == 0 ? 1 : 0 }
    let stratified = try Splitter(
      SplitSettings(method: .stratified), units: Array(0..<500), strata: strata)
    let split = try stratified.split()
    #expect(split.test.count == 100 && Set(split.train + split.test).count == 500)
    let share = Double(split.test.count { strata[$0] == 1 }) / 100
    #expect(abs(share - Double(strata.count { $0 == 1 }) / 500) < 0.01)
    let folds = try stratified.folds(of: split.train)
    #expect(folds.flatMap(\.test).sorted() == split.train)
    for fold in folds { #expect(Set(fold.train).isDisjoint(with: fold.test)) }
    let units = (0..<500).map { _ in Int.random(in: 0..<40, using: &generator) }
    let grouped = try Splitter(SplitSettings(method: .group), units: units, strata: strata).split()
    #expect(Set(grouped.train.map { units[$0] }).isDisjoint(with: grouped.test.map { units[$0] }))
    #expect(abs(grouped.test.count - 100) < 30)
  }

  @Test func joinedUnitsHoldBoth() {
    // Rows 0 and 1 are equal, 1 and 2 of one group: all three are one.
    let joined = RowUnits.joined([0, 0, 1, 2], [0, 1, 1, 2])
    #expect(joined[0] == joined[1] && joined[1] == joined[2] && joined[3] != joined[0])
  }
}
