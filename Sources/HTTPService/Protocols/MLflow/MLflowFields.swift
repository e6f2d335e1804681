import Foundation
import Hummingbird
import Tracking

/// Members of a request in the manner of MLflow's REST: of a JSON body, or of the query. Numbers may come as strings.
struct MLflowFields {
  private let members: [String: Any]
  private let prefix: String

  init(_ members: [String: Any], prefix: String = "") {
    self.members = members
    self.prefix = prefix
  }

  /// - Throws: `TrackingError.invalid` for a body that is no JSON object.
  init(json bytes: [UInt8]) throws(TrackingError) {
    if bytes.isEmpty {
      self.init([:])
      return
    }
    guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
      throw TrackingError(.invalid, "The request body must be a JSON object")
    }
    self.init(object)
  }

  /// Of a query, in which a name may come more than once.
  init(query request: Request) {
    var members: [String: Any] = [:]
    for (name, value) in request.uri.queryParameters {
      let text = String(value).replacing("+", with: " ")
      members[String(name), default: [String]()] = ((members[String(name)] as? [String]) ?? []) + [text]
    }
    self.init(members)
  }

  private func wrong(_ name: String, _ value: Any) -> TrackingError {
    let shown = value is String ? "\"\(value)\"" : "\(value)"
    return TrackingError(
      .invalid, "Invalid value \(shown.prefix(200)) for parameter '\(prefix)\(name)' supplied")
  }

  private func value(_ name: String) -> Any? {
    guard let value = members[name], !(value is NSNull) else { return nil }
    // A query's values are lists; the last of a name counts.
    if let list = value as? [String], prefix.isEmpty, isQuery { return list.last }
    return value
  }

  private var isQuery: Bool { members.values.allSatisfy { $0 is [String] } }

  func has(_ name: String) -> Bool { value(name) != nil }

  /// - Throws: `TrackingError.invalid` for what is no text.
  func text(_ name: String) throws(TrackingError) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value as? String else { throw wrong(name, value) }
    return text
  }

  /// - Throws: `TrackingError.invalid` where it is missing.
  func requiredText(_ name: String, allowsEmpty: Bool = false) throws(TrackingError) -> String {
    guard let text = try text(name), allowsEmpty || !text.isEmpty else { throw Self.missing(prefix + name) }
    return text
  }

  static func missing(_ name: String) -> TrackingError {
    TrackingError(.invalid, "Missing value for required parameter '\(name)'")
  }

  func integer(_ name: String) throws(TrackingError) -> Int64? {
    guard let value = value(name) else { return nil }
    if let text = value as? String {
      guard let number = Int64(text) else { throw wrong(name, value) }
      return number
    }
    guard let number = value as? NSNumber, !(value is Bool && "\(value)" != "0" && "\(value)" != "1"),
      let whole = Int64(exactly: number.doubleValue.rounded(.towardZero)), Double(whole) == number.doubleValue
    else { throw wrong(name, value) }
    return number.int64Value
  }

  func requiredInteger(_ name: String) throws(TrackingError) -> Int64 {
    guard let number = try integer(name) else { throw Self.missing(prefix + name) }
    return number
  }

  /// NaN and infinities are words.
  func number(_ name: String) throws(TrackingError) -> Double? {
    guard let value = value(name) else { return nil }
    if let text = value as? String {
      switch text {
      case "NaN": return .nan
      case "Infinity": return .infinity
      case "-Infinity": return -.infinity
      default:
        guard let number = Double(text) else { throw wrong(name, value) }
        return number
      }
    }
    guard let number = value as? NSNumber else { throw wrong(name, value) }
    return number.doubleValue
  }

  func bool(_ name: String) throws(TrackingError) -> Bool? {
    guard let value = value(name) else { return nil }
    if let text = value as? String {
      guard ["true", "false"].contains(text.lowercased()) else { throw wrong(name, value) }
      return text.lowercased() == "true"
    }
    guard let flag = value as? Bool else { throw wrong(name, value) }
    return flag
  }

  func texts(_ name: String) throws(TrackingError) -> [String] {
    guard let value = members[name], !(value is NSNull) else { return [] }
    if let text = value as? String { return [text] }
    guard let list = value as? [Any] else { throw wrong(name, value) }
    var texts: [String] = []
    for item in list {
      if let text = item as? String {
        texts.append(text)
      } else if let number = item as? NSNumber {
        texts.append(number.stringValue)
      } else {
        throw wrong(name, value)
      }
    }
    return texts
  }

  func objects(_ name: String) throws(TrackingError) -> [MLflowFields] {
    guard let value = members[name], !(value is NSNull) else { return [] }
    guard let list = value as? [[String: Any]] else { throw wrong(name, value) }
    return list.map { MLflowFields($0, prefix: prefix + name + ".") }
  }

  func object(_ name: String) throws(TrackingError) -> MLflowFields? {
    guard let value = members[name], !(value is NSNull) else { return nil }
    guard let object = value as? [String: Any] else { throw wrong(name, value) }
    return MLflowFields(object, prefix: prefix + name + ".")
  }

  /// Pairs of `key` and `value`.
  func pairs(_ name: String) throws(TrackingError) -> [(String, String)] {
    var pairs: [(String, String)] = []
    for object in try objects(name) {
      pairs.append((try object.requiredText("key"), try object.text("value") ?? ""))
    }
    return pairs
  }

  func tags(_ name: String = "tags") throws(TrackingError) -> [String: String] {
    Dictionary(try pairs(name), uniquingKeysWith: { $1 })
  }

  /// Id of an experiment.
  func experiment(_ name: String = "experiment_id") throws(TrackingError) -> Int64 {
    let text = try requiredText(name)
    guard let id = Int64(text) else {
      throw TrackingError(
        .invalid, "Invalid experiment ID: '\(text.prefix(100))'. Experiment IDs are numbers")
    }
    return id
  }

  func experiments(_ name: String = "experiment_ids") throws(TrackingError) -> [Int64] {
    try texts(name).compactMap { Int64($0) }
  }

  /// Of a run, under either name.
  func run() throws(TrackingError) -> String {
    for name in ["run_id", "run_uuid"] {
      if let id = try text(name), !id.isEmpty { return id }
    }
    throw Self.missing("run_id")
  }

  /// How many, from where.
  ///
  /// - Throws: `TrackingError.invalid` for more than `most`, or a token that this server did not give.
  func page(default usual: Int, most: Int) throws(TrackingError) -> (limit: Int, offset: Int) {
    let limit = Int(try integer("max_results") ?? Int64(usual))
    guard (1...most).contains(limit) else {
      throw TrackingError(
        .invalid,
        "Invalid value \(limit) for parameter 'max_results' supplied: It must be at least 1 and at most \(most)"
      )
    }
    guard let token = try text("page_token"), !token.isEmpty else { return (limit, 0) }
    guard let data = Data(base64Encoded: token), let offset = Int(String(decoding: data, as: UTF8.self)),
      offset >= 0
    else { throw TrackingError(.invalid, "Invalid page token: '\(token.prefix(100))'") }
    return (limit, offset)
  }
}
