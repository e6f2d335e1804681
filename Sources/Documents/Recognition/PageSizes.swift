/// Sizes of a PDF's pages, by poppler's `pdfinfo`, and of the pictures on them, by `pdfimages`: what decides at which
/// resolution a page is rendered before a pixel of it exists.
struct PageSizes {
  /// Points; by page number.
  private var sizes: [Int: (width: Double, height: Double)] = [:]
  private let pdf: [UInt8]
  private let environment: [String: String]
  private let limits: ReadingLimits

  /// The longer side of A3, in points, and a little: a larger page is a plan or a scan whose resolution was lost.
  private static let ordinarySide = 1200.0

  /// Pages whose sizes can't be found out are taken for ordinary ones.
  ///
  /// - Complexity: O(bytes + pages).
  init(of pdf: [UInt8], from first: Int, to last: Int, environment: [String: String], limits: ReadingLimits) {
    self.pdf = pdf
    self.environment = environment
    self.limits = limits
    for line in run("pdfinfo", ["-box", "-f", "\(first)", "-l", "\(last)", "-"]) {
      // Page    3 MediaBox:     0.00     0.00   595.28   841.89
      let words = line.split(separator: " ")
      guard words.count == 7, words[0] == "Page", words[2] == "MediaBox:", let number = Int(words[1]),
        let left = Double(words[3]), let bottom = Double(words[4]), let right = Double(words[5]),
        let top = Double(words[6]), right > left, top > bottom
      else { continue }
      sizes[number] = (right - left, top - bottom)
    }
  }

  /// The resolution at which a page is rendered: `wanted`, unless the page is larger than A3. Then it is that of the
  /// pictures on it, where there are any, and at most what `mostPixels` allow.
  ///
  /// - Complexity: O(1) for an ordinary page, else O(bytes).
  func resolution(ofPage number: Int, wanted: Int, mostPixels: Int) -> Int {
    guard let size = sizes[number] else { return wanted }
    var resolution = Double(wanted)
    if max(size.width, size.height) > Self.ordinarySide {
      let pictures = run("pdfimages", ["-list", "-f", "\(number)", "-l", "\(number)", "-"]).compactMap {
        // page num type width height color comp bpc enc interp object ID x-ppi y-ppi size ratio
        let words = $0.split(separator: " ")
        return words.count >= 14 ? Double(words[12]) : nil
      }
      if let finest = pictures.max() { resolution = min(resolution, max(72, finest)) }
    }
    let area = size.width * size.height / (72 * 72)
    return max(1, Int(min(resolution, (Double(mostPixels) / area).squareRoot())))
  }

  private func run(_ name: String, _ arguments: [String]) -> [String] {
    guard let program = LimitedProcess.find(name, path: environment["PATH"] ?? "") else { return [] }
    let process = LimitedProcess(
      program: program, arguments: arguments, seconds: limits.converterSeconds,
      memoryBytes: limits.converterBytes,
      outputBytes: 8 << 20)
    guard let result = try? process.run(input: pdf), case .exited(0) = result.end else { return [] }
    return result.output.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
  }
}
