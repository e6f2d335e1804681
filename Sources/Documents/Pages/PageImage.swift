/// A picture of a page, as browsers show it.
package struct PageImage: Equatable, Sendable {
  /// `image/png` or `image/jpeg`.
  package var type: String
  package var bytes: [UInt8]
}

/// Makes pictures of the pages of PDF files, and hands on images as they are.
///
/// Poppler's `pdftoppm` does the work as a limited child process, like the reader's `pdftotext`.
package struct PagePictures: Sendable {
  /// Longest side of a picture of a PDF's page, pixels: sharp in a column of a page on the web, and a bound for pages
  /// of any size.
  package static let longSide = 1600

  private static let seconds = 20
  private static let outputBytes = 32 << 20
  /// A larger image is not sent to a browser, bytes.
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

  /// The page of a file.
  ///
  /// - Parameters:
  ///   - bytes: the file.
  ///   - page: from 1.
  /// - Returns: `nil` where files of this kind have no pages that could be shown, or not so many.
  /// - Throws: `.converterFailed` where the converter is missing, fails or runs past its limits, `.tooLarge`.
  /// - Complexity: O(bytes), and what the page's content costs, at most 20 seconds.
  package func image(of bytes: [UInt8], page: Int) throws(DocumentError) -> PageImage? {
    guard page >= 1 else { return nil }
    if let type = Self.imageType(bytes) {
      guard page == 1 else { return nil }
      guard bytes.count <= Self.imageBytes else {
        throw DocumentError(
          .tooLarge,
          "the image has \(bytes.count) bytes, over the limit of \(Self.imageBytes) for the web page")
      }
      return PageImage(type: type, bytes: bytes)
    }
    guard PDFIntegrity(bytes).hasHeader else { return nil }
    return try render(bytes, page)
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
    case .exited(0) where Self.imageType(result.output) == "image/png":
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

  /// The type of an image that browsers show, by its first bytes.
  private static func imageType(_ bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
    return bytes.starts(with: [0xFF, 0xD8, 0xFF]) ? "image/jpeg" : nil
  }
}
