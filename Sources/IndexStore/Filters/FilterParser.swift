/// Reads filter expressions.
///
///     filter  = and { "or" and } ;  and = unary { "and" unary } ;
///     unary   = "not" unary | "(" filter ")" | condition ;
///     condition = field ("=" | "==" | "!=" | "<>" | ">" | ">=" | "<" | "<=" | eq ne gt gte lt lte) value
///               | field ["not"] "in" "(" value { "," value } ")" | field "nin" "(" … ")"
///               | field "exists" ;
///     value   = 'text' | "text" | number | true | false | word ;
package struct FilterParser {
  private enum Token: Equatable {
    case word(String)
    case text(String)
    case symbol(String)
  }

  private static let maximumDepth = 100

  private var tokens: [(token: Token, offset: Int)] = []
  private var position = 0
  private let end: Int

  /// - Throws: `IndexStoreError.invalidArgument`, with the byte offset of the trouble.
  package static func parse(_ text: String) throws(IndexStoreError) -> FilterExpression {
    var parser = try FilterParser(text)
    let expression = try parser.disjunction(depth: 0)
    if parser.position < parser.tokens.count { throw parser.unexpected("the end of the filter") }
    return expression
  }

  private init(_ text: String) throws(IndexStoreError) {
    let bytes = Array(text.utf8)
    end = bytes.count
    var index = 0
    while index < bytes.count {
      let start = index
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        index += 1
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        var value: [UInt8] = []
        index += 1
        while index < bytes.count, bytes[index] != byte {
          if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
          value.append(bytes[index])
          index += 1
        }
        guard index < bytes.count else { throw Self.error("a quote is not closed", at: start) }
        index += 1
        tokens.append((.text(String(decoding: value, as: UTF8.self)), start))
      case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","):
        tokens.append((.symbol(String(UnicodeScalar(byte))), start))
        index += 1
      case UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "<"), UInt8(ascii: ">"):
        while index < bytes.count, "=!<>".utf8.contains(bytes[index]) { index += 1 }
        tokens.append((.symbol(String(decoding: bytes[start..<index], as: UTF8.self)), start))
      default:
        while index < bytes.count, !" \t\n\r'\"(),=!<>".utf8.contains(bytes[index]) { index += 1 }
        tokens.append((.word(String(decoding: bytes[start..<index], as: UTF8.self)), start))
      }
    }
  }

  private mutating func disjunction(depth: Int) throws(IndexStoreError) -> FilterExpression {
    guard depth < Self.maximumDepth else { throw Self.error("it is nested too deeply", at: offset) }
    var parts = [try conjunction(depth: depth)]
    while take(keyword: "or") { parts.append(try conjunction(depth: depth)) }
    return parts.count == 1 ? parts[0] : .or(parts)
  }

  private mutating func conjunction(depth: Int) throws(IndexStoreError) -> FilterExpression {
    var parts = [try unary(depth: depth)]
    while take(keyword: "and") { parts.append(try unary(depth: depth)) }
    return parts.count == 1 ? parts[0] : .and(parts)
  }

  private mutating func unary(depth: Int) throws(IndexStoreError) -> FilterExpression {
    guard depth < Self.maximumDepth else { throw Self.error("it is nested too deeply", at: offset) }
    if take(keyword: "not") { return .not(try unary(depth: depth + 1)) }
    if take(symbol: "(") {
      let inner = try disjunction(depth: depth + 1)
      guard take(symbol: ")") else { throw unexpected("')'") }
      return inner
    }
    return try condition()
  }

  private mutating func condition() throws(IndexStoreError) -> FilterExpression {
    guard position < tokens.count else { throw unexpected("a field name") }
    let field: String
    switch tokens[position].token {
    case .word(let name), .text(let name): field = name
    case .symbol: throw unexpected("a field name")
    }
    position += 1
    let isNegated = take(keyword: "not")
    if take(keyword: "in") {
      let values = try valueList()
      return isNegated ? .not(.isIn(field: field, values)) : .isIn(field: field, values)
    }
    if isNegated { throw unexpected("'in' after 'not'") }
    if take(keyword: "exists") { return .exists(field: field) }
    if take(keyword: "nin") { return .not(.isIn(field: field, try valueList())) }
    guard position < tokens.count, let comparison = Self.comparison(tokens[position].token) else {
      throw unexpected("one of = != > >= < <= in exists")
    }
    position += 1
    return .compare(field: field, comparison, try value())
  }

  private mutating func valueList() throws(IndexStoreError) -> [FieldValue] {
    guard take(symbol: "(") else { throw unexpected("'('") }
    var values = [try value()]
    while take(symbol: ",") { values.append(try value()) }
    guard take(symbol: ")") else { throw unexpected("',' or ')'") }
    return values
  }

  private mutating func value() throws(IndexStoreError) -> FieldValue {
    guard position < tokens.count else { throw unexpected("a value") }
    defer { position += 1 }
    switch tokens[position].token {
    case .text(let text): return .string(text)
    case .word("true"): return .bool(true)
    case .word("false"): return .bool(false)
    case .word(let word):
      if let number = Double(word), number.isFinite { return .number(number) }
      return .string(word)
    case .symbol: throw unexpected("a value")
    }
  }

  private static func comparison(_ token: Token) -> FilterExpression.Comparison? {
    switch token {
    case .symbol("="), .symbol("=="): .eq
    case .symbol("!="), .symbol("<>"): .ne
    case .symbol(">"): .gt
    case .symbol(">="): .gte
    case .symbol("<"): .lt
    case .symbol("<="): .lte
    case .word(let word): FilterExpression.Comparison(rawValue: word.lowercased())
    default: nil
    }
  }

  private mutating func take(keyword: String) -> Bool {
    guard position < tokens.count, case .word(let word) = tokens[position].token,
      word.lowercased() == keyword
    else { return false }
    position += 1
    return true
  }

  private mutating func take(symbol: String) -> Bool {
    guard position < tokens.count, tokens[position].token == .symbol(symbol) else { return false }
    position += 1
    return true
  }

  private var offset: Int { position < tokens.count ? tokens[position].offset : end }

  private func unexpected(_ wanted: String) -> IndexStoreError {
    Self.error("\(wanted) is expected", at: offset)
  }

  private static func error(_ what: String, at offset: Int) -> IndexStoreError {
    IndexStoreError(
      .invalidArgument,
      "the filter cannot be read: \(what) at byte \(offset). Example: \"language = 'de' and year >= 2024\"")
  }
}
