import Crypto
import Embeddings
import Foundation
import Kernels
import Storage

/// The files of a trained model: everything that serving, judging and watching it needs, in one folder.
///
/// | File | Holds |
/// |---|---|
/// | `model.json` | algorithm, parameters, link, calibration, threshold |
/// | `schema.json` | columns with types, roles and bounds; classes |
/// | `preprocessing.json` | how rows become numbers |
/// | `trees-N.json`, `linear.json`, `centres.json`, `components.json` | the estimator; trees in XGBoost's own JSON |
/// | `scores.json` | measures of test, baseline, folds and slices; leaks |
/// | `golden.json` | rows with what the model says of them |
/// | `baseline.jsonl` | rows that it learned from, for drift |
/// | `lineage.json` | data, settings, split |
/// | `model.onnx` | the same model for ONNX Runtime |
/// | `MLmodel`, `requirements.txt` | what MLflow's clients read |
package struct ModelArtifact: Sendable {
  /// Content by name.
  package var files: [String: [UInt8]]

  package init(files: [String: [UInt8]]) {
    self.files = files
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  /// - Throws: `.failed` where a value cannot be written.
  package init(_ outcome: TrainingOutcome, data: ModelLineage.Data) throws(TrainingError) {
    let model = outcome.model
    var files: [String: [UInt8]] = [:]
    var estimator: [String] = []
    switch model.estimator.form {
    case .linear(let linear):
      estimator = ["linear.json"]
      files["linear.json"] = try Self.encoded(linear)
    case .components(let components):
      estimator = ["components.json"]
      files["components.json"] = try Self.encoded(components)
    case .centres(let centres):
      estimator = ["centres.json"]
      files["centres.json"] = try Self.encoded(centres)
    case .trees(_, let sources):
      for (number, source) in sources.enumerated() {
        estimator.append("trees-\(number).json")
        files["trees-\(number).json"] = source
      }
    }
    files["model.json"] = try Self.encoded(
      ModelRecord(
        format: ModelRecord.formatVersion, algorithm: outcome.settings.algorithm,
        parameters: outcome.parameters,
        link: model.estimator.link, calibration: model.calibration, threshold: model.threshold,
        estimator: estimator))
    files["schema.json"] = try Self.encoded(model.schema)
    files["preprocessing.json"] = try Self.encoded(model.preprocessor)
    files["scores.json"] = try Self.encoded(
      ModelEvaluation(
        test: outcome.scores, baseline: outcome.baseline, crossValidation: outcome.crossValidation,
        trials: outcome.trials, slices: outcome.slices, reliability: outcome.reliability,
        leakage: outcome.leakage))
    files["lineage.json"] = try Self.encoded(
      ModelLineage(
        data: data, settings: outcome.settings, split: outcome.split, trainRows: outcome.trainRows,
        testRows: outcome.testRows))
    // Rows of the test: the first of them, so that each class is likely to be there.
    files["golden.json"] = try Self.encoded(
      GoldenSample(model, outcome.table, rows: Array(outcome.rows.test.prefix(20))).rows)
    files["baseline.jsonl"] = try Self.sample(outcome)
    files["model.onnx"] = ONNXModel(model).bytes
    files["MLmodel"] = Array(MLmodelFile(model.schema, digest: Self.digest(of: files)).text.utf8)
    files["requirements.txt"] = Array("mlflow\nonnx\nonnxruntime\n".utf8)
    self.files = files
  }

  /// SHA-256 of names and contents, 64 hexadecimal digits.
  package var digest: String { Self.digest(of: files) }

  private static func digest(of files: [String: [UInt8]]) -> String {
    var hash = SHA256()
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) {
      hash.update(data: Data("\(name)\0\(bytes.count)\0".utf8))
      hash.update(data: bytes)
    }
    return Hex.string(hash.finalize())
  }

  /// At most 2,000 rows that the model learned from, drawn by the seed, each with what it says of them.
  private static func sample(_ outcome: TrainingOutcome) throws(TrainingError) -> [UInt8] {
    var generator = SplitMix64(seed: outcome.settings.seed)
    let rows = outcome.rows.train.shuffled(using: &generator).prefix(2000).sorted()
    let said = outcome.model.predict(outcome.table.rows(rows))
    var lines: [UInt8] = []
    for (place, row) in rows.enumerated() {
      var values = outcome.table.row(row, outcome.model.schema.features)
      values["prediction"] =
        outcome.model.label(said, row: place).map { .text($0) } ?? .number(said.values[place])
      lines += try encoded(values) + [0x0A]
    }
    return lines
  }

  private static func encoded(_ value: some Encodable) throws(TrainingError) -> [UInt8] {
    do {
      return Array(try encoder.encode(value))
    } catch {
      throw TrainingError(.failed, "a part of the model cannot be written: \(error)", underlying: error)
    }
  }

  // MARK: Reading

  /// The model, once its golden sample is answered as before.
  ///
  /// - Parameter store: has the embedding model that texts are read by, where one is needed.
  /// - Throws: `.damaged` for files that are missing, cut or changed, and for a format of another version; `.failed` where
  ///   the embedding model isn't there.
  /// - Complexity: O(bytes).
  package func model(_ store: ModelStore? = nil) throws(TrainingError) -> TrainedModel {
    let record = try decoded(ModelRecord.self, "model.json")
    guard record.format == ModelRecord.formatVersion else {
      throw TrainingError(
        .damaged, "the model's format is \(record.format); this version reads \(ModelRecord.formatVersion)")
    }
    let form: Estimator.Form
    switch record.algorithm {
    case .linear: form = .linear(try decoded(LinearModel.self, record.estimator.first ?? "linear.json"))
    case .pca:
      form = .components(try decoded(ComponentModel.self, record.estimator.first ?? "components.json"))
    case .kmeans: form = .centres(try decoded(CentreModel.self, record.estimator.first ?? "centres.json"))
    case .boosting, .randomForest:
      var sources: [[UInt8]] = []
      for name in record.estimator { sources.append(try bytes(name)) }
      form = .trees(try TreeEnsemble(xgboost: sources), sources: sources)
    }
    let schema = try decoded(ModelSchema.self, "schema.json")
    let preprocessor = try decoded(Preprocessor.self, "preprocessing.json")
    let estimator = Estimator(form, link: record.link)
    guard estimator.isWhole else {
      throw TrainingError(.damaged, "the model's \(record.estimator.joined(separator: ", ")) lacks numbers")
    }
    guard estimator.featureCount == preprocessor.width else {
      throw TrainingError(
        .damaged,
        "the model reads \(estimator.featureCount) numbers and its preprocessing makes \(preprocessor.width)")
    }
    let kinds = Dictionary(
      schema.features.map { ($0.name, $0.kind) }, uniquingKeysWith: { first, _ in first })
    for step in preprocessor.steps {
      let fits: Bool =
        switch (step, kinds[step.column]) {
        case (.number, .number?), (.number, .time?), (.oneHot, .category?), (.hashedText, .text?),
          (.embeddedText, .embedding?):
          true
        default: false
        }
      guard fits else {
        throw TrainingError(.damaged, "no feature \(step.column) of that kind is in the schema")
      }
    }
    var texts: TextVectors?
    if let wanted = preprocessor.embedding {
      guard let store else {
        throw TrainingError(
          .failed, "texts are read by the embedding model \(wanted.model), which isn't at hand")
      }
      texts = try TextVectors(wanted, in: store)
    }
    let model = TrainedModel(
      schema: schema, preprocessor: preprocessor, estimator: estimator, calibration: record.calibration,
      threshold: record.threshold, texts: texts)
    try golden().verify(model)
    return model
  }

  package func golden() throws(TrainingError) -> GoldenSample {
    GoldenSample(rows: try decoded([GoldenSample.Row].self, "golden.json"))
  }

  /// Rows that the model learned from, each with what it says of them under `prediction`.
  package func baseline() throws(TrainingError) -> [[String: RowValue]] {
    var rows: [[String: RowValue]] = []
    for line in try bytes("baseline.jsonl").split(separator: 0x0A) {
      do {
        rows.append(try JSONDecoder().decode([String: RowValue].self, from: Data(line)))
      } catch {
        throw TrainingError(.damaged, "baseline.jsonl is not what it was: \(error)", underlying: error)
      }
    }
    return rows
  }

  package func evaluation() throws(TrainingError) -> ModelEvaluation {
    try decoded(ModelEvaluation.self, "scores.json")
  }

  package func lineage() throws(TrainingError) -> ModelLineage {
    try decoded(ModelLineage.self, "lineage.json")
  }

  private func bytes(_ name: String) throws(TrainingError) -> [UInt8] {
    guard let bytes = files[name] else { throw TrainingError(.damaged, "the model has no file \(name)") }
    return bytes
  }

  private func decoded<Value: Decodable>(_ type: Value.Type, _ name: String) throws(TrainingError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(try bytes(name)))
    } catch let error as TrainingError {
      throw error
    } catch {
      throw TrainingError(.damaged, "\(name) is not what it was: \(error)", underlying: error)
    }
  }
}
