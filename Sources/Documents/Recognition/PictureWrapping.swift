/// A JPEG or PNG file as a PDF of one page: its compressed bytes as they are, turned as EXIF wants it, on white.
///
/// So the renderer of PDF pages, in its limited process, also decodes, turns, scales and greys pictures; nothing is
/// unpacked in our own.
/// - Source: ISO 32000-1, 8.3.3 (matrices), 8.6.6.5 (DeviceN, for transparency), 8.9.5 (images), 7.4.4.4 (predictors of
///   PNG), 7.10.5 (functions).
package struct PictureWrapping {
  /// Pixels of the page, which are its units too.
  package let width: Int
  package let height: Int
  private let storedWidth: Int
  private let storedHeight: Int
  private let orientation: Int
  private let dictionary: String
  private let data: [UInt8]
  /// Source of the function that lays a transparent picture on white, with the number of its inputs.
  private let function: (source: String, inputs: Int)?

  /// - Returns: `nil` for what a PDF can't hold as it is: interlaced or 16-bit PNG, arithmetic or 12-bit JPEG, other
  ///   kinds.
  /// - Complexity: O(bytes).
  package init?(_ bytes: [UInt8], header: ImageHeader) {
    guard let frame = header.frames.first else { return nil }
    let image: (dictionary: String, data: [UInt8], function: (String, Int)?)?
    switch header.kind {
    case .png: image = Self.png(bytes, frame)
    case .jpeg: image = Self.jpeg(bytes)
    default: image = nil
    }
    guard let image else { return nil }
    (storedWidth, storedHeight) = (frame.width, frame.height)
    let isOnItsSide = header.orientation > 4
    width = isOnItsSide ? frame.height : frame.width
    height = isOnItsSide ? frame.width : frame.height
    orientation = header.orientation
    dictionary = image.dictionary
    data = image.data
    function = image.function
  }

  // MARK: Pictures

  private static func jpeg(_ bytes: [UInt8]) -> (String, [UInt8], (String, Int)?)? {
    let segments = JPEGSegments(bytes)
    guard segments.precision == 8, !segments.isLossless else { return nil }
    let colours: String
    switch segments.components {
    case 1: colours = "/DeviceGray"
    case 3: colours = "/DeviceRGB"
    // Adobe's programs store inks inverted.
    case 4: colours = "/DeviceCMYK" + (segments.hasAdobeMarker ? " /Decode [1 0 1 0 1 0 1 0]" : "")
    default: return nil
    }
    return ("/BitsPerComponent 8 /Filter /DCTDecode /ColorSpace \(colours)", bytes, nil)
  }

  private static func png(_ bytes: [UInt8], _ frame: ImageHeader.Frame) -> (String, [UInt8], (String, Int)?)?
  {
    let fields = ByteFields(bytes)
    guard let bits = fields.byte(24), [1, 2, 4, 8].contains(bits), let kind = fields.byte(25),
      fields.byte(28) == 0
    else { return nil }
    var data: [UInt8] = []
    var palette: [UInt8] = []
    var opacity: [UInt8] = []
    var position = 8
    while let length = fields.long(position), length <= bytes.count - position - 8 {
      let body = bytes[(position + 8)..<(position + 8 + length)]
      if fields.has("IDAT", at: position + 4) { data += body }
      if fields.has("PLTE", at: position + 4) { palette = Array(body.prefix(768)) }
      if fields.has("tRNS", at: position + 4) { opacity = Array(body.prefix(256)) }
      if fields.has("IEND", at: position + 4) { break }
      position += 12 + length
    }
    guard !data.isEmpty else { return nil }
    let components: Int
    let colours: String
    var function: (String, Int)?
    switch kind {
    case 0: (components, colours) = (1, "/DeviceGray")
    case 2: (components, colours) = (3, "/DeviceRGB")
    case 3:
      guard palette.count >= 3, palette.count % 3 == 0 else { return nil }
      for index in palette.indices where index / 3 < opacity.count {
        let share = Int(opacity[index / 3])
        palette[index] = UInt8((Int(palette[index]) * share + 255 * (255 - share)) / 255)
      }
      let digits = palette.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      (components, colours) = (1, "[/Indexed /DeviceRGB \(palette.count / 3 - 1) <\(digits)>]")
    // Each colour c under opacity a on white is c·a + 1 − a.
    case 4:
      (components, colours) = (2, "[/DeviceN [/G /A] /DeviceGray 6 0 R]")
      function = ("{1 index 1 index mul 1 add 1 index sub 3 1 roll pop pop}", 2)
    case 6:
      (components, colours) = (4, "[/DeviceN [/R /G /B /A] /DeviceRGB 6 0 R]")
      function = (
        "{3 index 1 index mul 1 add 1 index sub 3 index 2 index mul 1 add 2 index sub "
          + "3 index 3 index mul 1 add 3 index sub 7 3 roll pop pop pop pop}", 4
      )
    default: return nil
    }
    return (
      "/BitsPerComponent \(bits) /ColorSpace \(colours) /Filter /FlateDecode /DecodeParms << /Predictor 15 "
        + "/Colors \(components) /BitsPerComponent \(bits) /Columns \(frame.width) >>", data, function
    )
  }

  // MARK: PDF

  /// The PDF file.
  ///
  /// - Complexity: O(bytes).
  package var pdf: [UInt8] {
    var out = Array("%PDF-1.5\n".utf8)
    out.reserveCapacity(data.count + 4096)
    var offsets: [Int] = []
    func begin() {
      offsets.append(out.count)
      out += "\(offsets.count) 0 obj\n".utf8
    }
    func stream(_ dictionary: String, _ body: some Sequence<UInt8>, count: Int) {
      out += "<< \(dictionary) /Length \(count) >>\nstream\n".utf8
      out += body
      out += "\nendstream\nendobj\n".utf8
    }
    begin()
    out += "<< /Type /Catalog /Pages 2 0 R >>\nendobj\n".utf8
    begin()
    out += "<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n".utf8
    begin()
    out +=
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 \(width) \(height)] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>\nendobj\n"
      .utf8
    begin()
    let content = Array("q \(matrix) cm /I Do Q".utf8)
    stream("", content, count: content.count)
    begin()
    stream(
      "/Type /XObject /Subtype /Image /Width \(storedWidth) /Height \(storedHeight) /Interpolate true \(dictionary)",
      data, count: data.count)
    if let function {
      begin()
      let domain = Array(repeating: "0 1", count: function.inputs).joined(separator: " ")
      let range = Array(repeating: "0 1", count: function.inputs - 1).joined(separator: " ")
      stream(
        "/FunctionType 4 /Domain [\(domain)] /Range [\(range)]", function.source.utf8,
        count: function.source.utf8.count)
    }
    let start = out.count
    out += "xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n".utf8
    for offset in offsets {
      let digits = String(offset)
      out += "\(String(repeating: "0", count: 10 - digits.utf8.count))\(digits) 00000 n \n".utf8
    }
    out += "trailer\n<< /Size \(offsets.count + 1) /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n".utf8
    return out
  }

  /// Lays the unit square of an image onto the page; the orientations are those of EXIF, tag 0x0112.
  private var matrix: String {
    let (w, h) = (width, height)
    switch orientation {
    case 2: return "\(-w) 0 0 \(h) \(w) 0"
    case 3: return "\(-w) 0 0 \(-h) \(w) \(h)"
    case 4: return "\(w) 0 0 \(-h) 0 \(h)"
    case 5: return "0 \(-h) \(-w) 0 \(w) \(h)"
    case 6: return "0 \(-h) \(w) 0 0 \(h)"
    case 7: return "0 \(h) \(w) 0 0 0"
    case 8: return "0 \(h) \(-w) 0 \(w) 0"
    default: return "\(w) 0 0 \(h) 0 0"
    }
  }
}
