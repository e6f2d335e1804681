/// Renders single pages of PDF files in grey, by poppler's `pdftoppm` as a limited child process.
struct PageRenderer {
  /// How large the picture of a page becomes.
  enum Scale {
    case dotsPerInch(Int)
    case pixels(width: Int, height: Int)
  }

  private let program: String
  private let options: RecognitionOptions

  /// - Parameter environment: where `PATH` and `RAG_PDFTOPPM` are taken from.
  /// - Throws: `.converterFailed` where the program is missing, with the package to install.
  init(environment: [String: String], options: RecognitionOptions) throws(DocumentError) {
    guard
      let program = environment["RAG_PDFTOPPM"]
        ?? LimitedProcess.find("pdftoppm", path: environment["PATH"] ?? "")
    else {
      throw DocumentError(
        .converterFailed, "pdftoppm was not found in PATH; install it (Debian package poppler-utils)")
    }
    self.program = program
    self.options = options
  }

  /// - Parameters:
  ///   - page: from 1.
  ///   - most: pixels that the picture may have.
  /// - Returns: a PGM file.
  /// - Throws: `.converterFailed` or `.malformed`.
  /// - Complexity: O(bytes of the file + pixels).
  func render(_ pdf: [UInt8], page: Int, scale: Scale, most: Int) throws(DocumentError) -> [UInt8] {
    var arguments = ["-q", "-gray", "-singlefile", "-f", "\(page)", "-l", "\(page)"]
    switch scale {
    case .dotsPerInch(let count): arguments += ["-r", "\(count)"]
    case .pixels(let width, let height): arguments += ["-scale-to-x", "\(width)", "-scale-to-y", "\(height)"]
    }
    let result = try LimitedProcess(
      program: program, arguments: arguments + ["-"], seconds: options.secondsPerPage,
      memoryBytes: options.memoryBytes, outputBytes: most + most / 50 + (1 << 16)
    ).run(input: pdf)
    switch result.end {
    case .exited(0) where result.output.starts(with: [UInt8(ascii: "P"), UInt8(ascii: "5")]):
      return result.output
    case .exited(let status):
      throw DocumentError(.malformed, "pdftoppm could not render it (status \(status))")
    case .signalled(let signal):
      throw DocumentError(
        .converterFailed,
        "pdftoppm was stopped by signal \(signal), most likely at a limit of time or memory; raise the limits"
      )
    case .timedOut:
      throw DocumentError(
        .converterFailed, "pdftoppm took longer than \(options.secondsPerPage) seconds; raise the limit")
    case .tooMuchOutput:
      throw DocumentError(.tooLarge, "it would have more than \(most) pixels")
    }
  }
}
