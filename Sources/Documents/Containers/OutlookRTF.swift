/// The packed RTF of Outlook's messages.
///
/// - Source: [MS-OXRTFCP], section 2.
package enum OutlookRTF {
  private static let most = 64 << 20
  private static let dictionary = Array(
    ("{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans "
      + "SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u"
      + "\\tab\\tx").utf8)

  /// - Returns: `nil` where the data does not begin as packed RTF.
  /// - Complexity: O(bytes of the result), at most 64 MiB.
  package static func unpacked(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count >= 16 else { return nil }
    let size = (0..<4).reduce(0) { $0 | Int(bytes[4 + $1]) << (8 * $1) }
    let kind = Array(bytes[8..<12])
    if kind.elementsEqual("MELA".utf8) { return Array(bytes[16...].prefix(size)) }
    guard kind.elementsEqual("LZFu".utf8) else { return nil }
    var window = [UInt8](repeating: 0x20, count: 4096)
    for (index, byte) in dictionary.enumerated() { window[index] = byte }
    var write = dictionary.count
    var out: [UInt8] = []
    func put(_ byte: UInt8) {
      out.append(byte)
      window[write] = byte
      write = (write + 1) & 0xFFF
    }
    var index = 16
    while index < bytes.count, out.count < most {
      let control = bytes[index]
      index += 1
      for bit in 0..<8 where index < bytes.count {
        guard control >> UInt8(bit) & 1 == 1 else {
          put(bytes[index])
          index += 1
          continue
        }
        guard index + 1 < bytes.count else { return out }
        let token = Int(bytes[index]) << 8 | Int(bytes[index + 1])
        index += 2
        let offset = token >> 4
        if offset == write { return out }
        for step in 0..<((token & 0xF) + 2) { put(window[(offset + step) & 0xFFF]) }
      }
    }
    return out
  }
}
