import Documents

extension MetadataValue {
  var json: JSONValue {
    switch self {
    case .string(let text): .string(text)
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15 ? .integer(Int(number)) : .number(number)
    case .bool(let value): .bool(value)
    case .list(let texts): .array(texts.map { .string($0) })
    }
  }

  /// - Returns: `nil` for what filters could not ask for: objects, null, lists of other things than strings.
  init?(_ json: JSONValue) {
    switch json {
    case .string(let text): self = .string(text)
    case .integer(let number): self = .number(Double(number))
    case .number(let number): self = .number(number)
    case .bool(let value): self = .bool(value)
    case .array(let values):
      let texts = values.compactMap(\.text)
      guard texts.count == values.count else { return nil }
      self = .list(texts)
    case .object, .null: return nil
    }
  }
}
