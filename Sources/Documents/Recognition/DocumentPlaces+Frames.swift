extension DocumentPlaces {
  /// Lays the boxes of words, and the sizes of pages, back into the source of pages that were turned or levelled.
  ///
  /// - Parameter frames: one for each page; `nil` where a page lies as it is read.
  /// - Complexity: O(pages + words).
  mutating func layBack(into frames: [PageFrame?]) {
    guard frames.contains(where: { $0 != nil }) else { return }
    for (index, frame) in frames.enumerated() where index < pages.count {
      guard let frame else { continue }
      pages[index].width = frame.width
      pages[index].height = frame.height
    }
    var page = 0
    for index in words.indices {
      while page + 1 < pages.count, pages[page + 1].start <= words[index].range.lowerBound { page += 1 }
      guard page < frames.count, let frame = frames[page] else { continue }
      words[index].box = frame.source(words[index].box)
    }
  }
}
