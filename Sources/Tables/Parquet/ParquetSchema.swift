/// A column of a Parquet file that holds one value a row.
struct ParquetColumn {
  enum Physical: Int {
    case boolean, int32, int64, int96, float, double, byteArray, fixedBytes
  }

  /// What the values stand for.
  enum Meaning: Equatable {
    case number
    case unsigned(bits: Int)
    case text
    case date
    /// `perSecond`: units a second; `isUTC`: instants, else local times.
    case timestamp(perSecond: Int64, isUTC: Bool)
    case time(perSecond: Int64)
    case decimal(scale: Int)
    case half
    case uuid
  }

  /// Names from the root, joined by dots.
  var name: String
  var physical: Physical
  /// Bytes of a value, for `fixedBytes`.
  var width: Int
  var meaning: Meaning
  /// Definition level of a value that is there: how many of the column and what it lies in may be missing.
  var maximumLevel: Int

  /// Whether its values are numbers as they lie in the file.
  var isNumber: Bool { meaning == .number && physical != .boolean }

  /// The columns of a schema, in the order of their chunks.
  ///
  /// - Throws: `.malformed` for a broken schema, and for columns that hold lists or maps.
  static func columns(_ elements: [ThriftValue]) throws(TableError) -> [ParquetColumn] {
    var columns: [ParquetColumn] = []
    var place = 1
    func read(_ path: [String], _ level: Int) throws(TableError) {
      guard place < elements.count, path.count < 32, let name = elements[place][4]?.text,
        elements[place][5]?.integer ?? 0 >= 0
      else {
        throw TableError(.malformed, "the file is damaged: its schema is not whole")
      }
      let element = elements[place]
      place += 1
      let full = (path + [name]).joined(separator: ".")
      let children = element[5]?.integer ?? 0
      if element[3]?.integer == 2 || (children > 0 && [1, 2, 3].contains(element[6]?.integer)) {
        throw TableError(
          .malformed,
          "column \(full) holds a list or a map in each row; write the file without it, or flatten it")
      }
      let level = level + (element[3]?.integer == 1 ? 1 : 0)
      guard children == 0 else {
        for _ in 0..<children { try read(path + [name], level) }
        return
      }
      guard let physical = element[1]?.integer.flatMap(Physical.init) else {
        throw TableError(.malformed, "column \(full) has a type that is not known")
      }
      let width = element[2]?.integer ?? 0
      guard physical != .fixedBytes || width > 0 && width < 1 << 20 else {
        throw TableError(.malformed, "the file is damaged: column \(full) has values of \(width) bytes")
      }
      columns.append(
        ParquetColumn(
          name: full, physical: physical, width: width, meaning: try meaning(element, physical, full),
          maximumLevel: level))
    }
    while place < elements.count { try read([], 0) }
    return columns
  }

  /// The logical type, else the older converted type, else what the physical type says.
  ///
  /// - Source: Apache Parquet, LogicalTypes.md and parquet.thrift.
  private static func meaning(
    _ element: ThriftValue, _ physical: Physical, _ name: String
  ) throws(TableError) -> Meaning {
    if let logical = element[10] {
      func perSecond(_ unit: ThriftValue?) -> Int64 {
        unit?[1] != nil ? 1000 : unit?[2] != nil ? 1_000_000 : 1_000_000_000
      }
      if logical[1] != nil || logical[4] != nil || logical[12] != nil { return .text }
      if let described = logical[5] { return try decimal(digits: described[1]?.integer ?? 0, name) }
      if logical[6] != nil { return .date }
      if let time = logical[7] { return .time(perSecond: perSecond(time[2])) }
      if let stamp = logical[8] {
        return .timestamp(perSecond: perSecond(stamp[2]), isUTC: stamp[1]?.boolean ?? false)
      }
      if let integer = logical[10], integer[2]?.boolean == false {
        return .unsigned(bits: integer[1]?.integer ?? 64)
      }
      if logical[14] != nil, physical == .fixedBytes { return .uuid }
      if logical[15] != nil, physical == .fixedBytes { return .half }
    }
    switch element[6]?.integer {
    case 0, 4, 19: return .text
    case 5: return try decimal(digits: element[7]?.integer ?? 0, name)
    case 6: return .date
    case 7: return .time(perSecond: 1000)
    case 8: return .time(perSecond: 1_000_000)
    case 9: return .timestamp(perSecond: 1000, isUTC: true)
    case 10: return .timestamp(perSecond: 1_000_000, isUTC: true)
    case 11, 12, 13, 14: return .unsigned(bits: 8 << ((element[6]?.integer ?? 14) - 11))
    default: break
    }
    switch physical {
    case .boolean, .int32, .int64, .float, .double: return .number
    case .int96: return .timestamp(perSecond: 1_000_000_000, isUTC: false)
    case .byteArray, .fixedBytes: return .text
    }
  }

  private static func decimal(digits scale: Int, _ name: String) throws(TableError) -> Meaning {
    guard (0...38).contains(scale) else {
      throw TableError(.malformed, "the file is damaged: column \(name) has \(scale) decimals")
    }
    return .decimal(scale: scale)
  }
}
