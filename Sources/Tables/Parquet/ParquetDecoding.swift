/// Values of a page or a dictionary, those that are missing left out.
enum ParquetValues {
  case integers([Int64])
  case doubles([Double])
  /// Text and numbers of other widths, as they lie in the file.
  case bytes([ArraySlice<UInt8>])

  var count: Int {
    switch self {
    case .integers(let values): values.count
    case .doubles(let values): values.count
    case .bytes(let values): values.count
    }
  }
}

/// Reads the encodings of Parquet from bytes that may be anything.
///
/// - Source: Apache Parquet, Encodings.md.
struct ParquetDecoder {
  private let bytes: [UInt8]
  /// Of the next byte.
  private(set) var position: Int
  private let end: Int

  init(_ bytes: [UInt8], from position: Int = 0, to end: Int? = nil) {
    self.bytes = bytes
    self.position = position
    self.end = min(end ?? bytes.count, bytes.count)
  }

  private static let short = TableError(.malformed, "the file is damaged: a page ends early")

  mutating func take(_ count: Int) throws(TableError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= end - position else { throw Self.short }
    position += count
    return bytes[position - count..<position]
  }

  mutating func length() throws(TableError) -> Int { Int(Self.little(try take(4))) }

  private static func little(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  // MARK: Plain

  /// - Complexity: O(bytes).
  mutating func plain(_ column: ParquetColumn, count: Int) throws(TableError) -> ParquetValues {
    switch column.physical {
    case .boolean:
      let bits = try take((count + 7) / 8)
      return .integers((0..<count).map { Int64(bits[bits.startIndex + $0 / 8] >> ($0 % 8) & 1) })
    case .int32: return .integers(try words(count, UInt32.self) { Int64(Int32(bitPattern: $0)) })
    case .int64: return .integers(try words(count, UInt64.self) { Int64(bitPattern: $0) })
    case .float: return .doubles(try words(count, UInt32.self) { Double(Float(bitPattern: $0)) })
    case .double: return .doubles(try words(count, UInt64.self) { Double(bitPattern: $0) })
    case .int96, .fixedBytes: return .bytes(try fixed(column.physical == .int96 ? 12 : column.width, count))
    case .byteArray:
      var values: [ArraySlice<UInt8>] = []
      values.reserveCapacity(min(count, end - position))
      for _ in 0..<count { values.append(try take(try length())) }
      return .bytes(values)
    }
  }

  private mutating func fixed(_ width: Int, _ count: Int) throws(TableError) -> [ArraySlice<UInt8>] {
    guard count <= (end - position) / width else { throw Self.short }
    let first = position
    position += count * width
    return (0..<count).map { bytes[first + $0 * width..<first + ($0 + 1) * width] }
  }

  private mutating func words<Word: FixedWidthInteger, Value>(
    _ count: Int, _ type: Word.Type, _ value: (Word) -> Value
  ) throws(TableError) -> [Value] {
    let width = MemoryLayout<Word>.size
    guard count <= (end - position) / width else { throw Self.short }
    let first = position
    position += count * width
    return bytes.withUnsafeBytes { bytes in
      (0..<count).map {
        value(Word(littleEndian: bytes.loadUnaligned(fromByteOffset: first + $0 * width, as: Word.self)))
      }
    }
  }

  /// The bytes of each value apart: all first ones, all second ones, ….
  mutating func split(_ column: ParquetColumn, count: Int) throws(TableError) -> ParquetValues {
    let width: Int
    switch column.physical {
    case .int32, .float: width = 4
    case .int64, .double: width = 8
    case .fixedBytes: width = column.width
    default: throw TableError(.malformed, "the file is damaged: \(column.name) has no streams of bytes")
    }
    guard count <= (end - position) / width else { throw Self.short }
    let streams = try take(count * width)
    var joined = [UInt8](repeating: 0, count: count * width)
    for byte in 0..<width {
      for place in 0..<count {
        joined[place * width + byte] = streams[streams.startIndex + byte * count + place]
      }
    }
    var decoder = ParquetDecoder(joined)
    return try decoder.plain(column, count: count)
  }

  // MARK: Runs

  /// Runs of one value and of packed bits, for levels and for places in a dictionary.
  ///
  /// - Throws: `.malformed` where there are fewer than `count`.
  mutating func runs(bits: Int, count: Int) throws(TableError) -> [Int32] {
    guard (0...32).contains(bits) else {
      throw TableError(.malformed, "the file is damaged: \(bits) bits a value")
    }
    var values: [Int32] = []
    values.reserveCapacity(min(count, 1 << 20))
    while values.count < count {
      let head = try unsigned()
      // Of equal values, or of groups of eight.
      let length = Int(min(head >> 1, UInt64(count)))
      if head & 1 == 0 {
        let value = Int32(truncatingIfNeeded: Self.little(try take((bits + 7) / 8)))
        guard length > 0 else { throw Self.short }
        values.append(contentsOf: repeatElement(value, count: min(length, count - values.count)))
      } else {
        // Writers may leave out what pads the last group.
        let packed = try take(min(length * bits, end - position))
        let wanted = min(length * 8, count - values.count)
        guard bits == 0 || wanted <= packed.count * 8 / bits, wanted > 0 else { throw Self.short }
        unpack(packed, bits: bits, count: wanted) { values.append(Int32(truncatingIfNeeded: $0)) }
      }
    }
    return values
  }

  /// Numbers of `bits` bits each, the least bits first.
  private func unpack(_ packed: ArraySlice<UInt8>, bits: Int, count: Int, _ take: (UInt64) -> Void) {
    let mask = bits == 64 ? UInt64.max : (1 << UInt64(bits)) - 1
    packed.withUnsafeBufferPointer { packed in
      var place = 0
      for _ in 0..<count {
        var value: UInt64 = 0
        var filled = 0
        while filled < bits {
          let shift = (place + filled) & 7
          let step = min(8 - shift, bits - filled)
          value |= (UInt64(packed[(place + filled) >> 3]) >> UInt64(shift)) << UInt64(filled)
          filled += step
        }
        take(value & mask)
        place += bits
      }
    }
  }

  private mutating func unsigned() throws(TableError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard position < end else { throw Self.short }
      let next = bytes[position]
      position += 1
      value |= UInt64(next & 127) << shift
      if next < 128 { return value }
    }
    throw Self.short
  }

