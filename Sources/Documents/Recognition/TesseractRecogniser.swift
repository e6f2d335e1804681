/// Reads pages of a PDF without a text layer: poppler renders a page, Tesseract reads it, one after the other.
package struct TesseractRecogniser: PageRecogniser {
  private let environment: [String: String]

  /// Takes `PATH` and the overrides `RAG_TESSERACT`, `RAG_PDFTOPPM` and `TESSDATA_PREFIX` from the process's
  /// environment.
  package init() {
    self.init(environment: LimitedProcess.environment(Self.variables))
  }

  package init(environment: [String: String]) {
    self.environment = environment
  }

  static let variables = ["PATH", "RAG_TESSERACT", "RAG_PDFTOPPM", "TESSDATA_PREFIX"]
  /// Resolution of a page: type of 7 points has 0.10% wrong characters at 300 and 0.22% at 200 dots an inch.
  private static let dotsPerInch = 300
  /// Pixels of a page; a larger one is rendered at a lower resolution. Four times A4 at 300 dots an inch.
  private static let mostPixels = 40_000_000
  /// So many pages in a row that fail are no accident of a page.
  private static let mostFailures = 3

  package func pages(
    of pdf: [UInt8], numbers: [Int], limits: ReadingLimits
  ) throws(DocumentError) -> (pages: [PrintedPage], notes: [ReadingNote]) {
    let options = limits.recognition
    guard let first = numbers.first, let last = numbers.last else { return ([], []) }
    guard options.isEnabled else {
      return (
        [],
        Self.unread(
          numbers,
          "optical character recognition is switched off (--no-ocr, or ocr.enabled in the configuration)")
      )
    }
    let tesseract: Tesseract
    let renderer: PageRenderer
    do {
      tesseract = try Tesseract(environment: environment, options: options)
      renderer = try PageRenderer(environment: environment, options: options)
    } catch {
      return ([], Self.unread(numbers, error.message))
    }
    var notes = tesseract.notes
    let sizes = PageSizes(of: pdf, from: first, to: last, environment: environment, limits: limits)
    var pages: [PrintedPage] = []
    var failures = 0
    for (index, number) in numbers.enumerated() {
      guard index < options.mostPages else {
        notes += Self.unread(
          Array(numbers[index...]), "\(options.mostPages) pages of a file are read; raise ocr.max_pages")
        break
      }
      guard failures < Self.mostFailures else {
        notes += Self.unread(
          Array(numbers[index...]), "the \(failures) pages before could not be read either")
        break
      }
      do throws(DocumentError) {
        let resolution = sizes.resolution(
          ofPage: number, wanted: Self.dotsPerInch, mostPixels: Self.mostPixels)
        let bytes = try renderer.render(
          pdf, page: number, scale: .dotsPerInch(resolution), most: Self.mostPixels + Self.mostPixels / 50)
        guard let picture = GreyPicture(pgm: bytes) else {
          throw DocumentError(.converterFailed, "pdftoppm wrote no picture of 8 bits")
        }
        let text = try tesseract.read(picture, dpi: resolution)
        let read = RecognisedPage(text, number: number, scale: 72 / Double(resolution))
        if resolution < Self.dotsPerInch / 2 {
          notes.append(
            ReadingNote(
              page: number,
              "the page is so large that it was read at \(resolution) dots an inch; small type may be lost"))
        }
        notes += read.notes(languages: tesseract.languages)
        if !read.page.words.isEmpty { pages.append(read.page) }
        failures = 0
      } catch {
        failures += 1
        notes.append(
          ReadingNote(page: number, "the page has no text layer and could not be read: \(error.message)"))
      }
    }
    return (pages, notes)
  }

  /// A note for each page that was not read.
  private static func unread(_ numbers: [Int], _ reason: String) -> [ReadingNote] {
    numbers.map { ReadingNote(page: $0, "the page has no text layer and was not read: \(reason)") }
  }
}
