/// The streams of a compound file (OLE, structured storage): what Office wrote until 2007, and Outlook's messages.
///
/// Reads from memory; every chain of sectors is bounded by the file's size, and a directory that goes round in circles
/// is read once.
///
/// - Source: [MS-CFB], versions 3 and 4.
struct CompoundFile {
  struct Entry {
    /// Names from the root's child down, with `/` between them.
    var path: String
    var isStream: Bool
    /// Bytes.
    var size: Int
    fileprivate var start: UInt32
  }

  static let signature: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]
  private static let endOfChain: UInt32 = 0xFFFF_FFFE
  private static let noSector: UInt32 = 0xFFFF_FFFF
  private static let mostEntries = 100_000

  private let bytes: [UInt8]
  private let sectorSize: Int
  private let miniSectorSize: Int
  private let miniCutoff: Int
  private var table: [UInt32] = []
  private var miniTable: [UInt32] = []
  private var miniStream: [UInt8] = []
  /// In the order of a walk through the directory.
  private(set) var entries: [Entry] = []

  /// - Throws: `.malformed` when the header or the directory can't be read.
  /// - Complexity: O(bytes).
  init(_ bytes: [UInt8]) throws(DocumentError) {
    self.bytes = bytes
    guard bytes.count >= 512, bytes.starts(with: Self.signature) else { throw Self.damaged }
    let shift = Self.number16(bytes, 30)
    let miniShift = Self.number16(bytes, 32)
    guard shift == 9 || shift == 12, miniShift == 6 else { throw Self.damaged }
    sectorSize = 1 << Int(shift)
    miniSectorSize = 1 << Int(miniShift)
    miniCutoff = Int(Self.number32(bytes, 56))
    table = readTable()
    let directory = read(from: Self.number32(bytes, 48), limit: bytes.count)
    guard directory.count >= 128 else { throw Self.damaged }
    miniTable = Self.numbers(read(from: Self.number32(bytes, 60), limit: bytes.count))
    // The first entry is the root, whose stream holds the small ones.
    miniStream = read(from: Self.number32(directory, 116), limit: Int(Self.number32(directory, 120)))
    walk(directory)
  }

  /// Whether a stream or storage `path` is there; names are told apart without case.
  func contains(_ path: String) -> Bool { entry(path) != nil }

  func entry(_ path: String) -> Entry? {
    let lower = path.lowercased()
    return entries.first { $0.path.lowercased() == lower }
  }

  /// The bytes of stream `path`, or `nil` if there is none; shorter than its size where the file is damaged.
  ///
  /// - Complexity: O(size).
  func stream(_ path: String) -> [UInt8]? {
    guard let entry = entry(path), entry.isStream else { return nil }
    return stream(entry)
  }

  func stream(_ entry: Entry) -> [UInt8] {
    guard entry.size < miniCutoff else { return read(from: entry.start, limit: entry.size) }
    var out: [UInt8] = []
    var sector = entry.start
    var left = miniTable.count
    while out.count < entry.size, Int(sector) < miniTable.count, left > 0 {
      let start = Int(sector) * miniSectorSize
      guard start < miniStream.count else { break }
      out += miniStream[start..<min(miniStream.count, start + miniSectorSize)]
      sector = miniTable[Int(sector)]
      left -= 1
    }
    return Array(out.prefix(entry.size))
  }

  // MARK: Sectors

  private func offset(of sector: UInt32) -> Int? {
    guard sector < 0xFFFF_FFFA else { return nil }
    let start = (Int(sector) + 1) * sectorSize
    return start < bytes.count ? start : nil
  }

  /// The allocation table: which sector follows each.
  private func readTable() -> [UInt32] {
    var sectors: [UInt32] = (0..<109).map { Self.number32(bytes, 76 + 4 * $0) }
    var next = Self.number32(bytes, 68)
    var left = bytes.count / sectorSize + 1
    while let start = offset(of: next), start + sectorSize <= bytes.count, left > 0 {
      for index in 0..<(sectorSize / 4 - 1) { sectors.append(Self.number32(bytes, start + 4 * index)) }
      next = Self.number32(bytes, start + sectorSize - 4)
      left -= 1
    }
    var table: [UInt32] = []
    // No file has more sectors than this, whatever it says.
    let most = bytes.count / sectorSize + 1
    for sector in sectors where table.count < most {
      guard let start = offset(of: sector) else { continue }
      for index in 0..<(sectorSize / 4) where start + 4 * index + 4 <= bytes.count {
        table.append(Self.number32(bytes, start + 4 * index))
      }
    }
    return table
  }

  private func read(from first: UInt32, limit: Int) -> [UInt8] {
    var out: [UInt8] = []
    var sector = first
    var left = table.count
    while out.count < limit, let start = offset(of: sector), left > 0 {
      out += bytes[start..<min(bytes.count, start + sectorSize)]
      guard Int(sector) < table.count else { break }
      sector = table[Int(sector)]
      left -= 1
    }
    return out.count > limit ? Array(out.prefix(limit)) : out
  }

  // MARK: Directory

  private mutating func walk(_ directory: [UInt8]) {
    let count = min(directory.count / 128, Self.mostEntries)
    var seen = [Bool](repeating: false, count: count)
    // Siblings form a tree; its shape doesn't matter here.
    var open: [(index: UInt32, path: String)] = [(Self.number32(directory, 76), "")]
    while let (index, parent) = open.popLast() {
      guard index < UInt32(count), !seen[Int(index)] else { continue }
      seen[Int(index)] = true
      let at = Int(index) * 128
      let nameSize = Int(Self.number16(directory, at + 64))
      let units = (0..<max(0, min(nameSize, 64) / 2 - 1)).map { Self.number16(directory, at + 2 * $0) }
      let name = String(decoding: units, as: UTF16.self)
      let kind = directory[at + 66]
      open.append((Self.number32(directory, at + 72), parent))
      open.append((Self.number32(directory, at + 68), parent))
      guard kind == 1 || kind == 2 else { continue }
      let path = parent.isEmpty ? name : parent + "/" + name
      entries.append(
        Entry(
          path: path, isStream: kind == 2, size: min(bytes.count, Int(Self.number32(directory, at + 120))),
          start: Self.number32(directory, at + 116)))
      // A path may not grow without end where storages hold each other.
      if kind == 1, path.utf8.count < 4096 { open.append((Self.number32(directory, at + 76), path)) }
    }
  }

  private static let damaged = DocumentError(
    .malformed, "the file is not a readable compound file; it may be cut short or of another format")

  private static func numbers(_ bytes: [UInt8]) -> [UInt32] {
    stride(from: 0, to: bytes.count - 3, by: 4).map { number32(bytes, $0) }
  }

  private static func number16(_ bytes: [UInt8], _ at: Int) -> UInt16 {
    guard at + 2 <= bytes.count else { return 0 }
    return UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8
  }

  private static func number32(_ bytes: [UInt8], _ at: Int) -> UInt32 {
    guard at + 4 <= bytes.count else { return noSector }
    return UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(
      bytes[at + 3]) << 24
  }
}
