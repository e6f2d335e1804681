/// JSON Schema, in few words.
///
/// - Source: JSON Schema 2020-12, which OpenAPI 3.1 takes over.
enum Schema {
  static let text = JSONValue.object([("type", .string("string"))])
  static let boolean = JSONValue.object([("type", .string("boolean"))])
  static let number = JSONValue.object([("type", .string("number"))])
  static let integer = JSONValue.object([("type", .string("integer"))])
  static let anything = JSONValue.object([])

  static func integer(from least: Int, to most: Int) -> JSONValue {
    .object([("type", .string("integer")), ("minimum", .integer(least)), ("maximum", .integer(most))])
  }

  static func number(from least: Double, to most: Double) -> JSONValue {
    .object([("type", .string("number")), ("minimum", .number(least)), ("maximum", .number(most))])
  }

  static func text(atLeast: Int, atMost: Int) -> JSONValue {
    .object([("type", .string("string")), ("minLength", .integer(atLeast)), ("maxLength", .integer(atMost))])
  }

  static func oneOf(_ words: String...) -> JSONValue {
    .object([("type", .string("string")), ("enum", .array(words.map { .string($0) }))])
  }

  static func list(_ items: JSONValue, atLeast: Int? = nil, atMost: Int? = nil) -> JSONValue {
    var members: [(String, JSONValue)] = [("type", .string("array")), ("items", items)]
    if let atLeast { members.append(("minItems", .integer(atLeast))) }
    if let atMost { members.append(("maxItems", .integer(atMost))) }
    return .object(members)
  }

  /// The value or null.
  static func optional(_ schema: JSONValue) -> JSONValue {
    guard case .object(var members) = schema,
      let index = members.firstIndex(where: { $0.0 == "type" }), case .string = members[index].1
    else { return any(schema, .object([("type", .string("null"))])) }
    members[index].1 = .array([members[index].1, .string("null")])
    if let words = members.firstIndex(where: { $0.0 == "enum" }), case .array(let all) = members[words].1 {
      members[words].1 = .array(all + [.null])
    }
    return .object(members)
  }

  static func any(_ schemas: JSONValue...) -> JSONValue { .object([("anyOf", .array(schemas))]) }

  static func reference(_ name: String) -> JSONValue {
    .object([("$ref", .string("#/components/schemas/" + name))])
  }

  /// - Parameter required: names of members that are always there.
  static func object(_ members: [(String, JSONValue)], required: [String] = []) -> JSONValue {
    var schema: [(String, JSONValue)] = [("type", .string("object")), ("properties", .object(members))]
    if !required.isEmpty { schema.append(("required", .array(required.map { .string($0) }))) }
    return .object(schema)
  }

  /// An object that is sent to us: what may be left out may also be null.
  static func request(_ members: [(String, JSONValue)], required: [String] = []) -> JSONValue {
    object(
      members.map { (name, schema) in (name, required.contains(name) ? schema : optional(schema)) },
      required: required)
  }

  /// All members are always there.
  static func record(_ members: [(String, JSONValue)]) -> JSONValue {
    object(members, required: members.map(\.0))
  }

  static func map(of values: JSONValue) -> JSONValue {
    .object([("type", .string("object")), ("additionalProperties", values)])
  }
}
