/// A path of a file or the identity of a document, as text in which every byte of a file's name can be told.
///
/// Equality, hash and order are those of the UTF-8 bytes: `String` compares canonically, and takes the two files
/// `é.txt` (one scalar) and `é.txt` (two scalars) for one. Names that are not UTF-8 are kept escaped: byte FF is written `\xFF`,
/// and so is a control character; where a name holds that form by itself, its backslash is written `\x5C`. So
/// different names have different texts, and `fileBytes` gives the name back.
package struct DocumentPath: Sendable {
  /// What is shown and stored.
  package let text: String

  /// A path or identity that is in its escaped form already.
  package init(_ text: String) {
    self.text = text
  }

  /// A path as the operating system has it.
  ///
  /// - Complexity: O(bytes).
  package init(fileBytes bytes: some Sequence<UInt8>) {
    text = Self.escape(Array(bytes))
  }

  /// The path as the operating system has it.
  ///
  /// - Complexity: O(bytes).
  package var fileBytes: [UInt8] { Self.unescape(Array(text.utf8)) }

  /// `fileBytes` for a system call: a zero ends it.
  package var systemPath: [CChar] { fileBytes.map { CChar(bitPattern: $0) } + [0] }

  package var isEmpty: Bool { text.isEmpty }

  /// The part behind the last `/`.
  package var name: DocumentPath {
    let bytes = text.utf8
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return self }
    return DocumentPath(String(text[bytes.index(after: slash)...]))
  }

  /// The part before the last `/`; `nil` where there is none. The parent of `/a` is `/`.
  package var parent: DocumentPath? {
    let bytes = text.utf8
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")), text != "/" else { return nil }
    return DocumentPath(slash == bytes.startIndex ? "/" : String(text[..<slash]))
  }

  /// This path with `name` below it; the path itself where `name` is empty.
  package func appending(_ name: DocumentPath) -> DocumentPath {
    if name.isEmpty { return self }
    if isEmpty { return name }
    return DocumentPath(text.utf8.last == UInt8(ascii: "/") ? text + name.text : text + "/" + name.text)
  }

  /// What is behind `folder` and its `/`: empty for the folder itself, `nil` for a path that is not below it. All
  /// paths are below the empty one.
  ///
  /// - Complexity: O(bytes).
  package func relative(to folder: DocumentPath) -> DocumentPath? {
    if folder.isEmpty { return self }
    let bytes = Array(text.utf8)
    let prefix = Array(folder.text.utf8)
    guard bytes.starts(with: prefix) else { return nil }
    if bytes.count == prefix.count { return DocumentPath("") }
    var rest = bytes[prefix.count...]
    if prefix.last != UInt8(ascii: "/") {
      guard rest.first == UInt8(ascii: "/") else { return nil }
      rest = rest.dropFirst()
    }
    return DocumentPath(String(decoding: rest, as: UTF8.self))
  }

  /// Whether this is `folder` or lies below it.
  package func isWithin(_ folder: DocumentPath) -> Bool { relative(to: folder) != nil }
}

extension DocumentPath: Hashable {
  package static func == (a: DocumentPath, b: DocumentPath) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension DocumentPath: Comparable {
  package static func < (a: DocumentPath, b: DocumentPath) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }
}

extension DocumentPath: CustomStringConvertible, ExpressibleByStringLiteral {
  package var description: String { text }

  package init(stringLiteral value: String) { self.init(value) }
}

// Escapes: `\x` and two upper-case hexadecimal digits.
extension DocumentPath {
  private static let backslash = UInt8(ascii: "\\")

  private static func escape(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let length = scalarLength(bytes, at: index)
      let isControl = bytes[index] < 0x20 || bytes[index] == 0x7F
      if length == 0 || isControl || escapedByte(bytes, at: index) != nil {
        out.append(contentsOf: [
          backslash, UInt8(ascii: "x"), digit(bytes[index] >> 4), digit(bytes[index] & 15),
        ])
        index += 1
      } else {
        out.append(contentsOf: bytes[index..<index + length])
        index += length
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func unescape(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(backslash) else { return bytes }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if let byte = escapedByte(bytes, at: index) {
        out.append(byte)
        index += 4
      } else {
        out.append(bytes[index])
        index += 1
      }
    }
    return out
  }

  /// The byte that an escape at `index` stands for; `nil` where there is none.
  private static func escapedByte(_ bytes: [UInt8], at index: Int) -> UInt8? {
    guard bytes[index] == backslash, index + 3 < bytes.count, bytes[index + 1] == UInt8(ascii: "x"),
      let high = value(bytes[index + 2]), let low = value(bytes[index + 3])
    else { return nil }
    return high << 4 | low
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// Bytes of the UTF-8 scalar at `index`; 0 where the bytes are none (The Unicode Standard, table 3-7).
  private static func scalarLength(_ bytes: [UInt8], at index: Int) -> Int {
    let lead = bytes[index]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0x00...0x7F: return 1
    case 0xC2...0xDF: length = 2
    case 0xE0:
      length = 3
      second = 0xA0...0xBF
    case 0xED:
      length = 3
      second = 0x80...0x9F
    case 0xE1...0xEF: length = 3
    case 0xF0:
      length = 4
      second = 0x90...0xBF
    case 0xF1...0xF3: length = 4
    case 0xF4:
      length = 4
      second = 0x80...0x8F
    default: return 0
    }
    guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return 0 }
    for offset in 2..<max(2, length) where !(0x80...0xBF).contains(bytes[index + offset]) { return 0 }
    return length
  }
}
