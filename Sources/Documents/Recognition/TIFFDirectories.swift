/// The directories of a TIFF file, one for each page, and those of the EXIF data in a JPEG.
///
/// - Source: TIFF 6.0, section 2 (files), section 8 (tags 254, 256, 257, 274); BigTIFF for files with version 43.
struct TIFFDirectories {
  private(set) var frames: [ImageHeader.Frame] = []
  /// Of the first directory, 1…8.
  private(set) var orientation: Int?

  /// More pages than any limit lets through.
  private static let mostDirectories = 65_536
  /// Directories may overlap, so that a small file holds many entries.
  private static let mostEntries = 1 << 20

  /// Directories that go round in circles end at the first that comes twice.
  ///
  /// - Complexity: O(directories + their entries).
  init(_ bytes: [UInt8]) {
    guard let order = bytes.first, order == 0x49 || order == 0x4D else { return }
    let fields = ByteFields(bytes, bigEndian: order == 0x4D)
    let isBig = fields.short(2) == 43
    guard isBig || fields.short(2) == 42 else { return }
    // Counts and offsets of entries: 2, 12 and 4 bytes, in BigTIFF 8, 20 and 8.
    let (countSize, entrySize, offsetSize) = isBig ? (8, 20, 8) : (2, 12, 4)
    var next = fields.number(isBig ? 8 : 4, size: offsetSize)
    var seen: Set<Int> = []
    var entries = 0
    while let start = next, start > 0, seen.count < Self.mostDirectories, seen.insert(start).inserted {
      guard let count = fields.number(start, size: countSize), count > 0, count <= 4096 else { return }
      entries += count
      guard entries <= Self.mostEntries else { return }
      var frame = ImageHeader.Frame(width: 0, height: 0, index: frames.count)
      for entry in 0..<count {
        let place = start + countSize + entry * entrySize
        guard let tag = fields.short(place), let type = fields.short(place + 2) else { return }
        let value = fields.number(place + entrySize - offsetSize, size: type == 3 ? 2 : 4) ?? 0
        switch tag {
        case 254: frame.isThumbnail = value & 1 == 1
        case 256: frame.width = value
        case 257: frame.height = value
        case 274 where orientation == nil && frames.isEmpty && (1...8).contains(value): orientation = value
        default: break
        }
      }
      frames.append(frame)
      next = fields.number(start + countSize + count * entrySize, size: offsetSize)
    }
  }

  var header: ImageHeader? {
    frames.isEmpty ? nil : ImageHeader(kind: .tiff, frames: frames)
  }
}
