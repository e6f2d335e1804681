import Crypto
import Storage

/// Identity of a chunk: 16 bytes, the same wherever and whenever the same document is cut the same way.
package struct ChunkID: Hashable, Sendable {
  package let bytes: [UInt8]

  package init(bytes: [UInt8]) {
    precondition(bytes.count == 16, "a chunk id has 16 bytes, not \(bytes.count)")
    self.bytes = bytes
  }

  /// The first 16 bytes of SHA-256 over document identity, version, chunker and position.
  package init(document: String, contentHash: [UInt8], chunker: String, index: Int) {
    var hash = SHA256()
    hash.update(data: Array(document.utf8) + [0])
    hash.update(data: contentHash)
    hash.update(data: Array(chunker.utf8) + [0])
    hash.update(data: Array(String(index).utf8))
    bytes = Array(hash.finalize().prefix(16))
  }

  /// Reads the form that `description` writes.
  package init?(_ text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 32 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 32, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(byte)
    }
    self.bytes = bytes
  }
}

extension ChunkID: CustomStringConvertible {
  /// 32 lower-case hexadecimal digits.
  package var description: String { Hex.string(bytes) }
}
