/// Outlook's own form of a mail (`winmail.dat`): its files and its plain text.
///
/// - Source: MS-OXTNEF, sections 2.1.3.1 to 2.1.3.4.
package struct TNEFStream {
  package private(set) var files: [SourceFile] = []
  private(set) var body: [UInt8]?

  private static let title = 0x8010
  private static let data = 0x800F
  private static let begins = 0x9002
  private static let text = 0x800C
  private static let mostFiles = 1000

  /// - Returns: `nil` where the bytes do not begin as such a stream.
  /// - Complexity: O(bytes).
  package init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: [0x78, 0x9F, 0x3E, 0x22]) else { return nil }
    var name: String?
    var content: [UInt8]?
    func number(_ at: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
    var found: [SourceFile] = []
    func finish() {
      if let content, !content.isEmpty, found.count < Self.mostFiles {
        found.append(SourceFile(name: name ?? "", bytes: content))
      }
      name = nil
      content = nil
    }
    var index = 6
    while index + 9 <= bytes.count {
      let attribute = number(index + 1, 2)
      let length = number(index + 5, 4)
      let start = index + 9
      guard length <= bytes.count - start else { break }
      let value = bytes[start..<(start + length)]
      switch attribute {
      case Self.begins: finish()
      case Self.title:
        name = String(decoding: MIMEText.text(Array(value.prefix { $0 != 0 }), charset: nil), as: UTF8.self)
      case Self.data: content = Array(value)
      case Self.text: body = Array(value.prefix { $0 != 0 })
      default: break
      }
      index = start + length + 2
    }
    finish()
    files = found
  }
}
