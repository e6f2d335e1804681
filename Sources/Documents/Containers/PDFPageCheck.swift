/// What is wrong with the text layer of a PDF's pages.
enum PDFPageCheck {
  /// Pages, from 1, that have no text layer or one that is mostly without meaning.
  ///
  /// - Complexity: O(words).
  static func unreadable(_ pages: [PrintedPage]) -> [Int] {
    pages.filter { page in
      var count = 0
      var broken = 0
      for word in page.words {
        let text = word.text
        if text.utf8.allSatisfy({ $0 < 0x80 && $0 > 0x20 }), !text.hasPrefix("(cid:") {
          count += text.utf8.count
          continue
        }
        for scalar in text.unicodeScalars {
          count += 1
          if scalar.value < 0x20 || LayoutText.isMeaningless(scalar) { broken += 1 }
        }
        if text.hasPrefix("(cid:") { broken += text.unicodeScalars.count }
      }
      return count == 0 || broken * 5 > count * 2
    }.map(\.number)
  }

  /// Notes on what poppler says of a file that it reads all the same.
  static func notes(complaint: String) -> [ReadingNote] {
    var notes: [ReadingNote] = []
    if complaint.contains("Missing language pack") {
      notes.append(
        ReadingNote("text in an Asian encoding could not be read: install the Debian package poppler-data"))
    }
    if complaint.contains("xref") || complaint.contains("trailer dictionary")
      || complaint.contains("xpdf recovery")
    {
      notes.append(
        ReadingNote(
          "the file's table of objects is damaged and was rebuilt; parts may be missing; try qpdf on it"))
    }
    if complaint.contains("Page count in top-level pages object is incorrect")
      || complaint.contains("kid object") || complaint.contains("Couldn't find the page")
    {
      notes.append(ReadingNote("pages that the file says it has could not be found; try qpdf on it"))
    }
    return notes
  }
}
