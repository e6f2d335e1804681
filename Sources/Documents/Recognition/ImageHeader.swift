/// What the header of a picture says, read without unpacking anything: a few bytes can promise billions of pixels.
package struct ImageHeader: Equatable {
  package enum Kind: String {
    case png = "PNG"
    case jpeg = "JPEG"
    case tiff = "TIFF"
    case gif = "GIF"
    case bmp = "BMP"
    case webp = "WebP"
    case pnm = "PNM"
  }

  package struct Frame: Equatable {
    /// Pixels, as they are stored.
    package var width: Int
    package var height: Int
    /// A small copy of another picture.
    package var isThumbnail = false
    /// Place among the pictures of the file, from 0.
    package var index = 0

    package init(width: Int, height: Int, index: Int = 0) {
      self.width = width
      self.height = height
      self.index = index
    }

    /// `Int.max` where the product would overflow.
    package var pixels: Int {
      let (product, overflows) = width.multipliedReportingOverflow(by: height)
      return overflows ? Int.max : product
    }
  }

  package var kind: Kind
  /// At least one; in a TIFF its pages.
  package var frames: [Frame]
  /// How the picture is turned and mirrored for viewing, 1…8 as in EXIF; of a TIFF 1, since its reader turns it.
  package var orientation = 1

  /// - Returns: `nil` for what is no picture of a known kind, or breaks off before it says its size.
  /// - Complexity: O(segments) for JPEG, O(pages) for TIFF, else O(1).
  package init?(_ bytes: [UInt8]) {
    let fields = ByteFields(bytes)
    var header: ImageHeader?
    switch Self.kind(of: bytes) {
    case .png:
      if fields.has("IHDR", at: 12), let width = fields.long(16), let height = fields.long(20) {
        header = ImageHeader(kind: .png, width, height)
      }
    case .jpeg: header = JPEGSegments(bytes).header
    case .tiff: header = TIFFDirectories(bytes).header
    case .gif:
      let little = ByteFields(bytes, bigEndian: false)
      if let width = little.short(6), let height = little.short(8) {
        header = ImageHeader(kind: .gif, width, height)
      }
    case .bmp: header = Self.bmp(ByteFields(bytes, bigEndian: false))
    case .webp: header = Self.webp(ByteFields(bytes, bigEndian: false))
    case .pnm: header = Self.pnm(bytes)
    case nil: break
    }
    guard let header, !header.frames.isEmpty, header.frames.allSatisfy({ $0.width > 0 && $0.height > 0 })
    else {
      return nil
    }
    self = header
  }

  init(kind: Kind, frames: [Frame], orientation: Int = 1) {
    self.kind = kind
    self.frames = frames
    self.orientation = orientation
  }

  private init(kind: Kind, _ width: Int, _ height: Int) {
    self.init(kind: kind, frames: [Frame(width: width, height: height)])
  }

  /// The kind that the first bytes promise.
  ///
  /// - Complexity: O(1).
  package static func kind(of bytes: [UInt8]) -> Kind? {
    let little = ByteFields(bytes, bigEndian: false)
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
    if bytes.starts(with: [0x49, 0x49, 0x2A, 0]) || bytes.starts(with: [0x4D, 0x4D, 0, 0x2A])
      || bytes.starts(with: [0x49, 0x49, 0x2B, 0, 8, 0]) || bytes.starts(with: [0x4D, 0x4D, 0, 0x2B, 0, 8])
    {
      return .tiff
    }
    if little.has("RIFF", at: 0), little.has("WEBP", at: 8) { return .webp }
    if little.has("GIF87a", at: 0) || little.has("GIF89a", at: 0) { return .gif }
    // 'BM' may begin a text; the header's own size and the reserved zeros may not.
    if little.has("BM", at: 0), little.long(6) == 0, let size = little.long(14),
      [12, 40, 52, 56, 64, 108, 124].contains(size)
    {
      return .bmp
    }
    if bytes.count > 8, bytes[0] == UInt8(ascii: "P"), (0x31...0x36).contains(bytes[1]),
      ASCII.isBlank(bytes[2]),
      pnm(bytes) != nil
    {
      return .pnm
    }
    return nil
  }

  // MARK: Small formats

  /// - Source: BITMAPCOREHEADER and BITMAPINFOHEADER; a negative height says that rows run downwards.
  private static func bmp(_ fields: ByteFields) -> ImageHeader? {
    if fields.long(14) == 12 {
      guard let width = fields.short(18), let height = fields.short(20) else { return nil }
      return ImageHeader(kind: .bmp, width, height)
    }
    guard let width = fields.signed(18), let height = fields.signed(22) else { return nil }
    return ImageHeader(kind: .bmp, width, abs(height))
  }

  /// - Source: RFC 9649: VP8X canvas, VP8 key frame, VP8L header.
  private static func webp(_ fields: ByteFields) -> ImageHeader? {
    if fields.has("VP8X", at: 12), let width = fields.number(24, size: 3),
      let height = fields.number(27, size: 3)
    {
      return ImageHeader(kind: .webp, width + 1, height + 1)
    }
    if fields.has("VP8 ", at: 12), fields.number(23, size: 3) == 0x2A019D, let width = fields.short(26),
      let height = fields.short(28)
    {
      return ImageHeader(kind: .webp, width & 0x3FFF, height & 0x3FFF)
    }
    if fields.has("VP8L", at: 12), fields.byte(20) == 0x2F, let bits = fields.long(21) {
      return ImageHeader(kind: .webp, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    }
    return nil
  }

  /// `P4 # comment ⏎ 640 480`: numbers in ASCII with white space and comments between them.
  private static func pnm(_ bytes: [UInt8]) -> ImageHeader? {
    var numbers: [Int] = []
    var index = 2
    while index < min(bytes.count, 4096), numbers.count < 2 {
      if ASCII.isBlank(bytes[index]) {
        index += 1
      } else if bytes[index] == UInt8(ascii: "#") {
        while index < bytes.count, bytes[index] != 0x0A { index += 1 }
      } else if ASCII.isDigit(bytes[index]) {
        var number = 0
        while index < bytes.count, ASCII.isDigit(bytes[index]), number < 1 << 32 {
          number = number * 10 + Int(bytes[index] - 0x30)
          index += 1
        }
        numbers.append(number)
      } else {
        return nil
      }
    }
    return numbers.count == 2 ? ImageHeader(kind: .pnm, numbers[0], numbers[1]) : nil
  }
}
