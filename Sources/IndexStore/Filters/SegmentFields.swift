import Kernels
import Storage

// fields.bin, payload (little-endian; offsets from its start):
//
//   field count (4), zero (4); for each field, sorted by name: offset of its name (8), bytes of the name (4),
//   value count (4), offset of its value offsets (8)
//   value offsets: value count × 8, ascending in the order of `FieldValue`
//   value: kind (1: 0 bool, 1 number, 2 string), bytes of the value (4), the value, bitmap as RoaringBitmap

/// Collects the fields of a segment's chunks and writes them inverted.
struct SegmentFieldsBuilder {
  private var members: [String: [FieldValue: [Ordinal]]] = [:]

  /// Adds the values of one chunk; ordinals come in rising order.
  mutating func add(_ fields: [(name: String, value: FieldValue)], ordinal: Ordinal) {
    for field in fields where members[field.name]?[field.value]?.last != ordinal {
      members[field.name, default: [:]][field.value, default: []].append(ordinal)
    }
  }

  /// Writes `fields.bin`.
  ///
  /// - Throws: `StorageError`.
  func write(to path: String) throws(StorageError) -> FileSummary {
    let names = members.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var head: [UInt8] = []
    var body: [UInt8] = []
    let bodyStart = 8 + names.count * 24
    head.appendLittleEndian(UInt32(names.count))
    head.appendLittleEndian(UInt32(0))
    for name in names {
      let values = members[name] ?? [:]
      let nameOffset = bodyStart + body.count
      body.append(contentsOf: name.utf8)
      var offsets: [Int] = []
      for (value, ordinals) in values.sorted(by: { $0.key < $1.key }) {
        offsets.append(bodyStart + body.count)
        let bytes = Self.bytes(value)
        body.append(UInt8(value.rank))
        body.appendLittleEndian(UInt32(bytes.count))
        body.append(contentsOf: bytes)
        body.append(contentsOf: RoaringBitmap.serialize(ordinals))
      }
      let table = bodyStart + body.count
      for offset in offsets { body.appendLittleEndian(UInt64(offset)) }
      head.appendLittleEndian(UInt64(nameOffset))
      head.appendLittleEndian(UInt32(name.utf8.count))
      head.appendLittleEndian(UInt32(offsets.count))
      head.appendLittleEndian(UInt64(table))
    }
    var writer = try FramedFileWriter(path: path, kind: .fields)
    try writer.append(contentsOf: head)
    try writer.append(contentsOf: body)
    return try writer.finish()
  }

  private static func bytes(_ value: FieldValue) -> [UInt8] {
    var bytes: [UInt8] = []
    switch value {
    case .bool(let value): bytes.append(value ? 1 : 0)
    case .number(let value): bytes.appendLittleEndian(value.bitPattern)
    case .string(let value): bytes.append(contentsOf: value.utf8)
    }
    return bytes
  }
}

/// Reads `fields.bin`: which chunks of a segment satisfy a filter.
struct SegmentFields: Sendable {
  private struct Field {
    var valueCount: Int
    var table: Int
  }

  private let file: MappedFile
  private let chunkCount: Int
  private let fields: [String: Field]

  /// - Throws: `StorageError`, `.corrupted` where offsets lead out of the file.
  init(path: String, chunkCount: Int) throws(StorageError) {
    file = try MappedFile(path: path, kind: .fields)
    self.chunkCount = chunkCount
    let payload = file.unsafePayload
    var found: [String: Field] = [:]
    guard let count = Self.number(payload, 0, UInt32.self) else {
      throw .corrupted(path, "the field table is cut off")
    }
    for index in 0..<Int(count) {
      let entry = 8 + index * 24
      guard let nameOffset = Self.number(payload, entry, UInt64.self),
        let nameBytes = Self.number(payload, entry + 8, UInt32.self),
        let valueCount = Self.number(payload, entry + 12, UInt32.self),
        let table = Self.number(payload, entry + 16, UInt64.self),
        nameOffset <= payload.count, Int(nameBytes) <= payload.count - Int(nameOffset),
        table <= payload.count, Int(valueCount) <= (payload.count - Int(table)) / 8
      else { throw .corrupted(path, "the field table leads out of the file") }
      let name = UnsafeRawBufferPointer(
        rebasing: payload[Int(nameOffset)..<Int(nameOffset) + Int(nameBytes)])
      found[String(decoding: name, as: UTF8.self)] = Field(valueCount: Int(valueCount), table: Int(table))
    }
    fields = found
  }

  /// Names of the fields, sorted.
  var names: [String] { fields.keys.sorted() }

