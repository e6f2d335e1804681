import Kernels

/// Collects the fields of a column: distinct ones once and rows as codes, or, for as long as all are numbers and many
/// differ, numbers alone.
struct EncodedColumn {
  /// Whole numbers with no more distinct values than this are categories.
  private static let categoryLimit = 10

  let name: String
  private let declared: ColumnType?
  /// Whether a column of numbers may do without the text of its fields.
  private let mayBeNumbers: Bool
  private var table = ByteTable()
  private var codes: [Int32] = []
  private var numbers: [Double] = []
  private var isNumeric = false
  private var areIntegers = true
  private var hasMissing = false
  /// Whether every distinct field until now is a number.
  private var hasNumbersOnly = true
  /// A field that is no number came after the text of the others was dropped: read again, with `keepsText`.
  private(set) var needsText = false

  /// - Parameter keepsText: keep the text of all fields, whatever they are.
  init(name: String, declared: ColumnType?, keepsText: Bool) {
    self.name = name
    self.declared = declared
    mayBeNumbers = !keepsText && (declared ?? .numerical) == .numerical
  }

  /// A column of numbers that are given as such.
  ///
  /// - Parameter holdsFractions: numbers of a kind that may have decimals, whether or not these have.
  init(name: String, declared: ColumnType?, holdsFractions: Bool) {
    self.init(name: name, declared: declared, keepsText: false)
    guard holdsFractions else { return }
    areIntegers = false
    isNumeric = mayBeNumbers
  }

  var count: Int { isNumeric ? numbers.count : codes.count }

  mutating func append(_ field: [UInt8]) { field.withUnsafeBytes { append($0) } }

  /// An empty field is missing.
  mutating func append(_ field: UnsafeRawBufferPointer) {
    if field.isEmpty {
      hasMissing = true
      if isNumeric { numbers.append(.nan) } else { codes.append(-1) }
      return
    }
    if isNumeric {
      guard let number = NumberText.value(field) else {
        needsText = true
        numbers.append(.nan)
        return
      }
      if areIntegers { areIntegers = NumberText.isInteger(field) }
      numbers.append(number)
      return
    }
    let (code, isNew) = table.number(of: field)
    codes.append(Int32(code))
    guard isNew, hasNumbersOnly else { return }
    hasNumbersOnly = NumberText.value(field) != nil
    if areIntegers { areIntegers = NumberText.isInteger(field) }
    if mayBeNumbers, hasNumbersOnly, table.count > Self.categoryLimit { dropText() }
  }

  mutating func append(whole number: Int64) {
    if isNumeric { numbers.append(Double(number)) } else { append(Array(String(number).utf8)) }
  }

  /// NaN is missing.
  mutating func append(number: Double) {
    if isNumeric {
      if number.isNaN { hasMissing = true }
      numbers.append(number)
    } else {
      append(number.isNaN ? [] : Array("\(number)".utf8))
    }
  }

  private mutating func dropText() {
    let values = distinctNumbers().map { $0 ?? .nan }
    numbers = codes.map { $0 < 0 ? .nan : values[Int($0)] }
    codes = []
    table.removeAll()
    isNumeric = true
  }

  private func distinctNumbers() -> [Double?] {
    table.strings.map { text in text.withUnsafeBytes { NumberText.value($0) } }
  }

  /// - Throws: `.malformed` for a declared numerical column with a field that is no number.
  /// - Complexity: O(rows + distinct bytes).
  func column() throws(TableError) -> Column {
    let whole = !hasMissing && areIntegers
    if isNumeric { return Column(name: name, values: .numerical(numbers, areIntegers: whole)) }
    let distinct = table.strings
    switch declared ?? inferredType(distinct, areIntegers: whole && hasNumbersOnly) {
    case .numerical:
      let values = distinctNumbers()
      if let bad = values.firstIndex(of: nil) {
        let row = codes.firstIndex(of: Int32(bad)) ?? 0
        throw TableError(
          .malformed,
          "column \(name), row \(row + 1): \"\(String(decoding: distinct[bad], as: UTF8.self))\" is no number; "
            + "declare the column categorical or text, or leave the field empty")
      }
      return Column(
        name: name,
        values: .numerical(
          codes.map { $0 < 0 ? .nan : values[Int($0)] ?? .nan }, areIntegers: whole && hasNumbersOnly))
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
  private func inferredType(_ distinct: [[UInt8]], areIntegers: Bool) -> ColumnType {
    if areIntegers { return distinct.count <= Self.categoryLimit ? .categorical : .numerical }
    if hasNumbersOnly { return .numerical }
    let booleans: Set<String> = ["true", "false", "True", "False", "TRUE", "FALSE"]
    if distinct.allSatisfy({ booleans.contains(String(decoding: $0, as: UTF8.self)) }) { return .categorical }
    return distinct.count * 2 > codes.count { $0 >= 0 } ? .text : .categorical
  }
}
