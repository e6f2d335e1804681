/// Chunks that follow headings and blocks.
struct StructureChunking {
  private let document: ParsedDocument
  private let chunker: Chunker
  private let text: MeasuredText

  init(document: ParsedDocument, chunker: Chunker) {
    self.document = document
    self.chunker = chunker
    text = MeasuredText(document.text, countTokens: chunker.countTokens)
  }

  /// - Complexity: O(text).
  func passages() -> [Passage] {
    var out: [Passage] = []
    var open: Group?
    for section in SectionOutline.sections(of: document, bytes: text.bytes) {
      let group = group(of: section)
      if let joined = open.flatMap({ join($0, group) }) {
        open = joined
      } else {
        if let open { close(open, into: &out) }
        open = group
      }
    }
    if let open { close(open, into: &out) }
    return out
  }

  /// Units of a section, or of several that fit into one passage.
  private struct Group {
    var path: [String]
    var units: [PassagePacker.Unit]
    var cost: Int
    var budget: Int
  }

  private func group(of section: SectionOutline.Section) -> Group {
    let budget = chunker.budget(title: document.title, headingPath: section.path)
    let units = units(of: section, budget: budget)
    return Group(path: section.path, units: units, cost: units.reduce(0) { $0 + $1.cost }, budget: budget)
  }

  /// Both groups as one, if they fit, one of them is small, and they are neighbours under one parent or
  /// parent and child.
  private func join(_ first: Group, _ second: Group) -> Group? {
    guard second.units.first?.startsPassage == false,
      first.cost < chunker.smallTokens || second.cost < chunker.smallTokens
    else { return nil }
    let common = zip(first.path, second.path).prefix { $0 == $1 }.count
    guard first.path.count - common <= 1, second.path.count - common <= 1 else { return nil }
    // The prefix of the common path is no longer than either.
    let budget = min(first.budget, second.budget)
    guard first.cost + second.cost <= budget, let start = first.units.first, let end = second.units.last
    else {
      return nil
    }
    guard text.cost(start.range.lowerBound..<end.range.upperBound, limit: budget) <= budget else {
      return nil
    }
    return Group(
      path: Array(first.path[..<common]), units: first.units + second.units, cost: first.cost + second.cost,
      budget: budget)
  }

  private func close(_ group: Group, into out: inout [Passage]) {
    let packer = PassagePacker(
      text: text, budget: group.budget, overlap: chunker.overlap(budget: group.budget))
    out += packer.pack(group.units, headingPath: group.path)
  }

  private func units(of section: SectionOutline.Section, budget: Int) -> [PassagePacker.Unit] {
    let overlap = chunker.overlap(budget: budget)
    var units: [PassagePacker.Unit] = []
    var headings = 0
    var isAfterRecord = false
    for index in section.blocks {
      let block = document.blocks[index]
      var startsPassage =
        index > 0 && SectionOutline.hidesText(before: index, in: document, bytes: text.bytes)
      if headings > 0 { startsPassage = false }
      let cost = text.cost(block.range, limit: budget)
      if block.kind == .heading, (headings + cost) * 2 <= budget {
        headings += cost
        units.append(.init(range: block.range, cost: cost, isHeading: true, startsPassage: startsPassage))
        continue
      }
      // A record that says enough by itself is found by itself.
      let standsAlone = block.kind == .record && cost >= chunker.smallTokens
      if standsAlone || isAfterRecord { startsPassage = startsPassage || !units.isEmpty }
      isAfterRecord = standsAlone
      if cost <= budget - headings {
        units.append(.init(range: block.range, cost: cost, startsPassage: startsPassage))
      } else {
        let header = block.header.flatMap { carried($0, budget: budget) }
        let limit = max(1, min(budget - headings, budget - overlap) - (header?.cost ?? 0))
        let borders = MeasuredText.borders(for: block.kind)
        let isProse = block.kind != .table && block.kind != .code
        for piece in text.pieces(of: block.range, at: borders, limit: limit) {
          let isBelow = header.map { $0.range.upperBound <= piece.range.lowerBound } ?? false
          units.append(
            .init(
              range: piece.range, cost: piece.cost, cutBlock: index, isProse: isProse,
              startsPassage: startsPassage, header: isBelow ? header?.range : nil,
              headerCost: isBelow ? header?.cost ?? 0 : 0))
          startsPassage = false
        }
      }
      headings = 0
    }
    return units
  }

  /// What of a table's column names its pieces carry: all of them, or the first that half a passage has room for.
  private func carried(_ header: Range<Int>, budget: Int) -> MeasuredText.Piece? {
    let limit = budget / 2
    let lineEnd = chunker.countTokens("\n")
    let cost = text.cost(header, limit: limit) + lineEnd
    if cost <= limit { return .init(range: header, cost: cost) }
    var end = header.lowerBound
    for word in text.pieces(of: header, at: [.words], limit: limit) {
      // Joined words can have more tokens than the sum of theirs.
      let cost = text.cost(header.lowerBound..<word.range.upperBound, limit: limit) + lineEnd
      guard cost <= limit else { break }
      end = word.range.upperBound
    }
    guard end > header.lowerBound else { return nil }
    return .init(
      range: header.lowerBound..<end, cost: text.cost(header.lowerBound..<end, limit: limit) + lineEnd)
  }
}

/// Windows of sentences over the whole text, with overlap between all.
struct WindowChunking {
  private let document: ParsedDocument
  private let chunker: Chunker
  private let text: MeasuredText

  init(document: ParsedDocument, chunker: Chunker) {
    self.document = document
    self.chunker = chunker
    text = MeasuredText(document.text, countTokens: chunker.countTokens)
  }

  /// - Complexity: O(text).
  func passages() -> [Passage] {
    let budget = chunker.budget(title: document.title, headingPath: [])
    let overlap = chunker.overlap(budget: budget)
    var units: [PassagePacker.Unit] = []
    var first = 0
    while first < document.blocks.count {
      var last = first
      while last + 1 < document.blocks.count,
        !SectionOutline.hidesText(before: last + 1, in: document, bytes: text.bytes)
      {
        last += 1
      }
      let range = document.blocks[first].range.lowerBound..<document.blocks[last].range.upperBound
      let pieces = text.pieces(
        of: range, at: MeasuredText.borders(for: .paragraph), limit: max(1, budget - overlap))
      for (index, piece) in pieces.enumerated() {
        units.append(.init(range: piece.range, cost: piece.cost, cutBlock: first, startsPassage: index == 0))
      }
      first = last + 1
    }
    return PassagePacker(text: text, budget: budget, overlap: overlap).pack(units, headingPath: [])
  }
}
