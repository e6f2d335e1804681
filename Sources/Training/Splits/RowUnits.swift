/// Numbers rows so that those that must stay together have one number.
package enum RowUnits {
  /// Of equal features: rows that no model can tell apart.
  ///
  /// - Complexity: O(rows × features).
  package static func equal(_ table: FeatureTable, _ features: [ColumnSpecification]) -> [Int] {
    var keys = [[UInt64]](repeating: [], count: table.rowCount)
    for feature in features {
      switch table.columns[feature.name] {
      case .numbers(let numbers):
        for (row, number) in numbers.enumerated() {
          keys[row].append(number.isNaN ? .max : number.bitPattern)
        }
      case .strings(let texts):
        var codes: [String: UInt64] = [:]
        for (row, text) in texts.enumerated() {
          guard let text else {
            keys[row].append(.max)
            continue
          }
          let code = codes[text] ?? UInt64(codes.count)
          codes[text] = code
          keys[row].append(code)
        }
      case nil: break
      }
    }
    return numbered(keys)
  }

  /// Of the values of one column; a row without a value is alone.
  package static func groups(_ values: FeatureValues) -> [Int] {
    switch values {
    case .numbers(let numbers):
      numbered(numbers.enumerated().map { $1.isNaN ? "row \($0)" : "\($1)" })
    case .strings(let texts):
      numbered(texts.enumerated().map { row, text in text.map { "value " + $0 } ?? "row \(row)" })
    }
  }

  /// Joins units that share a row of the other numbering.
  ///
  /// - Complexity: O(rows log rows).
  package static func joined(_ left: [Int], _ right: [Int]) -> [Int] {
    var parent = Array(0..<((left.max() ?? -1) + 1))
    func root(_ unit: Int) -> Int {
      var unit = unit
      while parent[unit] != unit {
        parent[unit] = parent[parent[unit]]
        unit = parent[unit]
      }
      return unit
    }
    var first: [Int: Int] = [:]
    for (row, unit) in right.enumerated() {
      if let other = first[unit] {
        let (a, b) = (root(left[row]), root(other))
        if a != b { parent[max(a, b)] = min(a, b) }
      } else {
        first[unit] = left[row]
      }
    }
    return left.map(root)
  }

  /// In order of first appearance.
  private static func numbered<Key: Hashable>(_ keys: [Key]) -> [Int] {
    var numbers: [Key: Int] = [:]
    return keys.map { key in
      if let number = numbers[key] { return number }
      let number = numbers.count
      numbers[key] = number
      return number
    }
  }
}
