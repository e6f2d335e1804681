/// A value of Thrift's compact protocol, in which a Parquet file describes itself.
///
/// - Source: Apache Thrift, "Thrift Compact protocol encoding".
enum ThriftValue {
  case boolean(Bool)
  case integer(Int64)
  case double(Double)
  case bytes([UInt8])
  case list([ThriftValue])
  /// By field number.
  case structure([Int: ThriftValue])

  subscript(field: Int) -> ThriftValue? {
    if case .structure(let fields) = self { fields[field] } else { nil }
  }

  var integer: Int? { if case .integer(let value) = self { Int(value) } else { nil } }
  var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
  var text: String? {
    if case .bytes(let value) = self { String(decoding: value, as: UTF8.self) } else { nil }
  }
  var list: [ThriftValue]? { if case .list(let values) = self { values } else { nil } }
}

/// Reads structures of the compact protocol from bytes that may be anything.
struct ThriftReader {
  private let bytes: [UInt8]
  /// Of the next byte.
  private(set) var position: Int
  private static let depthLimit = 32

  init(_ bytes: [UInt8], at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// - Throws: `.malformed` for what ends early, nests too deep, or is of no known type.
  mutating func structure(depth: Int = 0) throws(TableError) -> ThriftValue {
    guard depth < Self.depthLimit else { throw Self.broken("its description nests too deep") }
    var fields: [Int: ThriftValue] = [:]
    var last = 0
    while true {
      let head = try byte()
      if head == 0 { return .structure(fields) }
      let step = Int(head >> 4)
      let number = step == 0 ? Int(truncatingIfNeeded: try zigzag()) : last &+ step
      last = number
      fields[number] = try value(ofType: head & 15, depth: depth)
    }
  }

  private mutating func value(ofType type: UInt8, depth: Int) throws(TableError) -> ThriftValue {
    switch type {
    case 1: return .boolean(true)
    case 2: return .boolean(false)
    case 3: return .integer(Int64(Int8(bitPattern: try byte())))
    case 4, 5, 6: return .integer(try zigzag())
    case 7:
      var bits: UInt64 = 0
      for shift in 0..<8 { bits |= UInt64(try byte()) << (8 * UInt64(shift)) }
      return .double(Double(bitPattern: bits))
    case 8:
      let count = try length()
      position += count
      return .bytes(Array(bytes[position - count..<position]))
    case 9, 10:
      let head = try byte()
      let count = head >> 4 == 15 ? try length() : Int(head >> 4)
      // Each item takes at least a byte, so that a count alone cannot take memory.
      guard count <= bytes.count - position else { throw Self.broken("its description ends early") }
      var items: [ThriftValue] = []
      for _ in 0..<count {
        // Items of a list of booleans are bytes of their own.
        items.append(
          head & 15 <= 2 ? .boolean(try byte() == 1) : try value(ofType: head & 15, depth: depth + 1))
      }
      return .list(items)
    case 12: return try structure(depth: depth + 1)
    default: throw Self.broken("its description holds a value of type \(type)")
    }
  }

  private mutating func byte() throws(TableError) -> UInt8 {
    guard position < bytes.count else { throw Self.broken("its description ends early") }
    position += 1
    return bytes[position - 1]
  }

  private mutating func unsigned() throws(TableError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64 {
      let next = try byte()
      value |= UInt64(next & 127) << shift
      if next < 128 { return value }
      shift += 7
    }
    throw Self.broken("its description holds a number of more than 64 bits")
  }

  private mutating func zigzag() throws(TableError) -> Int64 {
    let value = try unsigned()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  private mutating func length() throws(TableError) -> Int {
    let count = try unsigned()
    guard count <= UInt64(bytes.count - position) else { throw Self.broken("its description ends early") }
    return Int(count)
  }

  private static func broken(_ what: String) -> TableError {
    TableError(.malformed, "the file is damaged: \(what)")
  }
}
