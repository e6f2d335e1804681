/// The program that reads text in pictures, run as a limited child process, a picture at a time.
///
/// How it is called was chosen with `Benchmarks/ocr/ocr.py` (figures there): the neural engine, which is the only one that
/// Debian's models hold; automatic segmentation; local thresholds only for uneven pages, and a search for the orientation
/// only where a page makes no sense upright.
struct Tesseract {
  let program: String
  private let environment: [String]
  /// Languages that are asked for and installed.
  let languages: [String]
  /// Languages that are asked for and not installed.
  let missing: [String]
  private let options: RecognitionOptions

  /// Below this confidence, in percent, a page is looked at once more for its orientation. Upright pages that can be
  /// read have 85 and more, pages on their side or head below 50.
  private static let doubtfulConfidence = 70.0
  /// More of a page that is dark is no text: a shadow, a photograph, a dark ground.
  private static let darkShare = 0.25
  private static let tableBytes = 16 << 20

  /// Finds the program and its languages.
  ///
  /// - Parameter environment: where `PATH`, `RAG_TESSERACT` and `TESSDATA_PREFIX` are taken from.
  /// - Throws: `.converterFailed` where the program or every language is missing, with the package to install.
  init(environment: [String: String], options: RecognitionOptions) throws(DocumentError) {
    guard
      let program = environment["RAG_TESSERACT"]
        ?? LimitedProcess.find("tesseract", path: environment["PATH"] ?? "")
    else {
      throw DocumentError(
        .converterFailed,
        "Tesseract was not found in PATH; install the Debian packages tesseract-ocr, "
          + options.languages.map(RecognitionOptions.package(of:)).joined(separator: ", "))
    }
    self.program = program
    self.options = options
    self.environment =
      ["OMP_THREAD_LIMIT=1", "LC_ALL=C"]
      + (environment["TESSDATA_PREFIX"].map { ["TESSDATA_PREFIX=\($0)"] } ?? [])
    let installed = try Self.installedLanguages(program, self.environment, options)
    let known = options.languages.filter { RecognitionOptions.language($0) == $0 }
    languages = known.filter(installed.contains)
    missing = options.languages.filter { !installed.contains($0) }
    guard !languages.isEmpty else {
      throw DocumentError(
        .converterFailed,
        "Tesseract has no model for \(options.languages.joined(separator: ", ")); install the Debian package "
          + (known.isEmpty ? ["eng"] : known).map(RecognitionOptions.package(of:)).joined(separator: ", "))
    }
  }

  private static func installedLanguages(
    _ program: String, _ environment: [String], _ options: RecognitionOptions
  ) throws(DocumentError) -> Set<String> {
    let result = try LimitedProcess(
      program: program, arguments: ["--list-langs"], seconds: min(20, options.secondsPerPage),
      memoryBytes: options.memoryBytes, outputBytes: 1 << 20, environment: environment
    ).run(input: [])
    guard case .exited(0) = result.end else {
      throw DocumentError(
        .converterFailed,
        "'\(program)' does not answer; install the Debian package tesseract-ocr again: "
          + complaint(result.complaint))
    }
    return Set(result.output.split(separator: 0x0A).dropFirst().map { String(decoding: $0, as: UTF8.self) })
  }

  // MARK: Reading

  /// Reads one picture; one that makes no sense upright is tried in the other three orientations.
  ///
  /// - Parameters:
  ///   - image: a file in a format that Leptonica reads.
  ///   - frame: which picture of a file with several, from 0.
  ///   - dpi: its resolution, where it is known.
  /// - Throws: `.converterFailed` for limits that were passed, `.malformed` for pictures that can't be unpacked.
  /// - Complexity: about 1.5 seconds of a processor for a page of 8 million pixels, twice that for one that makes no
  ///   sense.
  func read(_ image: [UInt8], frame: Int? = nil, dpi: Int? = nil) throws(DocumentError) -> RecognisedText {
    let settings = Self.settings(frame: frame, dpi: dpi)
    return turned(try run(image, mode: "3", settings), image, settings)
  }

