/// What reads the pages of a PDF that have no text layer, or a broken one.
package protocol PageRecogniser: Sendable {
  /// - Parameters:
  ///   - pdf: the whole file.
  ///   - numbers: pages to read, from 1, ascending.
  /// - Returns: the pages that were read, ascending by number, with widths, heights and boxes in points; a page that
  ///   could not be read is missing. The notes say what was not read and why, and how sure the rest is.
  /// - Throws: what stops the whole document; a page that fails is a note.
  func pages(
    of pdf: [UInt8], numbers: [Int], limits: ReadingLimits
  ) throws(DocumentError) -> (pages: [PrintedPage], notes: [ReadingNote])
}