  /// The chunks that satisfy `filter`.
  ///
  /// - Throws: `StorageError.corrupted`.
  /// - Complexity: O(log values) for `eq` and `in`, O(values in range) for comparisons, plus the members.
  func evaluate(_ filter: FilterExpression) throws(StorageError) -> OrdinalSet {
    switch filter {
    case .compare(let field, let comparison, let value):
      try compare(field, comparison, value)
    case .isIn(let field, let values):
      try union(values) { value throws(StorageError) in try compare(field, .eq, value) }
    case .exists(let field):
      try everyMember(of: field)
    case .and(let parts):
      try combine(parts, OrdinalSet(universe: chunkCount, full: true)) { $0.formIntersection($1) }
    case .or(let parts):
      try combine(parts, OrdinalSet(universe: chunkCount)) { $0.formUnion($1) }
    case .not(let part):
      try evaluate(part).complement()
    }
  }

  /// Every value with its members: `rag doctor` checks that all of it can be read.
  func verify() throws(StorageError) {
    for (_, field) in fields {
      for index in 0..<field.valueCount { _ = try members(of: field, at: index) }
    }
  }

  private func combine(
    _ parts: [FilterExpression], _ start: OrdinalSet, _ step: (inout OrdinalSet, OrdinalSet) -> Void
  ) throws(StorageError) -> OrdinalSet {
    var result = start
    for part in parts { step(&result, try evaluate(part)) }
    return result
  }

  private func union(
    _ values: [FieldValue], _ each: (FieldValue) throws(StorageError) -> OrdinalSet
  ) throws(StorageError) -> OrdinalSet {
    var result = OrdinalSet(universe: chunkCount)
    for value in values { result.formUnion(try each(value)) }
    return result
  }

  private func everyMember(of name: String) throws(StorageError) -> OrdinalSet {
    var result = OrdinalSet(universe: chunkCount)
    guard let field = fields[name] else { return result }
    for index in 0..<field.valueCount {
      for ordinal in try members(of: field, at: index).members { result.insert(ordinal) }
    }
    return result
  }

  private func compare(
    _ name: String, _ comparison: FilterExpression.Comparison, _ value: FieldValue
  ) throws(StorageError) -> OrdinalSet {
    if comparison == .ne { return try compare(name, .eq, value).complement() }
    var result = OrdinalSet(universe: chunkCount)
    guard let field = fields[name] else { return result }
    // Values of one kind stand together; a comparison stays within the kind of its operand.
    let atLeast = try lowerBound(field) { $0 < value }
    let above = try lowerBound(field) { !(value < $0) }
    let kindStart = try lowerBound(field) { $0.rank < value.rank }
    let kindEnd = try lowerBound(field) { $0.rank <= value.rank }
    let range =
      switch comparison {
      case .eq, .ne: atLeast..<above
      case .gt: above..<kindEnd
      case .gte: atLeast..<kindEnd
      case .lt: kindStart..<atLeast
      case .lte: kindStart..<above
      }
    for index in range {
      for ordinal in try members(of: field, at: index).members { result.insert(ordinal) }
    }
    return result
  }

  private func lowerBound(
    _ field: Field, _ precedes: (FieldValue) -> Bool
  ) throws(StorageError) -> Int {
    var low = 0
    var high = field.valueCount
    while low < high {
      let middle = (low + high) / 2
      if precedes(try value(of: field, at: middle).value) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func value(of field: Field, at index: Int) throws(StorageError) -> (value: FieldValue, end: Int) {
    let payload = file.unsafePayload
    guard let offset = Self.number(payload, field.table + index * 8, UInt64.self), offset < payload.count,
      let length = Self.number(payload, Int(offset) + 1, UInt32.self)
    else { throw .corrupted(file.path, "a field's value leads out of the file") }
    let start = Int(offset) + 5
    guard Int(length) <= payload.count - start else {
      throw .corrupted(file.path, "a field's value is cut off")
    }
    let bytes = UnsafeRawBufferPointer(rebasing: payload[start..<start + Int(length)])
    let value: FieldValue
    switch (payload[Int(offset)], length) {
    case (0, 1): value = .bool(bytes[0] != 0)
    case (1, 8): value = .number(Double(bitPattern: bytes.loadUnaligned(as: UInt64.self)))
    case (2, _): value = .string(String(decoding: bytes, as: UTF8.self))
    default: throw .corrupted(file.path, "a field's value is of no known kind")
    }
    return (value, start + Int(length))
  }

  private func members(
    of field: Field, at index: Int
  ) throws(StorageError) -> (members: [UInt32], consumed: Int) {
    let end = try value(of: field, at: index).end
    let rest = UnsafeRawBufferPointer(rebasing: file.unsafePayload[end...])
    guard let read = RoaringBitmap.deserialize(rest, limit: UInt32(chunkCount)) else {
      throw .corrupted(file.path, "a field's bitmap cannot be read")
    }
    return read
  }

  private static func number<T: FixedWidthInteger>(
    _ payload: UnsafeRawBufferPointer, _ offset: Int, _: T.Type
  ) -> T? {
    guard offset >= 0, offset + MemoryLayout<T>.size <= payload.count else { return nil }
    return T(littleEndian: payload.loadUnaligned(fromByteOffset: offset, as: T.self))
  }
}
