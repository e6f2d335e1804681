/// What older mail puts into plain text: PGP's frames and uuencoded files.
enum EmailArmour {
  struct Opened {
    var text: [UInt8]
    var files: [SourceFile] = []
    var note: String?
  }

  /// The text without PGP's frames and without uuencoded files, which are decoded.
  ///
  /// - Source: RFC 4880 section 7 (cleartext signatures), POSIX `uuencode`.
  /// - Complexity: O(bytes).
  static func opened(_ bytes: [UInt8]) -> Opened {
    var opened = Opened(text: [])
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let hasPGP = lines.contains { $0.starts(with: Array("-----BEGIN PGP ".utf8)) }
    let hasFile = lines.contains { $0.starts(with: Array("begin ".utf8)) }
    guard hasPGP || hasFile else { return Opened(text: bytes) }
    var index = 0
    var isSigned = false
    while index < lines.count {
      let line = lines[index]
      index += 1
      if hasFile, let file = uuencoded(lines, &index, begin: line) {
        opened.files.append(file)
      } else if hasPGP, line.starts(with: Array("-----BEGIN PGP SIGNED MESSAGE".utf8)) {
        isSigned = true
        opened.note = "the message is signed (PGP); the signature was not checked"
        while index < lines.count, !lines[index].allSatisfy({ $0 <= 0x20 }) { index += 1 }
      } else if hasPGP, line.starts(with: Array("-----BEGIN PGP ".utf8)) {
        let isMessage = line.starts(with: Array("-----BEGIN PGP MESSAGE".utf8))
        let end = lines[index...].firstIndex { $0.starts(with: Array("-----END PGP ".utf8)) } ?? lines.count
        index = min(lines.count, end + 1)
        if isMessage {
          opened.note =
            "a part of the text is encrypted (PGP) and can't be read: decrypt it in a mail program and save it anew"
        }
      } else {
        // Lines that begin with a dash are escaped inside of a signed text.
        let isEscaped = isSigned && line.starts(with: [0x2D, 0x20])
        opened.text += isEscaped ? line.dropFirst(2) : line
        opened.text.append(0x0A)
      }
    }
    if opened.text.last == 0x0A { opened.text.removeLast() }
    return opened
  }

  /// A file between `begin 644 name` and `end`; `index` moves behind it.
  private static func uuencoded(
    _ lines: [ArraySlice<UInt8>], _ index: inout Int, begin: ArraySlice<UInt8>
  ) -> SourceFile? {
    let words = begin.split(separator: 0x20, maxSplits: 2)
    guard words.count == 3, words[0].elementsEqual("begin".utf8), (3...4).contains(words[1].count),
      words[1].allSatisfy({ (0x30...0x37).contains($0) })
    else { return nil }
    var bytes: [UInt8] = []
    var position = index
    while position < lines.count {
      let line = Array(lines[position])
      position += 1
      if line.elementsEqual("end".utf8) {
        index = position
        return SourceFile(name: String(decoding: words[2], as: UTF8.self), bytes: bytes)
      }
      guard let first = line.first, (0x20...0x60).contains(first) else { return nil }
      let count = Int(first - 0x20) & 0x3F
      guard count > 0 else { continue }
      guard line.count - 1 >= (count * 4 + 2) / 3, line.allSatisfy({ (0x20...0x60).contains($0) }) else {
        return nil
      }
      var bits: UInt32 = 0
      var held = 0
      var left = count
      for byte in line.dropFirst() where left > 0 {
        bits = bits << 6 | UInt32((byte - 0x20) & 0x3F)
        held += 6
        if held >= 8 {
          held -= 8
          bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
          left -= 1
        }
      }
    }
    return nil
  }
}
