/// The segments of a JPEG file up to its first scan: size, colours, and how EXIF says that it is turned.
///
/// - Source: ITU-T T.81, annex B; EXIF 2.3, section 4.6.4 (tag 0x0112); Adobe's APP14 marker.
struct JPEGSegments {
  private(set) var width = 0
  private(set) var height = 0
  private(set) var components = 0
  /// Bits of a sample.
  private(set) var precision = 0
  private(set) var orientation = 1
  private(set) var hasAdobeMarker = false
  private(set) var isLossless = false

  /// - Complexity: O(segments).
  init(_ bytes: [UInt8]) {
    let fields = ByteFields(bytes)
    var position = 2
    while let marker = fields.byte(position + 1), fields.byte(position) == 0xFF {
      if marker == 0xFF {
        position += 1
        continue
      }
      if marker == 0x01 || (0xD0...0xD8).contains(marker) {
        position += 2
        continue
      }
      guard marker != 0xD9, marker != 0xDA, let length = fields.short(position + 2), length >= 2 else {
        return
      }
      let body = position + 4
      switch marker {
      case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(marker):
        precision = fields.byte(body) ?? 0
        height = fields.short(body + 1) ?? 0
        width = fields.short(body + 3) ?? 0
        components = fields.byte(body + 5) ?? 0
        isLossless = marker & 3 == 3
      case 0xE1 where fields.has("Exif\0", at: body):
        let end = min(bytes.count, position + 2 + length)
        if body + 6 < end, let turn = TIFFDirectories(Array(bytes[(body + 6)..<end])).orientation {
          orientation = turn
        }
      case 0xEE where fields.has("Adobe", at: body):
        hasAdobeMarker = true
      default: break
      }
      position += 2 + length
    }
  }

  var header: ImageHeader? {
    width > 0 && height > 0
      ? ImageHeader(
        kind: .jpeg, frames: [ImageHeader.Frame(width: width, height: height)], orientation: orientation)
      : nil
  }
}
