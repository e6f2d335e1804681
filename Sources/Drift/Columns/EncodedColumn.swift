/// Collects the fields of a column: distinct ones once, rows as codes.
struct EncodedColumn {
  let name: String
  private var codeOf: [[UInt8]: Int32] = [:]
  private var distinct: [[UInt8]] = []
  private var codes: [Int32] = []

  init(name: String) {
    self.name = name
  }

  var count: Int { codes.count }

  /// An empty field is missing.
  mutating func append(_ field: [UInt8]) {
    if field.isEmpty {
      codes.append(-1)
    } else if let code = codeOf[field] {
      codes.append(code)
    } else {
      let code = Int32(distinct.count)
      codeOf[field] = code
      distinct.append(field)
      codes.append(code)
    }
  }

  /// - Throws: `.malformed` for a declared numerical column with a field that is no number.
  /// - Complexity: O(rows + distinct bytes).
  func column(_ declared: ColumnType?) throws(DriftError) -> Column {
    let numbers = distinct.map { Double(String(decoding: $0, as: UTF8.self)) }
    let hasMissing = codes.contains(-1)
    let areIntegers = !hasMissing && distinct.allSatisfy(Self.isInteger)
    let type = declared ?? inferredType(areNumbers: !numbers.contains(nil), areIntegers: areIntegers)
    switch type {
    case .numerical:
      if let bad = numbers.firstIndex(of: nil) {
        let row = codes.firstIndex(of: Int32(bad)) ?? 0
        throw DriftError(
          .malformed,
          "column \(name), row \(row + 1): \"\(String(decoding: distinct[bad], as: UTF8.self))\" is no number; "
            + "declare the column categorical or text, or leave the field empty")
      }
      let values = numbers.map { $0 ?? .nan }
      return Column(
        name: name,
        values: .numerical(codes.map { $0 < 0 ? .nan : values[Int($0)] }, areIntegers: areIntegers))
    case .categorical:
      return Column(name: name, values: .categorical(codes, names: distinct.map { CategoryName(bytes: $0) }))
    case .text:
      let texts = distinct.map { String(decoding: $0, as: UTF8.self) }
      return Column(name: name, values: .text(codes.map { $0 < 0 ? nil : texts[Int($0)] }))
    }
  }

  /// As Evidently 0.7 infers types: fractions are numerical, whole numbers from 11 distinct ones on, and strings are
  /// text where more than half of them differ. A whole-number column with gaps counts as fractions, since pandas
  /// reads it so.
  private func inferredType(areNumbers: Bool, areIntegers: Bool) -> ColumnType {
    if areIntegers { return distinct.count <= 10 ? .categorical : .numerical }
    if areNumbers { return .numerical }
    let booleans: Set<String> = ["true", "false", "True", "False", "TRUE", "FALSE"]
    if distinct.allSatisfy({ booleans.contains(String(decoding: $0, as: UTF8.self)) }) { return .categorical }
    return distinct.count * 2 > codes.count { $0 >= 0 } ? .text : .categorical
  }

  private static func isInteger(_ field: [UInt8]) -> Bool {
    let digits = field.first == 0x2D || field.first == 0x2B ? field.dropFirst() : field[...]
    return !digits.isEmpty && digits.allSatisfy { 0x30...0x39 ~= $0 }
  }
}
