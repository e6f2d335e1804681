/// Cuts a streamed body into records, wherever its chunks are cut.
///
/// - Source: HTML Living Standard section 9.2.6 (server-sent events); NDJSON has a record a line.
struct StreamFraming {
  enum Format {
    case serverSentEvents
    case lines
  }

  /// A line of NDJSON, or the data of one event.
  struct Record: Hashable {
    var event: String?
    var data: [UInt8]
  }

  /// Longest record: more is no reply of a language model.
  static let maximumBytes = 8 << 20

  private let format: Format
  private var line: [UInt8] = []
  private var event: String?
  private var data: [UInt8]?
  /// Whether the last byte was a CR, of which an LF may be the second half.
  private var followsCR = false

  init(_ format: Format) {
    self.format = format
  }

  /// Takes the next bytes.
  ///
  /// - Returns: the records that are complete now.
  /// - Throws: `GenerationError` for a record over `maximumBytes`.
  mutating func append(_ bytes: [UInt8]) throws(GenerationError) -> [Record] {
    var records: [Record] = []
    for byte in bytes {
      switch byte {
      case 0x0A where followsCR:
        followsCR = false
      case 0x0A, 0x0D:
        followsCR = byte == 0x0D
        if let record = endLine() { records.append(record) }
      default:
        followsCR = false
        line.append(byte)
      }
      guard line.count + (data?.count ?? 0) <= Self.maximumBytes else {
        throw GenerationError(.modelFailed, "the language model's stream has a record of over 8 MiB")
      }
    }
    return records
  }

  /// The record that stands open when the body ends. Servers forget the last empty line.
  mutating func finish() -> Record? {
    let last = line.isEmpty ? nil : endLine()
    return last ?? dispatch()
  }

  private mutating func endLine() -> Record? {
    defer { line.removeAll(keepingCapacity: true) }
    if format == .lines {
      return line.allSatisfy { $0 == 0x20 || $0 == 0x09 } ? nil : Record(event: nil, data: line)
    }
    if line.isEmpty { return dispatch() }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return nil }
    var value = line[(colon + 1)...]
    if value.first == 0x20 { value = value.dropFirst() }
    switch String(decoding: line[..<colon], as: UTF8.self) {
    case "event": event = String(decoding: value, as: UTF8.self)
    case "data":
      if data == nil { data = Array(value) } else { data?.append(contentsOf: [0x0A] + value) }
    default: break
    }
    return nil
  }

  private mutating func dispatch() -> Record? {
    defer {
      event = nil
      data = nil
    }
    return data.map { Record(event: event, data: $0) }
  }
}
