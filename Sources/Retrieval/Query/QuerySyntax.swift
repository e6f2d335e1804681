import IndexStore

/// What a query's text asks for besides its words.
///
/// - `"two words"`: these, one after another; a passage without them is not returned.
/// - `-word`, `-"two words"`: a passage with them is not returned.
/// - `field:value`, `field:"a value"`: only where the collection has a field of that name; `-field:value` excludes.
///
/// Anything else is words: a lone quote, a minus inside a word or before a number, a colon behind what is no field.
package struct QuerySyntax: Hashable, Sendable {
  /// What both indexes are asked for: the words, those of phrases included.
  package var words = ""
  package var phrases: [String] = []
  package var excluded: [String] = []
  /// Each must hold.
  package var conditions: [FilterExpression] = []

  /// Whether there is anything but words.
  package var isPlain: Bool { phrases.isEmpty && excluded.isEmpty && conditions.isEmpty }

  /// - Parameter fields: names that stand for fields of the collection.
  /// - Complexity: O(text × fields).
  package init(_ text: String, fields: [String]) {
    var kept: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(where: { !$0.isWhitespace }) {
      rest = rest[start...]
      var isExcluded = false
      var body = rest
      // "-5" is a number and "--help" an option.
      if body.first == "-", let next = body.dropFirst().first, next.isLetter || Self.isQuote(next) {
        isExcluded = true
        body = body.dropFirst()
      }
      if let (name, value, end) = Self.field(body, fields) {
        let condition = Self.condition(name, value)
        conditions.append(isExcluded ? .not(condition) : condition)
        rest = rest[end...]
      } else if let (phrase, end) = Self.quoted(body) {
        if isExcluded {
          excluded.append(String(phrase))
        } else {
          phrases.append(String(phrase))
          kept.append(phrase)
        }
        rest = rest[end...]
      } else {
        let end = body.firstIndex(where: \.isWhitespace) ?? body.endIndex
        if isExcluded { excluded.append(String(body[..<end])) } else { kept.append(rest[..<end]) }
        rest = rest[end...]
      }
    }
    words = isPlain ? text : kept.joined(separator: " ")
  }

  private static func isQuote(_ character: Character) -> Bool { ["\"", "“", "”", "„"].contains(character) }

  /// The text between the quote that `text` begins with and the next one; `nil` where it is empty or not closed.
  private static func quoted(_ text: Substring) -> (Substring, Substring.Index)? {
    guard let first = text.first, isQuote(first) else { return nil }
    let inside = text.dropFirst()
    guard let close = inside.firstIndex(where: isQuote),
      inside[..<close].contains(where: { !$0.isWhitespace })
    else { return nil }
    return (inside[..<close], inside.index(after: close))
  }

  private static func field(
    _ text: Substring, _ fields: [String]
  ) -> (name: String, value: Substring, end: Substring.Index)? {
    guard let colon = text.firstIndex(of: ":"), fields.contains(String(text[..<colon])) else { return nil }
    let value = text[text.index(after: colon)...]
    if let (quoted, end) = quoted(value) { return (String(text[..<colon]), quoted, end) }
    let end = value.firstIndex(where: \.isWhitespace) ?? value.endIndex
    guard end > value.startIndex else { return nil }
    return (String(text[..<colon]), value[..<end], end)
  }

  /// A value that could be a number or truth value may be stored as either.
  private static func condition(_ name: String, _ value: Substring) -> FilterExpression {
    let text = FilterExpression.compare(field: name, .eq, .string(String(value)))
    if let number = Double(value) { return .or([text, .compare(field: name, .eq, .number(number))]) }
    if let flag = Bool(String(value)) { return .or([text, .compare(field: name, .eq, .bool(flag))]) }
    return text
  }
}
