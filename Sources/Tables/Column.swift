/// A named column of a table, stored without boxes: numbers as float64, categories as codes.
package struct Column: Sendable {
  package enum Values: Sendable {
    /// Missing is NaN. `areIntegers`: every value was written as a whole number and none is missing.
    case numerical([Double], areIntegers: Bool)
    /// Codes into `names`; -1 is missing.
    case categorical([Int32], names: [CategoryName])
    /// `nil` is missing.
    case text([String?])
  }

  package var name: String
  package var values: Values

  package init(name: String, values: Values) {
    self.name = name
    self.values = values
  }

  package init(name: String, numbers: [Double], areIntegers: Bool = false) {
    self.init(name: name, values: .numerical(numbers, areIntegers: areIntegers))
  }

  /// Codes are given in order of first appearance.
  ///
  /// - Parameter categories: `nil` is missing.
  /// - Complexity: O(bytes).
  package init(name: String, categories: [String?]) {
    var codeOf: [CategoryName: Int32] = [:]
    var names: [CategoryName] = []
    let codes = categories.map { text -> Int32 in
      guard let text else { return -1 }
      let category = CategoryName(text)
      if let code = codeOf[category] { return code }
      let code = Int32(names.count)
      codeOf[category] = code
      names.append(category)
      return code
    }
    self.init(name: name, values: .categorical(codes, names: names))
  }

  package init(name: String, texts: [String?]) {
    self.init(name: name, values: .text(texts))
  }

  package var type: ColumnType {
    switch values {
    case .numerical: .numerical
    case .categorical: .categorical
    case .text: .text
    }
  }

  package var rowCount: Int {
    switch values {
    case .numerical(let numbers, _): numbers.count
    case .categorical(let codes, _): codes.count
    case .text(let texts): texts.count
    }
  }

  /// Rows without a value. An infinite number isn't one of them, though no test uses it.
  ///
  /// - Complexity: O(rows).
  package var missingCount: Int {
    switch values {
    case .numerical(let numbers, _): numbers.count { $0.isNaN }
    case .categorical(let codes, _): codes.count { $0 < 0 }
    case .text(let texts): texts.count { $0 == nil }
    }
  }
}
