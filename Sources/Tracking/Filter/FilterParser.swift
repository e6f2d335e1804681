/// One condition of a filter.
struct FilterClause: Equatable {
  enum Value: Equatable {
    case text(String)
    case number(Double)
    case list([String])
    case none
  }

  /// `metrics`, `params`, `tags`, `attributes`, `datasets`; empty where the filter names none.
  var kind: String
  var key: String
  /// `=`, `!=`, `>`, `>=`, `<`, `<=`, `LIKE`, `ILIKE`, `IN`, `NOT IN`, `IS NULL`, `IS NOT NULL`.
  var comparator: String
  var value: Value
}

/// Reads `clause AND clause …`, as MLflow's clients write it.
struct FilterParser {
  private enum Token: Equatable {
    case word(String)
    /// In backticks or double quotes.
    case quotedWord(String)
    case text(String)
    case number(Double, String)
    case comparator(String)
    case dot, open, close, comma
  }

  private let text: String
  private var tokens: [Token] = []
  private var place = 0

  /// - Throws: `TrackingError.invalid` with what is wrong.
  static func clauses(_ filter: String) throws(TrackingError) -> [FilterClause] {
    var parser = FilterParser(text: filter)
    try parser.tokenize()
    var clauses: [FilterClause] = []
    while parser.place < parser.tokens.count {
      if !clauses.isEmpty { try parser.expectAnd() }
      clauses.append(try parser.clause())
    }
    return clauses
  }

  private init(text: String) {
    self.text = text
  }

  private func wrong(_ what: String) -> TrackingError {
    TrackingError(.invalid, "Invalid filter '\(text.prefix(300))': \(what)")
  }

  private mutating func tokenize() throws(TrackingError) {
    let letters = Array(text.unicodeScalars)
    var index = 0
    func isWord(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "_-/:".unicodeScalars.contains(scalar)
    }
    while index < letters.count {
      let letter = letters[index]
      switch letter {
      case " ", "\t", "\n", "\r": index += 1
      case ".":
        tokens.append(.dot)
        index += 1
      case "(":
        tokens.append(.open)
        index += 1
      case ")":
        tokens.append(.close)
        index += 1
      case ",":
        tokens.append(.comma)
        index += 1
      case "'", "\"", "`":
        let start = index + 1
        guard let end = letters[start...].firstIndex(of: letter) else { throw wrong("a quote is not closed") }
        var inside = String.UnicodeScalarView()
        inside.append(contentsOf: letters[start..<end])
        // A double-quoted piece is a key behind a dot and a text elsewhere.
        let isKey = letter == "`" || (letter == "\"" && tokens.last == .dot)
        tokens.append(isKey ? .quotedWord(String(inside)) : .text(String(inside)))
        index = end + 1
      case "=", "!", "<", ">":
        var comparator = String(letter)
        if index + 1 < letters.count,
          letters[index + 1] == "=" || (letter == "<" && letters[index + 1] == ">")
        {
          comparator.unicodeScalars.append(letters[index + 1])
        }
        index += comparator.unicodeScalars.count
        if comparator == "<>" { comparator = "!=" }
        if comparator == "==" { comparator = "=" }
        guard comparator != "!" else { throw wrong("'!' is no comparator") }
        tokens.append(.comparator(comparator))
      default:
        let start = index
        var piece = String.UnicodeScalarView()
        // A number may have a point; a word ends at it.
        let isNumber =
          ("0"..."9").contains(letter)
          || ("-+".unicodeScalars.contains(letter) && index + 1 < letters.count
            && ("0"..."9").contains(letters[index + 1]))
        while index < letters.count,
          isWord(letters[index]) || (isNumber && ".+".unicodeScalars.contains(letters[index]))
        {
          piece.append(letters[index])
          index += 1
        }
        guard index > start else { throw wrong("'\(letter)' is out of place") }
        let word = String(piece)
        if isNumber, let number = Double(word) {
          tokens.append(.number(number, word))
        } else {
          tokens.append(.word(word))
        }
      }
    }
  }

  private mutating func next() -> Token? {
    guard place < tokens.count else { return nil }
    defer { place += 1 }
    return tokens[place]
  }

  private mutating func takeWord(_ word: String) -> Bool {
    guard place < tokens.count, case .word(let found) = tokens[place], found.uppercased() == word else {
      return false
    }
    place += 1
    return true
  }

  private mutating func expectAnd() throws(TrackingError) {
    guard takeWord("AND") else { throw wrong("conditions are joined by AND alone") }
  }

  private mutating func clause() throws(TrackingError) -> FilterClause {
    var names: [String] = []
    while true {
      switch next() {
      case .word(let word), .quotedWord(let word): names.append(word)
      case .number(_, let word): names.append(word)
      default: throw wrong("the name of a metric, param, tag or attribute is missing")
      }
      guard place < tokens.count, tokens[place] == .dot else { break }
      place += 1
    }
    let kind = names.count > 1 ? names[0] : ""
    let key = names.count > 1 ? names.dropFirst().joined(separator: ".") : names[0]
    if takeWord("IS") {
      let isNot = takeWord("NOT")
      guard takeWord("NULL") else { throw wrong("IS is followed by NULL or NOT NULL") }
      return FilterClause(
        kind: kind, key: key, comparator: isNot ? "IS NOT NULL" : "IS NULL", value: .none)
    }
    var comparator: String
    if takeWord("LIKE") {
      comparator = "LIKE"
    } else if takeWord("ILIKE") {
      comparator = "ILIKE"
    } else if takeWord("IN") {
      comparator = "IN"
    } else if takeWord("NOT") {
      guard takeWord("IN") else { throw wrong("NOT is followed by IN") }
      comparator = "NOT IN"
    } else if case .comparator(let found) = next() {
      comparator = found
    } else {
      throw wrong("a comparator is missing behind '\(key)'")
    }
    return FilterClause(
      kind: kind, key: key, comparator: comparator, value: try value(isList: comparator.hasSuffix("IN")))
  }

  private mutating func value(isList: Bool) throws(TrackingError) -> FilterClause.Value {
    guard isList else {
      switch next() {
      case .text(let text), .quotedWord(let text): return .text(text)
      case .number(let number, _): return .number(number)
      default: throw wrong("a value is missing; texts stand in quotes")
      }
    }
    guard next() == .open else { throw wrong("IN takes a list in parentheses") }
    var values: [String] = []
    while true {
      switch next() {
      case .text(let text), .quotedWord(let text): values.append(text)
      case .number(_, let text): values.append(text)
      default: throw wrong("a list holds texts in quotes")
      }
      switch next() {
      case .comma: continue
      case .close: return .list(values)
      default: throw wrong("a list is not closed")
      }
    }
  }
}