  /// Reads a picture of which all pixels are known: one that is dark in large parts is read with one threshold and with
  /// local ones (Sauvola's), and what has more sense in it is taken.
  ///
  /// A page half in shadow has 43% wrong characters with one threshold and 1.5% with local ones; light letters on dark
  /// have 0.1% and 58%. They are exchanged for dark ones on light, since boxes of light letters are those of their lines.
  /// - Complexity: as above, and twice that for dark pictures.
  func read(_ picture: GreyPicture, dpi: Int? = nil) throws(DocumentError) -> RecognisedText {
    let dark = picture.darkShare
    guard dark > Self.darkShare else { return try read(picture.bytes, dpi: dpi) }
    let settings = Self.settings(frame: nil, dpi: dpi)
    let image = dark > 0.5 ? picture.inverted : picture.bytes
    let plain = try run(image, mode: "3", settings)
    if let local = try? run(picture.bytes, mode: "3", settings + ["-c", "thresholding_method=2"]),
      local.substance > plain.substance
    {
      return local
    }
    return turned(plain, image, settings)
  }

  private static func settings(frame: Int?, dpi: Int?) -> [String] {
    var settings: [String] = []
    if let dpi { settings += ["--dpi", "\(max(70, min(2400, dpi)))"] }
    if let frame { settings += ["-c", "tessedit_page_number=\(frame)"] }
    return settings
  }

  /// `upright`, or what the picture says in another orientation, where that makes more sense.
  private func turned(_ upright: RecognisedText, _ image: [UInt8], _ settings: [String]) -> RecognisedText {
    guard !upright.words.isEmpty, upright.confidence < Self.doubtfulConfidence,
      let turned = try? run(image, mode: "1", settings)
    else { return upright }
    return turned.confidence > upright.confidence ? turned : upright
  }

  private func run(
    _ image: [UInt8], mode: String, _ settings: [String]
  ) throws(DocumentError) -> RecognisedText {
    let arguments = ["stdin", "stdout", "-l", languages.joined(separator: "+"), "--oem", "1", "--psm", mode]
    let result = try LimitedProcess(
      program: program, arguments: arguments + settings + ["tsv"], seconds: options.secondsPerPage,
      memoryBytes: options.memoryBytes, outputBytes: Self.tableBytes, environment: environment
    ).run(input: image)
    switch result.end {
    case .exited(0):
      guard let text = RecognisedText(tsv: result.output) else {
        throw DocumentError(
          .malformed, "Tesseract could not unpack the picture: \(Self.complaint(result.complaint))")
      }
      return text
    case .exited(let status):
      throw DocumentError(
        status == 1 ? .malformed : .converterFailed,
        "Tesseract failed with status \(status): \(Self.complaint(result.complaint))")
    case .signalled(let signal):
      throw DocumentError(
        .converterFailed,
        "Tesseract was stopped by signal \(signal), most likely at a limit of time or memory; raise the limits or "
          + "make the picture smaller")
    case .timedOut:
      throw DocumentError(
        .converterFailed, "Tesseract took longer than \(options.secondsPerPage) seconds; raise the limit")
    case .tooMuchOutput:
      throw DocumentError(.tooLarge, "Tesseract wrote more than \(Self.tableBytes) bytes for one page")
    }
  }

  /// What it complained about: its first line, but for what it says of every picture.
  private static func complaint(_ bytes: [UInt8]) -> String {
    let lines = bytes.split(separator: 0x0A).map { String(decoding: $0.prefix(200), as: UTF8.self) }
    let telling = lines.first {
      !$0.hasPrefix("Estimating") && !$0.hasPrefix("Detected") && !$0.hasPrefix("Warning")
    }
    return telling.flatMap(TextAssembler.oneLine) ?? "no reason given"
  }
}

extension Tesseract {
  /// What is said of languages that are not there.
  var notes: [ReadingNote] {
    guard !missing.isEmpty else { return [] }
    return [
      ReadingNote(
        "optical character recognition did without \(missing.joined(separator: ", ")); install the Debian package "
          + missing.map(RecognitionOptions.package(of:)).joined(separator: ", "))
    ]
  }
}
