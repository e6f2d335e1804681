/// The sections of a document: runs of blocks under the same headings.
enum SectionOutline {
  struct Section: Equatable {
    /// Plain headings from the outermost to the section's own.
    var path: [String]
    /// Numbers of its blocks, headings first.
    var blocks: Range<Int>
  }

  /// - Complexity: O(text).
  static func sections(of document: ParsedDocument, bytes: [UInt8]) -> [Section] {
    var sections: [Section] = []
    var stack: [(level: Int, text: String)] = []
    var isOnlyHeadings = false
    for (index, block) in document.blocks.enumerated() {
      guard block.kind == .heading else {
        if sections.isEmpty { sections.append(Section(path: [], blocks: index..<index)) }
        sections[sections.count - 1].blocks = sections[sections.count - 1].blocks.lowerBound..<(index + 1)
        isOnlyHeadings = false
        continue
      }
      // A heading right below a higher one opens no section of its own: both stand above the same text.
      let goesDeeper = isOnlyHeadings && (stack.last?.level ?? 0) < block.level
      while let last = stack.last, last.level >= block.level { stack.removeLast() }
      stack.append((block.level, HeadingText.plain(block, in: bytes, format: document.format)))
      let path = stack.map(\.text).filter { !$0.isEmpty }
      if goesDeeper, let last = sections.last {
        sections[sections.count - 1] = Section(path: path, blocks: last.blocks.lowerBound..<(index + 1))
      } else {
        sections.append(Section(path: path, blocks: index..<(index + 1)))
      }
      isOnlyHeadings = true
    }
    return sections
  }

  /// Whether there are words between the block with this number and the one before: hidden by the format.
  static func hidesText(before index: Int, in document: ParsedDocument, bytes: [UInt8]) -> Bool {
    let gap = document.blocks[index - 1].range.upperBound..<document.blocks[index].range.lowerBound
    // Other white space than ASCII's is the rest of what may stand between blocks.
    guard bytes[gap].contains(where: { ASCII.isAlphanumeric($0) || $0 >= 0x80 }) else { return false }
    return !TextScan.isBlankText(TextScan.string(gap, in: bytes))
  }
}
