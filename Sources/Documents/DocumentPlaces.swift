/// Where the text of a document stands in its source: bytes, pages, boxes, rows.
///
/// All offsets are UTF-8 bytes of `ParsedDocument.text`, ascending.
package struct DocumentPlaces: Hashable, Sendable {
  package struct Page: Hashable, Sendable {
    /// Offset at which the page (slide, sheet) starts.
    package var start: Int
    /// Name that people call it by: a sheet's name. `nil` where it has only its number.
    package var name: String?
    /// Width and height in the units of `PageBox`; 0 where the page has no geometry.
    package var width: Double
    package var height: Double

    package init(start: Int, name: String? = nil, width: Double = 0, height: Double = 0) {
      self.start = start
      self.name = name
      self.width = width
      self.height = height
    }
  }

  /// A word on a page. Words ascend by `range` and do not overlap.
  package struct Word: Hashable, Sendable {
    package var range: Range<Int>
    package var box: PageBox

    package init(range: Range<Int>, box: PageBox) {
      self.range = range
      self.box = box
    }
  }

  /// A row of a sheet or of a file of records.
  package struct Row: Hashable, Sendable {
    /// Offset at which its text starts.
    package var start: Int
    /// Number from 1, as a spreadsheet or an editor counts: the row of the sheet, the line of the file.
    package var number: Int

    package init(start: Int, number: Int) {
      self.start = start
      self.number = number
    }
  }

  package var pages: [Page]
  /// Where runs of the text came from in the file's bytes; `nil` where the text is no copy of them (PDF, Office).
  package var sourceMap: SourceMap?
  package var words: [Word]
  package var rows: [Row]

  package init(
    pages: [Page] = [], sourceMap: SourceMap? = nil, words: [Word] = [], rows: [Row] = []
  ) {
    self.pages = pages
    self.sourceMap = sourceMap
    self.words = words
    self.rows = rows
  }

  /// Index of the page that holds byte `offset`, or `nil` where the format has no pages.
  ///
  /// - Complexity: O(log pages).
  package func pageIndex(at offset: Int) -> Int? {
    guard !pages.isEmpty else { return nil }
    return max(0, Self.count(pages, atOrBefore: offset, \.start) - 1)
  }

  /// The source of `range` of the text.
  ///
  /// - Complexity: O(log words + words in the range).
  package func place(of range: Range<Int>) -> SourcePlace {
    var place = SourcePlace()
    if let sourceMap { place.source = sourceMap.sourceRange(range) }
    if let index = pageIndex(at: range.lowerBound) {
      place.page = index + 1
      place.pageName = pages[index].name
      if pages[index].width > 0 {
        place.pageSize = SourcePlace.Size(width: pages[index].width, height: pages[index].height)
      }
      place.lines = lines(of: range, onPage: index)
    }
    let row = Self.count(rows, atOrBefore: range.lowerBound, \.start)
    // What stands above the first row of a sheet is in none of it, and in none of the sheet before.
    let pageStart = place.page.map { pages[$0 - 1].start } ?? 0
    if row > 0, rows[row - 1].start >= pageStart { place.row = rows[row - 1].number }
    return place
  }

  /// Boxes of the lines that `range` covers on a page: words beside each other are one box.
  private func lines(of range: Range<Int>, onPage page: Int) -> [PageBox] {
    let pageEnd = page + 1 < pages.count ? pages[page + 1].start : Int.max
    var index = Self.count(words, atOrBefore: range.lowerBound, \.range.lowerBound)
    if index > 0, words[index - 1].range.upperBound > range.lowerBound { index -= 1 }
    var lines: [PageBox] = []
    while index < words.count, words[index].range.lowerBound < min(range.upperBound, pageEnd) {
      let box = words[index].box
      index += 1
      if let last = lines.last {
        let overlap = min(last.bottom, box.bottom) - max(last.top, box.top)
        let height = min(last.bottom - last.top, box.bottom - box.top)
        let isBeside = overlap * 2 > height && box.left >= last.left
        if isBeside {
          lines[lines.count - 1] = last.union(box)
          continue
        }
      }
      lines.append(box)
    }
    return lines
  }

  /// How many of `items`, ascending by `key`, have a key of at most `offset`.
  private static func count<T>(_ items: [T], atOrBefore offset: Int, _ key: (T) -> Int) -> Int {
    var low = 0
    var high = items.count
    while low < high {
      let middle = (low + high) / 2
      if key(items[middle]) <= offset { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Where a quote stands in its source.
package struct SourcePlace: Hashable, Sendable {
  /// Width and height of a page, in the units of its boxes.
  package struct Size: Hashable, Sendable {
    package var width: Double
    package var height: Double

    package init(width: Double, height: Double) {
      self.width = width
      self.height = height
    }
  }

  /// Bytes of the file, where the text is a copy of them.
  package var source: Range<Int>?
  /// Page, slide or sheet, from 1.
  package var page: Int?
  package var pageName: String?
  package var row: Int?
  /// In the units of `lines`; `nil` where the page has no geometry.
  package var pageSize: Size?
  /// One box for each line of the quote, on its first page.
  package var lines: [PageBox] = []

  package init() {}

  /// The box that holds the quote.
  package var box: PageBox? {
    lines.first.map { lines.dropFirst().reduce($0) { $0.union($1) } }
  }
}
