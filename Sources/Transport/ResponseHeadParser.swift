/// Puts the head of a response together from the lines that libcurl hands over.
///
/// - Source: RFC 9112 sections 4 and 5, RFC 9110 section 15.2 for interim responses.
struct ResponseHeadParser {
  /// Most bytes of all header lines together.
  static let maximumBytes = 256 << 10

  private var status = 0
  private var headers = TransportHeaders()
  private var bytes = 0
  private(set) var isComplete = false

  enum Step: Equatable {
    case needsMore
    case complete(TransportStream.Head)
    case tooLarge
  }

  /// Takes one line with its line end; after the head, trailers are passed over.
  ///
  /// - Complexity: O(line).
  mutating func take(_ line: UnsafeRawBufferPointer) -> Step {
    guard !isComplete else { return .needsMore }
    bytes += line.count
    guard bytes <= Self.maximumBytes else { return .tooLarge }
    let content = Self.trimmed(line[...])
    if content.isEmpty {
      // 100 Continue, 103 Early Hints: the head that counts is still to come.
      guard status >= 200 || status == 101 else { return .needsMore }
      isComplete = true
      return .complete(TransportStream.Head(status: status, headers: headers))
    }
    if line.starts(with: "HTTP/".utf8), let space = content.firstIndex(of: 0x20) {
      status = content[(space + 1)...].prefix(3).reduce(0) { $0 * 10 + Int($1 &- 0x30) }
      headers = TransportHeaders()
    } else if line[0] == 0x20 || line[0] == 0x09 {
      headers.extendLast(String(decoding: content, as: UTF8.self))
    } else if let colon = content.firstIndex(of: 0x3A) {
      headers.append(
        String(decoding: content[..<colon], as: UTF8.self),
        String(decoding: Self.trimmed(content[(colon + 1)...]), as: UTF8.self))
    }
    return .needsMore
  }

  private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
    var bytes = bytes
    while let first = bytes.first, isSpace(first) { bytes.removeFirst() }
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return bytes
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
  }
}
