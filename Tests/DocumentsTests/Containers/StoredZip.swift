/// Just enough of ZIP to take archives without compression apart and to write them again.
enum StoredZip {
  struct Entry {
    var name: String
    var bytes: [UInt8]
  }

  /// The entries of an archive whose local headers follow each other and tell sizes, as Python writes them.
  static func entries(of archive: [UInt8]) -> [Entry] {
    var entries: [Entry] = []
    var index = 0
    while index + 30 <= archive.count, archive[index..<(index + 4)].elementsEqual([0x50, 0x4B, 3, 4]) {
      let size = number(archive, index + 22, 4)
      let nameSize = number(archive, index + 26, 2)
      let start = index + 30 + nameSize + number(archive, index + 28, 2)
      let name = String(decoding: archive[(index + 30)..<(index + 30 + nameSize)], as: UTF8.self)
      entries.append(Entry(name: name, bytes: Array(archive[start..<(start + size)])))
      index = start + size
    }
    return entries
  }

  static func archive(_ entries: [Entry]) -> [UInt8] {
    var out: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let name = Array(entry.name.utf8)
      let common =
        bytes(0, 2) + bytes(0, 2) + bytes(0, 4) + bytes(Int(crc32(entry.bytes)), 4)
        + bytes(entry.bytes.count, 4)
        + bytes(entry.bytes.count, 4) + bytes(name.count, 2) + bytes(0, 2)
      directory += [0x50, 0x4B, 1, 2] + bytes(20, 2) + bytes(20, 2) + common
      directory += bytes(0, 2) + bytes(0, 2) + bytes(0, 2) + bytes(0, 4) + bytes(out.count, 4) + name
      out += [0x50, 0x4B, 3, 4] + bytes(20, 2) + common + name + entry.bytes
    }
    let start = out.count
    out += directory
    out += [0x50, 0x4B, 5, 6] + bytes(0, 4) + bytes(entries.count, 2) + bytes(entries.count, 2)
    return out + bytes(directory.count, 4) + bytes(start, 4) + bytes(0, 2)
  }

  private static func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
  }

  private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ ($0 >> 8) }
  }
}
