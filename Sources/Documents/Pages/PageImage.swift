/// A picture of a page, as browsers show it.
package struct PageImage: Equatable, Sendable {
  /// Such as `image/png`.
  package var type: String
  package var bytes: [UInt8]
}

/// Makes pictures of the pages of PDF files for browsers, and hands on images that browsers show.
///
/// Poppler's `pdftoppm` does the work as a limited child process, like the reader's `pdftotext`.
package struct PagePictures: Sendable {
  /// Longest side of a picture that is drawn, pixels: sharp in a column of a page on the web, and a bound for pages of
  /// any size.
  package static let longSide = 1600

  private static let seconds = 20
  private static let outputBytes = 32 << 20
  /// A larger image is drawn anew where that can be done.
  private static let handedOn = (bytes: 4 << 20, pixels: 16_000_000)
  /// The largest image that is sent to a browser as it is, bytes.
  private static let imageBytes = 32 << 20

  private let environment: [String: String]
  private let memoryBytes: Int

  /// Takes `PATH` and the override `RAG_PDFTOPPM` from the process's environment.
  package init() {
    self.init(environment: LimitedProcess.environment(["PATH", "RAG_PDFTOPPM"]))
  }

  /// - Parameter environment: where `PATH` and `RAG_PDFTOPPM` are taken from.
  package init(environment: [String: String]) {
    self.environment = environment
    memoryBytes = ReadingLimits().converterBytes
  }

  /// The page of a file, turned as it is read: boxes of its words fit onto it.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - page: from 1.
  /// - Returns: `nil` where there are not so many pages.
  /// - Throws: `.unsupportedFormat` for files that cannot be shown, `.converterFailed` where the converter is missing,
  ///   fails or runs past its limits, `.tooLarge`.
  /// - Complexity: O(bytes), and what the page's content costs, at most 20 seconds.
  package func image(of bytes: [UInt8], page: Int) throws(DocumentError) -> PageImage? {
    guard page >= 1 else { return nil }
    if let header = ImageHeader(bytes) {
      return page == 1 ? try image(bytes, header) : nil
    }
    guard PDFIntegrity(bytes).hasHeader else {
      throw DocumentError(.unsupportedFormat, "the file is no PDF and no image of a known kind")
    }
    return try render(bytes, page)
  }

  private func image(_ bytes: [UInt8], _ header: ImageHeader) throws(DocumentError) -> PageImage? {
    let type: String
    switch header.kind {
    case .png: type = "image/png"
    case .jpeg: type = "image/jpeg"
    case .gif: type = "image/gif"
    case .bmp: type = "image/bmp"
    case .webp: type = "image/webp"
    case .tiff, .pnm:
      throw DocumentError(.unsupportedFormat, "browsers show no \(header.kind.rawValue) files")
    }
    let pixels = header.frames.map(\.pixels).max() ?? 0
    if bytes.count > Self.handedOn.bytes || pixels > Self.handedOn.pixels,
      let wrapped = PictureWrapping(bytes, header: header)
    {
      return try render(wrapped.pdf, 1)
    }
    guard bytes.count <= Self.imageBytes else {
      throw DocumentError(
        .tooLarge, "the image has \(bytes.count) bytes, over the limit of \(Self.imageBytes) for the web page"
      )
    }
    return PageImage(type: type, bytes: bytes)
  }

  private func render(_ bytes: [UInt8], _ page: Int) throws(DocumentError) -> PageImage? {
    guard
      let program = environment["RAG_PDFTOPPM"]
        ?? LimitedProcess.find("pdftoppm", path: environment["PATH"] ?? "")
    else {
      throw DocumentError(
        .converterFailed, "pdftoppm was not found in PATH; install it (Debian package poppler-utils)")
    }
    let result = try LimitedProcess(
      program: program,
      arguments: [
        "-png", "-f", String(page), "-l", String(page), "-singlefile", "-scale-to", String(Self.longSide),
        "-",
      ], seconds: Self.seconds, memoryBytes: memoryBytes, outputBytes: Self.outputBytes
    ).run(input: bytes)
    switch result.end {
    case .exited(0) where result.output.starts(with: Self.pngSignature):
      return PageImage(type: "image/png", bytes: result.output)
    // "Wrong page range given" where there are not so many pages.
    case .exited(99), .exited(0): return nil
    case .exited(let status):
      throw DocumentError(.converterFailed, "pdftoppm failed with status \(status) on page \(page)")
    case .signalled, .timedOut, .tooMuchOutput:
      throw DocumentError(
        .converterFailed,
        "pdftoppm was stopped at its limit of \(Self.seconds) seconds, of memory or of output on page \(page)"
      )
    }
  }

  private static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
}
