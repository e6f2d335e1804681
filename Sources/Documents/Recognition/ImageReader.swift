/// Reads the text in pictures: photographs of pages, scans, screenshots; each page of a TIFF is a page.
///
/// The header is looked at first, so that nothing large is unpacked; unpacking and recognition are done by limited child
/// processes. Boxes are in pixels of the picture as it is shown, that is, turned as its EXIF data say.
package struct ImageReader: DocumentReader {
  private let environment: [String: String]

  /// Takes `PATH` and the overrides of the programs from the process's environment.
  package init() {
    self.init(environment: LimitedProcess.environment(TesseractRecogniser.variables))
  }

  package init(environment: [String: String]) {
    self.environment = environment
  }

  /// Smaller than this on a side, or as a whole, a picture is an icon: a letter that can be read has 10 pixels.
  private static let leastSide = 16
  private static let leastPixels = 3000
  /// Pictures of fewer pixels are doubled: type of 11 pixels has 2.9% wrong characters as it is, 0.4% doubled.
  private static let smallPixels = 3_000_000
  /// Pictures of more are reduced.
  private static let largePixels = 40_000_000
  private static let mostFailures = 3

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    let options = limits.recognition
    guard let header = ImageHeader(source.bytes) else {
      throw DocumentError(
        .malformed, "the file is no picture of a known kind, or is cut off in its header; check its extension"
      )
    }
    let frames = header.frames.filter { !$0.isThumbnail && !Self.isIcon($0) }
    guard let first = frames.first else {
      throw DocumentError(.picture, "the picture is too small to hold text")
    }
    guard frames.allSatisfy({ $0.pixels <= options.pixels }) else {
      let most = frames.map(\.pixels).max() ?? 0
      throw DocumentError(
        .tooLarge,
        "the picture unpacks to \(most) pixels, over the limit of \(options.pixels); make it smaller")
    }
    guard options.isEnabled else {
      throw DocumentError(
        .picture, "text in pictures is not read: optical character recognition is switched off")
    }
    let tesseract = try Tesseract(environment: environment, options: options)
    var reading = Reading(notes: tesseract.notes)
    if frames.count > 1 || header.frames.count > 1 {
      try readAll(frames, of: header, source.bytes, tesseract, options, &reading)
    } else {
      reading.add(try page(first, of: header, source.bytes, tesseract, options, number: 1), tesseract)
    }
    guard reading.pages.contains(where: { !$0.words.isEmpty }) else {
      let reason = reading.notes.first { $0.page != nil }?.note ?? "no text was found in the picture"
      guard let missing = tesseract.notes.first else { throw DocumentError(.picture, reason) }
      throw DocumentError(.unreadPicture, "\(reason); \(missing.note)")
    }
    return try PrintedText(pages: reading.pages).document(
      format: .image, title: nil, metadata: [:], notes: reading.notes,
      emptyMessage: "the picture has no text",
      limits: limits)
  }

  private static func isIcon(_ frame: ImageHeader.Frame) -> Bool {
    min(frame.width, frame.height) < leastSide || frame.pixels < leastPixels
  }

  private struct Reading {
    var pages: [PrintedPage] = []
    var notes: [ReadingNote]

    mutating func add(_ read: RecognisedPage, _ tesseract: Tesseract) {
      pages.append(read.page)
      notes += read.notes(languages: tesseract.languages)
    }
  }

  /// Reads the pages of a TIFF; one that fails is a note.
  private func readAll(
    _ frames: [ImageHeader.Frame], of header: ImageHeader, _ bytes: [UInt8], _ tesseract: Tesseract,
    _ options: RecognitionOptions, _ reading: inout Reading
  ) throws(DocumentError) {
    if frames.count < header.frames.count {
      reading.notes.append(
        ReadingNote("\(header.frames.count - frames.count) thumbnails and icons in the file were left out"))
    }
    var failures: [DocumentError] = []
    for (index, frame) in frames.enumerated() {
      guard index < options.mostPages, failures.count < Self.mostFailures else {
        let reason =
          failures.last?.message ?? "\(options.mostPages) pages of a file are read; raise ocr.max_pages"
        reading.notes.append(
          ReadingNote(page: index + 1, "pages \(index + 1) to \(frames.count) were not read: \(reason)"))
        break
      }
      do {
        reading.add(try page(frame, of: header, bytes, tesseract, options, number: index + 1), tesseract)
        failures = []
      } catch {
        failures.append(error)
        reading.pages.append(
          PrintedPage(number: index + 1, width: Double(frame.width), height: Double(frame.height), words: []))
        reading.notes.append(ReadingNote(page: index + 1, "the page could not be read: \(error.message)"))
      }
    }
    if let error = failures.first, reading.pages.count == failures.count { throw error }
  }

  /// Reads one picture: turned, scaled and greyed by the renderer of PDF pages where it can be, else as it is.
  private func page(
    _ frame: ImageHeader.Frame, of header: ImageHeader, _ bytes: [UInt8], _ tesseract: Tesseract,
    _ options: RecognitionOptions, number: Int
  ) throws(DocumentError) -> RecognisedPage {
    let factor = Self.factor(frame)
    if let wrapped = PictureWrapping(bytes, header: header),
      let renderer = try? PageRenderer(environment: environment, options: options)
    {
      let width = max(1, Int(Double(wrapped.width) * factor))
      let height = max(1, Int(Double(wrapped.height) * factor))
      // What the renderer refuses, Tesseract's own decoder may still read.
      if let bytes = try? renderer.render(
        wrapped.pdf, page: 1, scale: .pixels(width: width, height: height), most: width * height),
        let picture = GreyPicture(pgm: bytes)
      {
        return RecognisedPage(
          try tesseract.read(picture), number: number, scale: Double(wrapped.width) / Double(width))
      }
    }
    let text = try tesseract.read(
      bytes, frame: header.kind == .tiff ? frame.index : nil)
    return RecognisedPage(text, number: number, scale: 1)
  }

  private static func factor(_ frame: ImageHeader.Frame) -> Double {
    if frame.pixels < smallPixels { return 2 }
    return frame.pixels > largePixels ? (Double(largePixels) / Double(frame.pixels)).squareRoot() : 1
  }
}
