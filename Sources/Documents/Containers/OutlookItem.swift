/// The properties of a message, a recipient or an attachment in an Outlook file.
///
/// - Source: [MS-OXMSG] sections 2.1 to 2.4, [MS-OXPROPS] for the tags.
struct OutlookItem {
  let file: CompoundFile
  /// The storage that holds it, with `/` behind it; empty for the message itself.
  let path: String
  private let fixed: [UInt16: [UInt8]]
  private let codePage: Charset

  /// - Parameter headerBytes: length of the header of its property list: 32 for the message, 24 for one inside of it, 8
  ///   for recipients and attachments.
  init(_ file: CompoundFile, path: String, headerBytes: Int, codePage: Charset? = nil) {
    self.file = file
    self.path = path
    var fixed: [UInt16: [UInt8]] = [:]
    let bytes = file.stream(path + "__properties_version1.0") ?? []
    var index = headerBytes
    while index + 16 <= bytes.count, fixed.count < 10_000 {
      let tag = UInt16(bytes[index + 2]) | UInt16(bytes[index + 3]) << 8
      fixed[tag] = Array(bytes[(index + 8)..<(index + 16)])
      index += 16
    }
    self.fixed = fixed
    let page = fixed[0x3FFD].map { Int($0[0]) | Int($0[1]) << 8 }
    self.codePage =
      page.flatMap { Charset(label: $0 == 65001 ? "utf-8" : "windows-\($0)") } ?? codePage ?? .windows1252
  }

  /// An item inside of this one, which shares its code page.
  func item(_ path: String, headerBytes: Int) -> OutlookItem {
    OutlookItem(file, path: path, headerBytes: headerBytes, codePage: codePage)
  }

  /// Storages directly inside of this item's whose names begin with `prefix`.
  func storages(_ prefix: String) -> [String] {
    let start = path + prefix
    return file.entries.filter { entry in
      !entry.isStream && entry.path.hasPrefix(start) && !entry.path.dropFirst(path.count).contains("/")
    }.map { $0.path + "/" }.sorted()
  }

  /// A text property, without zeros at its end, or `nil` if it is not there or blank.
  func text(_ tag: String) -> String? {
    if let bytes = file.stream("\(path)__substg1.0_\(tag)001F") {
      let units = stride(from: 0, to: bytes.count - 1, by: 2).map {
        UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
      }
      return Self.unblank(String(decoding: units.prefix { $0 != 0 }, as: UTF16.self))
    }
    guard let bytes = file.stream("\(path)__substg1.0_\(tag)001E") else { return nil }
    let plain = Array(bytes.prefix { $0 != 0 })
    let decoded = TextAssembler.isValidUTF8(plain) ? plain : codePage.decode(plain) ?? plain
    return Self.unblank(String(decoding: decoded, as: UTF8.self))
  }

  func data(_ tag: String) -> [UInt8]? { file.stream("\(path)__substg1.0_\(tag)0102") }

  func number(_ tag: UInt16) -> Int? {
    fixed[tag].map { Int($0[0]) | Int($0[1]) << 8 | Int($0[2]) << 16 | Int($0[3]) << 24 }
  }

  /// A time as `2024-03-05T08:08:07Z`.
  func time(_ tag: UInt16) -> String? {
    guard let bytes = fixed[tag] else { return nil }
    // Intervals of 100 ns since 1601-01-01.
    let ticks = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
    let seconds = Int(ticks / 10_000_000) - 11_644_473_600
    guard ticks > 0, seconds > -3_000_000_000, seconds < 200_000_000_000 else { return nil }
    let days = seconds >= 0 ? seconds / 86_400 : -((86_399 - seconds) / 86_400)
    return DateText.iso8601(days: days, seconds: seconds - days * 86_400) + "Z"
  }

  private static func unblank(_ text: String) -> String? {
    text.utf8.contains { $0 > 0x20 } ? text : nil
  }
}
