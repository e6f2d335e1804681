/// Reads JSON in UTF-8, in one pass.
///
/// Foundation's readers are not used: `JSONDecoder` takes ten times as long for values of any shape, and on Linux
/// `JSONSerialization` rounds numbers and lets commas before brackets pass.
///
/// - Source: RFC 8259.
struct JSONParser {
  enum Failure: Error {
    case invalid, tooDeep
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let depthLimit: Int
  private var place = 0
  private var depth = 0

  private init(_ bytes: UnsafeBufferPointer<UInt8>, depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  /// - Complexity: O(bytes).
  static func value(
    _ bytes: UnsafeBufferPointer<UInt8>, depthLimit: Int
  ) throws(Failure) -> JSONValue {
    var parser = JSONParser(bytes, depthLimit: depthLimit)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.place == bytes.count else { throw .invalid }
    return value
  }

  /// The byte here; 0, which JSON has nowhere, at the end.
  private var byte: UInt8 { place < bytes.count ? bytes[place] : 0 }

  private mutating func skipSpace() {
    while byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
  }

  private mutating func take(_ wanted: UInt8) throws(Failure) {
    guard byte == wanted else { throw .invalid }
    place += 1
  }

  private mutating func value() throws(Failure) -> JSONValue {
    skipSpace()
    switch byte {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(Failure) -> JSONValue {
    for offset in 0..<text.utf8CodeUnitCount { try take(text.utf8Start[offset]) }
    return value
  }

  private mutating func array() throws(Failure) -> JSONValue {
    try enter()
    var values: [JSONValue] = []
    while try hasNext(UInt8(ascii: "]"), isFirst: values.isEmpty) { values.append(try value()) }
    return .array(values)
  }

  private mutating func object() throws(Failure) -> JSONValue {
    try enter()
    var members: [(String, JSONValue)] = []
    while try hasNext(UInt8(ascii: "}"), isFirst: members.isEmpty) {
      skipSpace()
      let name = try string()
      skipSpace()
      try take(UInt8(ascii: ":"))
      members.append((name, try value()))
    }
    return .object(members)
  }

  private mutating func enter() throws(Failure) {
    place += 1
    depth += 1
    guard depth <= depthLimit else { throw .tooDeep }
  }

  /// Whether another element follows, of which the comma before is taken; at the end the bracket is.
  private mutating func hasNext(_ end: UInt8, isFirst: Bool) throws(Failure) -> Bool {
    skipSpace()
    if byte == end {
      place += 1
      depth -= 1
      return false
    }
    if !isFirst { try take(UInt8(ascii: ",")) }
    return true
  }

  private mutating func digits() throws(Failure) {
    let first = place
    while byte &- 0x30 < 10 { place += 1 }
    guard place > first else { throw .invalid }
  }

  /// A number without a fraction is an integer, however it is written, where 64 bits hold it.
  private mutating func number() throws(Failure) -> JSONValue {
    let first = place
    if byte == UInt8(ascii: "-") { place += 1 }
    if byte == UInt8(ascii: "0") { place += 1 } else { try digits() }
    var isWhole = true
    if byte == UInt8(ascii: ".") {
      isWhole = false
      place += 1
      try digits()
    }
    if byte | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      place += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { place += 1 }
      try digits()
    }
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[first..<place]), as: UTF8.self)
    if isWhole, let whole = Int(text) { return .integer(whole) }
    guard let number = Double(text), number.isFinite else { throw .invalid }
    return Int(exactly: number).map { .integer($0) } ?? .number(number)
  }

  private mutating func string() throws(Failure) -> String {
    try take(UInt8(ascii: "\""))
    let first = place
    while byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { place += 1 }
    if byte == UInt8(ascii: "\"") {
      let run = UnsafeBufferPointer(rebasing: bytes[first..<place])
      place += 1
      guard let text = String(validating: run, as: UTF8.self) else { throw .invalid }
      return text
    }
    var units = Array(bytes[first..<place])
    while byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw .invalid }
      if byte == UInt8(ascii: "\\") {
        try escape(&units)
      } else {
        units.append(byte)
        place += 1
      }
    }
    place += 1
    guard let text = String(validating: units, as: UTF8.self) else { throw .invalid }
    return text
  }

  private mutating func escape(_ units: inout [UInt8]) throws(Failure) {
    place += 1
    let kind = byte
    place += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(kind)
    case UInt8(ascii: "b"): units.append(0x08)
    case UInt8(ascii: "f"): units.append(0x0C)
    case UInt8(ascii: "n"): units.append(0x0A)
    case UInt8(ascii: "r"): units.append(0x0D)
    case UInt8(ascii: "t"): units.append(0x09)
    case UInt8(ascii: "u"):
      var code = try fourDigits()
      // A character beyond 16 bits is two escapes; half of one is none.
      if code & 0xFC00 == 0xD800 {
        try take(UInt8(ascii: "\\"))
        try take(UInt8(ascii: "u"))
        let low = try fourDigits()
        guard low & 0xFC00 == 0xDC00 else { throw .invalid }
        code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
      }
      guard let scalar = Unicode.Scalar(code) else { throw .invalid }
      units.append(contentsOf: UTF8.encode(scalar) ?? UTF8.EncodedScalar())
    default: throw .invalid
    }
  }

  private mutating func fourDigits() throws(Failure) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      let digit: UInt8
      switch byte {
      case 0x30...0x39: digit = byte - 0x30
      case 0x41...0x46: digit = byte - 0x37
      case 0x61...0x66: digit = byte - 0x57
      default: throw .invalid
      }
      code = code << 4 | UInt32(digit)
      place += 1
    }
    return code
  }
}

extension JSONValue {
  /// Reads JSON in UTF-8. Members are in the order of the text; of several of one name, look-ups take the last.
  ///
  /// - Returns: `nil` for what is no JSON, and for nesting deeper than `depth` levels.
  package init?(parsing bytes: some Collection<UInt8>, depth: Int = 64) {
    guard let value = try? JSONValue(bytes, depthLimit: depth) else { return nil }
    self = value
  }

  init(_ bytes: some Collection<UInt8>, depthLimit: Int) throws(JSONParser.Failure) {
    let parsed = bytes.withContiguousStorageIfAvailable { bytes in
      Result { () throws(JSONParser.Failure) in try JSONParser.value(bytes, depthLimit: depthLimit) }
    }
    if let parsed {
      self = try parsed.get()
    } else {
      self = try JSONValue(ContiguousArray(bytes), depthLimit: depthLimit)
    }
  }
}
