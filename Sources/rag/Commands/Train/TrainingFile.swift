import Foundation
import Training
import Yams

/// `train.yaml`: what a model is trained on and how.
struct TrainingFile: Decodable {
  struct SplitSection: Decodable {
    var method: SplitSettings.Method?
    var test: Double?
    var folds: Int?
    var seed: UInt64?
    var column: String?

    enum CodingKeys: String, CodingKey, CaseIterable { case method, test, folds, seed, column }
  }

  struct SearchSection: Decodable {
    var trials: Int
    var parameters: [String: [Double]]

    enum CodingKeys: String, CodingKey, CaseIterable { case trials, parameters }
  }

  var data: String?
  var target: String?
  var task: ModelTask?
  var algorithm: Algorithm?
  var parameters: [String: Double]?
  var columns: [String: ColumnDeclaration]?
  var split: SplitSection?
  var search: SearchSection?
  var calibration: Calibration.Method?
  var threshold: String?
  var slices: [String]?
  var allowedLeaks: [String]?
  var seed: UInt64?
  var register: String?
  var experiment: String?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case data, target, task, algorithm, parameters, columns, split, search, calibration, threshold, slices,
      seed, register,
      experiment
    case allowedLeaks = "allow_leaks"
  }

  init() {}

  /// - Throws: `UsageError` with the path, for text that is no YAML and for keys that nothing reads.
  init(path: String) throws {
    let text = String(decoding: try TableFile(path).bytes, as: UTF8.self)
    do {
      if let node = try Yams.compose(yaml: text) { try Self.requireKnownKeys(node, path) }
      self = try YAMLDecoder().decode(TrainingFile.self, from: text)
    } catch let error as UsageError {
      throw error
    } catch {
      throw UsageError("\(path): \(error)")
    }
    // A file names its data from where it lies.
    if let data, !data.hasPrefix("/") {
      self.data =
        URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(data).relativePath
    }
  }

  private static func requireKnownKeys(_ node: Node, _ path: String) throws {
    let sections: [String: [String]] = [
      "split": SplitSection.CodingKeys.allCases.map(\.rawValue),
      "search": SearchSection.CodingKeys.allCases.map(\.rawValue),
    ]
    func check(_ node: Node, _ known: [String], _ place: String) throws {
      for (key, value) in node.mapping ?? [:] {
        guard let key = key.string else { continue }
        guard known.contains(key) else {
          throw UsageError(
            "\(path): \(place)\(key) is not known; \(known.sorted().joined(separator: ", ")) are")
        }
        if place.isEmpty, let inner = sections[key] { try check(value, inner, key + ".") }
        if place.isEmpty, key == "columns" {
          for (_, column) in value.mapping ?? [:] {
            try check(column, ColumnDeclaration.CodingKeys.allCases.map(\.rawValue), "columns.…")
          }
        }
      }
    }
    try check(node, CodingKeys.allCases.map(\.rawValue), "")
  }

  /// - Throws: `UsageError` where no target is named and the algorithm needs one.
  func settings() throws -> TrainingSettings {
    guard target != nil || algorithm?.task != nil else {
      throw UsageError("Say what is to be predicted: --target COLUMN (kmeans and pca need none)")
    }
    var settings = TrainingSettings(target: target, algorithm: algorithm ?? .boosting)
    settings.task = task
    settings.columns = columns ?? [:]
    settings.parameters = parameters ?? [:]
    settings.seed = seed ?? 42
    settings.calibration = calibration ?? .none
    settings.threshold = threshold ?? "0.5"
    settings.slices = slices ?? []
    settings.allowedLeaks = allowedLeaks ?? []
    if let search { settings.search = .init(trials: search.trials, parameters: search.parameters) }
    if let split, let method = split.method {
      settings.split = SplitSettings(
        method: method, testShare: split.test ?? 0.2, folds: split.folds ?? 5,
        seed: split.seed ?? settings.seed,
        column: split.column)
    } else if split != nil {
      throw UsageError("split.method is missing: random, stratified, group, time or given")
    }
    return settings
  }
}
