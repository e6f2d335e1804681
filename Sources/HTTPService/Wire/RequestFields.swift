/// Members of a JSON request, read with errors that say what to write instead. Unknown members are passed over.
struct RequestFields {
  private let members: [(String, JSONValue)]
  private let prefix: String

  /// Deepest nesting that is read.
  static let depthLimit = 64

  /// - Throws: `ServiceError.invalidRequest` for bytes that are no JSON object.
  init(json bytes: some Collection<UInt8>) throws(ServiceError) {
    try self.init(Self.parse(bytes))
  }

  /// - Throws: `ServiceError.invalidRequest` for bytes that are no JSON.
  static func parse(_ bytes: some Collection<UInt8>) throws(ServiceError) -> JSONValue {
    guard !bytes.isEmpty else {
      throw ServiceError(.invalidRequest, "the body is empty: send a JSON object")
    }
    do {
      return try JSONValue(bytes, depthLimit: depthLimit)
    } catch {
      throw ServiceError(
        .invalidRequest,
        error == .tooDeep
          ? "the JSON is nested deeper than \(depthLimit) levels" : "the body is no JSON in UTF-8")
    }
  }

  init(_ value: JSONValue, prefix: String = "") throws(ServiceError) {
    guard case .object(let members) = value else {
      let place = prefix.isEmpty ? "the body" : String(prefix.dropLast())
      throw ServiceError(
        .invalidRequest, "\(place) must be a JSON object", parameter: prefix.isEmpty ? nil : place)
    }
    self.members = members
    self.prefix = prefix
  }

  /// The member; `nil` where it is missing or null.
  subscript(name: String) -> JSONValue? {
    guard let value = members.last(where: { $0.0 == name })?.1 else { return nil }
    if case .null = value { return nil }
    return value
  }

  private func wrong(_ name: String, _ what: String) -> ServiceError {
    ServiceError(.invalidRequest, "'\(prefix + name)' must be \(what)", parameter: prefix + name)
  }

  /// - Parameter atMost: longest text, UTF-8 bytes.
  func text(_ name: String, atMost limit: Int = 1 << 20) throws(ServiceError) -> String? {
    guard let value = self[name] else { return nil }
    guard case .string(let text) = value else { throw wrong(name, "a string") }
    guard text.utf8.count <= limit else { throw wrong(name, "at most \(limit) bytes long") }
    return text
  }

  /// Text that is more than blanks.
  func requiredText(_ name: String, atMost limit: Int = 1 << 20) throws(ServiceError) -> String {
    guard let text = try text(name, atMost: limit) else {
      throw ServiceError(.invalidRequest, "'\(prefix + name)' is missing", parameter: prefix + name)
    }
    guard text.contains(where: { !$0.isWhitespace }) else { throw wrong(name, "more than blanks") }
    return text
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(ServiceError) -> Int? {
    guard let value = self[name] else { return nil }
    let number: Int? =
      switch value {
      case .integer(let number): number
      case .number(let number): Int(exactly: number)
      default: nil
      }
    guard let number, range.contains(number) else {
      throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func number(_ name: String, in range: ClosedRange<Double>) throws(ServiceError) -> Double? {
    guard let value = self[name] else { return nil }
    let number: Double? =
      switch value {
      case .integer(let number): Double(number)
      case .number(let number): number
      default: nil
      }
    guard let number, range.contains(number) else {
      throw wrong(name, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func bool(_ name: String) throws(ServiceError) -> Bool? {
    guard let value = self[name] else { return nil }
    guard case .bool(let value) = value else { throw wrong(name, "true or false") }
    return value
  }

  func list(_ name: String, atMost limit: Int = 100_000) throws(ServiceError) -> [JSONValue]? {
    guard let value = self[name] else { return nil }
    guard case .array(let values) = value else { throw wrong(name, "a list") }
    guard values.count <= limit else { throw wrong(name, "a list of at most \(limit)") }
    return values
  }

  func texts(_ name: String, atMost limit: Int = 100_000) throws(ServiceError) -> [String]? {
    guard let values = try list(name, atMost: limit) else { return nil }
    var texts: [String] = []
    for value in values {
      guard case .string(let text) = value else { throw wrong(name, "a list of strings") }
      texts.append(text)
    }
    return texts
  }

  func word<Word: RawRepresentable & CaseIterable>(
    _ name: String, as type: Word.Type
  ) throws(ServiceError) -> Word? where Word.RawValue == String {
    guard let value = self[name] else { return nil }
    guard case .string(let text) = value, let word = Word(rawValue: text) else {
      throw wrong(name, "one of " + Word.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return word
  }

  /// A list of objects.
  func objects(_ name: String, atMost limit: Int) throws(ServiceError) -> [RequestFields]? {
    guard let values = try list(name, atMost: limit) else { return nil }
    var objects: [RequestFields] = []
    for (index, value) in values.enumerated() {
      objects.append(try RequestFields(value, prefix: "\(prefix)\(name)[\(index)]."))
    }
    return objects
  }

  func object(_ name: String) throws(ServiceError) -> RequestFields? {
    guard let value = self[name] else { return nil }
    return try RequestFields(value, prefix: "\(prefix)\(name).")
  }

  var all: [(String, JSONValue)] { members }
}
