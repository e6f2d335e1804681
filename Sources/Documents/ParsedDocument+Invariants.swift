extension ParsedDocument {
  /// The first broken rule of a document, or `nil` if it keeps them all.
  ///
  /// Rules: the text has no NUL, carriage return or leading byte order mark; blocks are not empty, ascend, don't
  /// overlap, lie on scalar borders and, but for what Markdown hides from its reader (front matter, comments,
  /// thematic breaks), cover all text that isn't blank; levels fit kinds; pages and runs ascend inside the text.
  ///
  /// - Complexity: O(text).
  package func invariantViolation() -> String? {
    let bytes = Array(text.utf8)
    if bytes.contains(0) { return "NUL in the text" }
    if bytes.contains(0x0D) { return "carriage return in the text" }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return "byte order mark in the text" }
    var end = 0
    for (index, block) in blocks.enumerated() {
      let name = "block \(index) (\(block.kind.rawValue), \(block.range))"
      if block.range.isEmpty { return "\(name) is empty" }
      if block.range.lowerBound < end { return "\(name) starts before \(end)" }
      if block.range.upperBound > bytes.count { return "\(name) ends behind the text (\(bytes.count))" }
      for border in [block.range.lowerBound, block.range.upperBound] where border < bytes.count {
        if ASCII.isContinuation(bytes[border]) { return "\(name) cuts a scalar" }
      }
      if let place = uncovered(end..<block.range.lowerBound, in: bytes) {
        return "text before \(name) is in no block, from \(place)"
      }
      switch block.kind {
      case .heading where !(1...6).contains(block.level): return "\(name) has level \(block.level)"
      case .listItem where block.level < 1: return "\(name) has level \(block.level)"
      default: break
      }
      if let header = block.header,
        header.isEmpty || !block.range.contains(header.lowerBound)
          || header.upperBound > block.range.upperBound
      {
        return "\(name) has its header outside of it"
      }
      end = block.range.upperBound
    }
    if let place = uncovered(end..<bytes.count, in: bytes) {
      return "text at the end is in no block, from \(place)"
    }
    return orderViolation(bytes.count)
  }

  /// Traps in debug builds when a rule is broken: that is a fault of the reader, never of the file.
  package func checkInvariants() {
    assert(invariantViolation() == nil, invariantViolation() ?? "")
  }

  private func orderViolation(_ count: Int) -> String? {
    for (index, page) in places.pages.enumerated() {
      if page.start < 0 || page.start > count { return "page \(index + 1) starts outside of the text" }
      if index > 0, page.start < places.pages[index - 1].start {
        return "page \(index + 1) starts before the last"
      }
    }
    let runs = places.sourceMap?.runs ?? []
    for (index, run) in runs.enumerated() {
      if run.text < 0 || run.text > count || run.source < 0 { return "run \(index) lies outside of the text" }
      if run.textUnit < 1 || run.sourceUnit < 0 { return "run \(index) has no units" }
      if index > 0, run.text <= runs[index - 1].text { return "run \(index) does not ascend" }
    }
    var end = 0
    for (index, word) in places.words.enumerated() {
      if word.range.isEmpty || word.range.lowerBound < end || word.range.upperBound > count {
        return "word \(index) (\(word.range)) is empty, out of order or outside of the text"
      }
      end = word.range.upperBound
    }
    for (index, row) in places.rows.enumerated() {
      if row.start < 0 || row.start > count || row.number < 1 {
        return "row \(index) lies outside of the text"
      }
      if index > 0, row.start <= places.rows[index - 1].start { return "row \(index) does not ascend" }
    }
    return nil
  }

  /// Where text that belongs into a block starts in `gap`, or `nil`.
  private func uncovered(_ gap: Range<Int>, in bytes: [UInt8]) -> Int? {
    let content = TextScan.trimmed(gap, in: bytes)
    if content.isEmpty || TextScan.isBlankText(TextScan.string(content, in: bytes)) { return nil }
    guard format == .markdown else { return content.lowerBound }
    var position = content.lowerBound
    if position == 0, let frontMatter = FrontMatter(bytes) { position = frontMatter.end }
    while position < content.upperBound {
      if ASCII.isBlank(bytes[position]) {
        position += 1
      } else if TextScan.has("<!--", in: bytes, at: position) {
        let start = position
        position += 4
        while position < content.upperBound, !TextScan.has("-->", in: bytes, at: position) { position += 1 }
        guard position < content.upperBound else { return start }
        position += 3
      } else {
        let line = TextScan.line(in: bytes, from: position, to: content.upperBound)
        let isBreak = bytes[line].allSatisfy { $0 == 0x2A || $0 == 0x2D || $0 == 0x5F || ASCII.isBlank($0) }
        guard isBreak else { return position }
        position = line.upperBound
      }
    }
    return nil
  }
}
