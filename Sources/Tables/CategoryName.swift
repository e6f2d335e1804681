/// The name of a category, compared as exact bytes: no trimming, case folding or Unicode normalisation.
///
/// `String` would call two spellings of "é" equal.
package struct CategoryName: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// UTF-8.
  package let bytes: [UInt8]

  package init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  package init(_ text: String) {
    bytes = Array(text.utf8)
  }

  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  package var description: String { String(decoding: bytes, as: UTF8.self) }

  /// Byte order, which for UTF-8 is the order of code points.
  package static func < (left: CategoryName, right: CategoryName) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}