  // MARK: Differences

  /// Differences of numbers, in blocks of small blocks, each with the bits that its largest needs.
  mutating func differences(count: Int) throws(TableError) -> [Int64] {
    let block = Int(clamping: try unsigned())
    let parts = Int(clamping: try unsigned())
    let total = Int(clamping: try unsigned())
    guard total == count, parts > 0, block > 0, block <= 1 << 20, block % parts == 0, block / parts % 8 == 0
    else { throw TableError(.malformed, "the file is damaged: a page of differences has another shape") }
    var value = try signed()
    var values: [Int64] = count > 0 ? [value] : []
    values.reserveCapacity(min(count, 1 << 20))
    while values.count < count {
      let least = try signed()
      let widths = try take(parts)
      for width in widths where values.count < count {
        guard width <= 64 else { throw Self.short }
        let packed = try take(block / parts * Int(width) / 8)
        unpack(packed, bits: Int(width), count: min(block / parts, count - values.count)) {
          value = value &+ least &+ Int64(bitPattern: $0)
          values.append(value)
        }
      }
    }
    return values
  }

  private mutating func signed() throws(TableError) -> Int64 {
    let value = try unsigned()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// Lengths as differences, then the bytes.
  mutating func lengthsThenBytes(count: Int) throws(TableError) -> [ArraySlice<UInt8>] {
    var values: [ArraySlice<UInt8>] = []
    for length in try differences(count: count) { values.append(try take(Int(clamping: length))) }
    return values
  }

  /// How many bytes each value shares with the one before, then the others.
  mutating func sharedBeginnings(count: Int) throws(TableError) -> [ArraySlice<UInt8>] {
    let shared = try differences(count: count)
    var values: [ArraySlice<UInt8>] = []
    var last: ArraySlice<UInt8> = []
    for (length, rest) in zip(shared, try lengthsThenBytes(count: count)) {
      guard length >= 0, length <= last.count else { throw Self.short }
      last = last.prefix(Int(length)) + rest
      values.append(last)
    }
    return values
  }
}
