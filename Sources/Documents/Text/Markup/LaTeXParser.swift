/// Turns LaTeX into blocks.
final class LaTeXParser {
  let bytes: [UInt8]
  let out: MarkupText
  private let nesting: Int
  let structure: LaTeXStructure
  /// Text of the block that is being read.
  var text = SourcedText()
  /// Above 0, text goes into an argument or a cell: paragraphs and blocks inside are text too.
  private var inlineDepth = 0
  private var depth = 0
  /// Open lists: numbers of their items, or `nil` for bullets.
  private var lists: [Int?] = []
  private var pending: (kind: Block.Kind, level: Int)?
  private var kind = Block.Kind.paragraph
  /// Level of `\section` is this above its own number.
  private var baseLevel = 0
  private var theorems = LaTeXCommands.theorems
  /// Commands without arguments that the file defines, by name.
  private var macros: [String: Range<Int>] = [:]
  private var expanding = 0
  private var titleRange: Range<Int>?
  private var authorRange: Range<Int>?
  private var dateRange: Range<Int>?
  private var lineStarts: [Int] = []

  init(_ bytes: [UInt8], out: MarkupText, nesting: Int) {
    self.bytes = bytes
    self.out = out
    self.nesting = nesting
    structure = LaTeXStructure(bytes)
  }

  func parse() throws(DocumentError) {
    var body = 0..<bytes.count
    if let begin = offset(of: "\\begin{document}", from: 0) {
      body = (begin + 16)..<(structure.environmentEnds[begin] ?? bytes.count)
      readPreamble(0..<begin)
    }
    let hasChapters = offset(of: "\\chapter", from: body.lowerBound) != nil
    let hasParts = offset(of: "\\part{", from: body.lowerBound) != nil
    baseLevel = hasParts ? 2 : hasChapters ? 1 : 0
    findTitle(body)
    if titleRange != nil { baseLevel += 1 }
    try writeTitle()
    try scan(body)
    try endParagraph()
  }

  private func offset(of word: StaticString, from start: Int) -> Int? {
    var position = start
    while position < bytes.count {
      switch bytes[position] {
      case 0x25 where position == 0 || bytes[position - 1] != 0x5C:
        position = TextScan.line(in: bytes, from: position, to: bytes.count).upperBound
      case 0x5C where TextScan.has(word, in: bytes, at: position): return position
      case 0x5C:
        if let verb = LaTeXStructure.verb(at: position, in: bytes) { position = verb.upperBound }
      default: break
      }
      position += 1
    }
    return nil
  }

  // MARK: Title

  private func readPreamble(_ range: Range<Int>) {
    eachCommand(in: range) { name, end in
      switch name {
      case "newtheorem":
        guard let first = argument(at: skipStar(end)), let open = structure.close(of: first.lowerBound - 1)
        else { return }
        let second = argument(at: skipOptional(open + 1))
        theorems[TextScan.string(first, in: bytes)] = second.map { TextScan.string($0, in: bytes) }
      case "newcommand", "renewcommand", "providecommand", "newcommand*", "renewcommand*", "def":
        defineMacro(name, end)
      default: break
      }
    }
    findTitle(range)
  }

  private func findTitle(_ range: Range<Int>) {
    eachCommand(in: range) { name, end in
      guard name == "title" || name == "author" || name == "date" else { return }
      guard let value = argument(at: skipOptional(end)), !value.isEmpty else { return }
      switch name {
      case "title": titleRange = titleRange ?? value
      case "author": authorRange = authorRange ?? value
      default: dateRange = dateRange ?? value
      }
    }
  }

  private func eachCommand(in range: Range<Int>, _ body: (String, Int) -> Void) {
    var position = range.lowerBound
    while position < range.upperBound {
      switch bytes[position] {
      case 0x25: position = TextScan.line(in: bytes, from: position, to: range.upperBound).upperBound
      case 0x5C:
        let (name, end) = command(at: position)
        body(name, end)
        position = max(end, position + 1)
      default: position += 1
      }
    }
  }

  private func writeTitle() throws(DocumentError) {
    if let titleRange {
      let title = inline(titleRange).trimmed
      out.title = TextScan.singleLine(title.bytes, limit: 1000)
      try out.append(.heading, level: 1, title)
    }
    if let authorRange {
      let author = inline(authorRange).trimmed
      out.metadata["author"] = .string(TextScan.singleLine(author.bytes, limit: 1000))
      try out.append(.paragraph, author)
    }
    if let dateRange {
      let date = inline(dateRange).trimmed
      if !date.isEmpty {
        out.metadata["date"] = .string(TextScan.singleLine(date.bytes, limit: 200))
        try out.append(.paragraph, date)
      }
    }
  }

  private func defineMacro(_ name: String, _ end: Int) {
    var position = skipStar(end)
    var macro: String?
    if name == "def" {
      guard position < bytes.count, bytes[position] == 0x5C else { return }
      let (own, after) = command(at: position)
      macro = own
      position = after
    } else {
      if let value = argument(at: position) {
        let (own, _) = command(at: value.lowerBound)
        macro = bytes[value].first == 0x5C ? own : nil
        position = value.upperBound + 1
      } else if position < bytes.count, bytes[position] == 0x5C {
        let (own, after) = command(at: position)
        macro = own
        position = after
      }
      // A command with arguments is read by these.
      if position < bytes.count, bytes[position] == 0x5B { return }
    }
    guard let macro, !macro.isEmpty, let body = argument(at: position), body.count < 2000 else { return }
    macros[macro] = body
  }

  // MARK: Blocks

  func endParagraph() throws(DocumentError) {
    guard inlineDepth == 0 else {
      if !text.isEmpty, text.bytes.last != 0x0A { text.write("\n", at: text.sourceEnd) }
      return
    }
    let content = LaTeXParser.tidied(text)
    text.removeAll()
    if let open = pending {
      guard !content.isBlank else { return }
      pending = nil
      try out.append(open.kind, level: open.level, content)
    } else {
      try out.append(kind, content)
    }
  }

  /// Lines without blanks at their starts, single blanks inside, no blank lines.
  static func tidied(_ text: SourcedText) -> SourcedText {
    var result = SourcedText()
    var copied = 0
    let bytes = text.bytes
    var index = 0
    while index < bytes.count {
      guard ASCII.isBlank(bytes[index]) else {
        index += 1
        continue
      }
      let start = index
      var hasBreak = false
      while index < bytes.count, ASCII.isBlank(bytes[index]) {
        if bytes[index] == 0x0A { hasBreak = true }
        index += 1
      }
      result.append(text.slice(copied..<start))
      copied = index
      guard start > 0, index < bytes.count else { continue }
      if hasBreak {
        let feed = bytes[start..<index].firstIndex(of: 0x0A) ?? start
        result.append(text.slice(feed..<(feed + 1)))
      } else {
        let blank = text.slice(start..<(start + 1))
        if blank.bytes[0] == 0x20 { result.append(blank) } else { result.write(" ", at: blank.sourceStart) }
      }
    }
    result.append(text.slice(copied..<bytes.count))
    return result
  }

  /// The text of `range` without blocks.
  func inline(_ range: Range<Int>) -> SourcedText {
    let outer = text
    text = SourcedText()
    inlineDepth += 1
    // Inside, only limits could throw, and no block is written.
    try? scan(range)
    inlineDepth -= 1
    let result = text
    text = outer
    return LaTeXParser.tidied(result)
  }

  private func line(of position: Int) -> Int {
    if lineStarts.isEmpty {
      lineStarts = [0] + bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
    }
    var low = 0
    var high = lineStarts.count
    while low < high {
      let middle = (low + high) / 2
      if lineStarts[middle] <= position { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func leaveOut(_ what: String, at position: Int) { out.leaveOut(what, line: line(of: position)) }

  // MARK: Scanning

  func scan(_ range: Range<Int>) throws(DocumentError) {
    guard depth < nesting else {
      text.copy(range, of: bytes)
      return
    }
    depth += 1
    defer { depth -= 1 }
    var position = range.lowerBound
    var copied = position
    let end = range.upperBound
    while position < end {
      switch bytes[position] {
      case 0x25:
        text.copy(copied..<position, of: bytes)
        position = commentEnd(position, limit: end)
        copied = position
      case 0x0A:
        // A blank line ends the paragraph.
        var next = position + 1
        while next < end, ASCII.isSpaceOrTab(bytes[next]) { next += 1 }
        if next < end, bytes[next] == 0x0A {
          text.copy(copied..<position, of: bytes)
          while next < end, ASCII.isBlank(bytes[next]) { next += 1 }
          try endParagraph()
          position = next
          copied = next
        } else {
          position += 1
        }
      case 0x5C:
        text.copy(copied..<position, of: bytes)
        position = try command(position, limit: end)
        copied = position
      case structure.shortVerb:
        let line = TextScan.line(in: bytes, from: position, to: end)
        if let close = bytes[(position + 1)..<max(position + 1, line.upperBound)].firstIndex(
          of: bytes[position])
        {
          text.copy(copied..<position, of: bytes)
          text.copy((position + 1)..<close, of: bytes)
          position = close + 1
          copied = position
        } else {
          position += 1
        }
      case 0x24:
        position = min(end, formulaEnd(position, limit: end))
      case 0x7B, 0x7D:
        text.copy(copied..<position, of: bytes)
        position += 1
        copied = position
      case 0x7E:
        text.copy(copied..<position, of: bytes)
        text.replace(position..<(position + 1), with: [0x20])
        position += 1
        copied = position
      case 0x2D where position + 1 < end && bytes[position + 1] == 0x2D:
        text.copy(copied..<position, of: bytes)
        let width = position + 2 < end && bytes[position + 2] == 0x2D ? 3 : 2
        text.replace(position..<(position + width), with: width == 3 ? "—" : "–")
        position += width
        copied = position
      case 0x60, 0x27, 0x2C:
        let byte = bytes[position]
        if position + 1 < end, bytes[position + 1] == byte {
          text.copy(copied..<position, of: bytes)
          text.replace(position..<(position + 2), with: byte == 0x60 ? "“" : byte == 0x27 ? "”" : "„")
          position += 2
          copied = position
        } else if byte == 0x60 {
          text.copy(copied..<position, of: bytes)
          text.replace(position..<(position + 1), with: "'")
          position += 1
          copied = position
        } else {
          position += 1
        }
      default: position += 1
      }
    }
    if copied < end { text.copy(copied..<end, of: bytes) }
  }

  /// End of a comment: of its line, with the blanks that begin the next, so that the lines are one.
  private func commentEnd(_ position: Int, limit: Int) -> Int {
    var end = TextScan.line(in: bytes, from: position, to: limit).upperBound
    guard end < limit else { return end }
    // A comment that is a whole line leaves the line feed before it.
    var next = end + 1
    while next < limit, ASCII.isSpaceOrTab(bytes[next]) { next += 1 }
    if next < limit, bytes[next] == 0x0A { return end }
    end = next
    return end
  }

  /// End of the formula that a dollar sign opens.
  private func formulaEnd(_ position: Int, limit: Int) -> Int {
    let isDisplayed = position + 1 < limit && bytes[position + 1] == 0x24
    var index = position + (isDisplayed ? 2 : 1)
    while index < limit {
      switch bytes[index] {
      case 0x5C: index += 1
      case 0x24:
        if !isDisplayed { return index + 1 }
        if index + 1 < limit, bytes[index + 1] == 0x24 { return index + 2 }
      case 0x0A where index + 1 < limit && bytes[index + 1] == 0x0A:
        // No formula goes over a blank line: the sign stands for itself.
        return position + 1
      default: break
      }
      index += 1
    }
    return position + 1
  }

  // MARK: Commands

  /// The name of the command at `position`, and where it ends.
  func command(at position: Int) -> (name: String, end: Int) {
    var end = position + 1
    while end < bytes.count, ASCII.isLetter(bytes[end]) || bytes[end] == 0x40 && end > position + 1 {
      end += 1
    }
    if end == position + 1 {
      guard end < bytes.count else { return ("", end) }
      end += 1
      while end < bytes.count, ASCII.isContinuation(bytes[end]) { end += 1 }
      return (TextScan.string((position + 1)..<end, in: bytes), end)
    }
    return (TextScan.string((position + 1)..<end, in: bytes), end)
  }

  func skipBlanks(_ position: Int) -> Int {
    var position = position
    while position < bytes.count, ASCII.isBlank(bytes[position]) { position += 1 }
    return position
  }

  func skipStar(_ position: Int) -> Int {
    position < bytes.count && bytes[position] == 0x2A ? position + 1 : position
  }

  /// Behind the optional arguments at `position`, if there are any.
  func skipOptional(_ position: Int) -> Int {
    var position = position
    while let range = optional(at: position) { position = range.upperBound + 1 }
    return position
  }

  /// What is between the brackets at `position`.
  func optional(at position: Int) -> Range<Int>? {
    let start = position
    guard start < bytes.count, bytes[start] == 0x5B else { return nil }
    var index = start + 1
    while index < bytes.count, index - start < 2000 {
      switch bytes[index] {
      case 0x5C: index += 1
      case 0x7B:
        guard let close = structure.close(of: index) else { return nil }
        index = close
      case 0x5D: return (start + 1)..<index
      case 0x0A where index + 1 < bytes.count && bytes[index + 1] == 0x0A: return nil
      default: break
      }
      index += 1
    }
    return nil
  }

  /// What is between the braces at `position` or behind blanks.
  func argument(at position: Int) -> Range<Int>? {
    let start = skipBlanks(position)
    guard start < bytes.count, bytes[start] == 0x7B, let close = structure.close(of: start) else {
      return nil
    }
    return (start + 1)..<close
  }

  /// Reads the command at `position`.
  ///
  /// - Returns: where reading goes on.
  private func command(_ position: Int, limit: Int) throws(DocumentError) -> Int {
    let (name, nameEnd) = command(at: position)
    let whole = position..<nameEnd
    if let first = name.utf8.first, !ASCII.isLetter(first) {
      return try sign(first, name, whole, limit: limit)
    }
    if name.hasPrefix("verb"), let verb = LaTeXStructure.verb(at: position, in: bytes),
      verb.upperBound < limit
    {
      text.copy(verb, of: bytes)
      return verb.upperBound + 1
    }
    if name == "begin" { return try environment(position, limit: limit) }
    if name == "end" {
      return argument(at: nameEnd).map { min(limit, $0.upperBound + 1) } ?? nameEnd
    }
    let end = skipStar(nameEnd)
    if let level = LaTeXCommands.sections[name] {
      return try section(level, at: position, from: end, limit: limit)
    }
    if LaTeXCommands.citations.contains(name) {
      guard let key = argument(at: skipOptional(end)) else { return end }
      text.write("[", at: position)
      text.copy(key, of: bytes)
      text.write("]", at: key.upperBound)
      return key.upperBound + 1
    }
    if let body = macros[name], expanding < 8 {
      expanding += 1
      let expansion = inline(body)
      expanding -= 1
      text.replace(whole, with: expansion.bytes)
      return spaceEnd(nameEnd, limit: limit)
    }
    if let shown = LaTeXSymbols.characters[name] {
      text.replace(whole, with: shown)
      return spaceEnd(nameEnd, limit: limit)
    }
    if let mark = LaTeXSymbols.accents[name], name.utf8.count == 1 {
      if let next = accent(mark, whole, from: skipBlanks(nameEnd)) { return next }
    }
    if let next = try known(name, position, end, limit: limit) { return next }
    if let count = LaTeXCommands.hidden[name] {
      if name == "par" { try endParagraph() }
      return skipArguments(count, from: end, limit: limit)
    }
    if let count = LaTeXCommands.steered[name] {
      return skipArguments(count, from: end, limit: limit)
    }
    // The text of any other command is that of its arguments.
    return min(limit, skipOptional(spaceEnd(end, limit: limit)))
  }

  /// Behind the blanks that end a command's name, and an empty group.
  private func spaceEnd(_ position: Int, limit: Int) -> Int {
    var end = position
    if end + 1 < limit, bytes[end] == 0x7B, bytes[end + 1] == 0x7D { return end + 2 }
    while end < limit, ASCII.isSpaceOrTab(bytes[end]) { end += 1 }
    return end
  }

  private func skipArguments(_ count: Int, from position: Int, limit: Int) -> Int {
    var end = skipOptional(position)
    for _ in 0..<count {
      guard let value = argument(at: end), value.upperBound < limit else { break }
      end = skipOptional(value.upperBound + 1)
    }
    return min(limit, count == 0 ? spaceEnd(end, limit: limit) : end)
  }

  private func sign(_ first: UInt8, _ name: String, _ whole: Range<Int>, limit: Int) throws(DocumentError)
    -> Int
  {
    switch first {
    case 0x5C:
      // A line break, with a star and a distance.
      text.replace(whole, with: [0x0A])
      return min(limit, skipOptional(skipStar(whole.upperBound)))
    case 0x28, 0x5B:
      // A formula `\( … \)` or `\[ … \]` is copied.
      let close: UInt8 = first == 0x28 ? 0x29 : 0x5D
      var index = whole.upperBound
      while index + 1 < limit {
        if bytes[index] == 0x5C {
          if bytes[index + 1] == close {
            text.copy(whole.lowerBound..<(index + 2), of: bytes)
            return index + 2
          }
          index += 1
        }
        index += 1
      }
      return whole.upperBound
    default:
      if let mark = LaTeXSymbols.accents[name], let next = accent(mark, whole, from: whole.upperBound) {
        return next
      }
      if let shown = LaTeXSymbols.signs[first] {
        text.replace(whole, with: shown)
      } else {
        text.copy((whole.lowerBound + 1)..<whole.upperBound, of: bytes)
      }
      return whole.upperBound
    }
  }

  /// A letter with an accent: `\'e`, `\'{e}`, `\'\i`.
  private func accent(_ mark: Unicode.Scalar, _ whole: Range<Int>, from position: Int) -> Int? {
    var letter = position
    var close: Int?
    if position < bytes.count, bytes[position] == 0x7B {
      guard let end = structure.close(of: position), end - position < 8 else { return nil }
      close = end
      letter = position + 1
    }
    guard letter < bytes.count else { return nil }
    var base: String
    var end = letter + 1
    if bytes[letter] == 0x5C {
      let (name, nameEnd) = command(at: letter)
      guard let shown = LaTeXSymbols.characters[name], shown.count == 1 else { return nil }
      base = shown
      end = nameEnd
    } else if letter == close {
      return nil
    } else {
      while end < bytes.count, ASCII.isContinuation(bytes[end]) { end += 1 }
      base = TextScan.string(letter..<end, in: bytes)
      guard base.first?.isLetter == true else { return nil }
    }
    if let close { end = close + 1 }
    text.replace(whole.lowerBound..<end, with: LaTeXSymbols.accented(base, mark))
    return end
  }

  private func section(_ level: Int, at position: Int, from end: Int, limit: Int) throws(DocumentError) -> Int
  {
    guard let title = argument(at: skipOptional(end)) else { return end }
    guard inlineDepth == 0 else { return end }
    try endParagraph()
    pending = nil
    try out.append(.heading, level: max(1, min(6, level + baseLevel)), inline(title))
    return min(limit, title.upperBound + 1)
  }

  // MARK: Environments

  private func environment(_ position: Int, limit: Int) throws(DocumentError) -> Int {
    guard let name = LaTeXStructure.environment("\\begin{", in: bytes, at: position) else {
      return position + 6
    }
    let start = position + 8 + name.utf8.count
    // One that nothing ends steers what follows.
    guard let end = structure.environmentEnds[position] else {
      let next = skipOptional(start)
      return min(limit, argumentRightAt(next).map { $0.upperBound + 1 } ?? next)
    }
    let close = min(limit, end)
    let next = min(limit, close + 6 + name.utf8.count)
    let body = start..<max(start, close)
    let plain = name.hasSuffix("*") ? String(name.dropLast()) : name
    if LaTeXStructure.verbatim.contains(name) || LaTeXStructure.verbatim.contains(plain) {
      guard plain != "comment" else { return next }
      try code(body, skipsArgument: plain == "minted" || plain == "filecontents" || plain == "sourcecode")
      return next
    }
    if LaTeXCommands.formulas.contains(plain) {
      if inlineDepth > 0 {
        text.copy(TextScan.trimmed(body, in: bytes), of: bytes)
      } else {
        try code(body, skipsArgument: plain == "alignat" || plain == "array")
      }
      return next
    }
    if LaTeXCommands.drawings.contains(plain) {
      leaveOut("a drawing (\(plain))", at: position)
      return next
    }
    if LaTeXCommands.tables.contains(name) {
      try table(name, body)
      return next
    }
    try block(plain, body, at: position)
    return next
  }

  private func code(_ body: Range<Int>, skipsArgument: Bool) throws(DocumentError) {
    var start = skipOptional(body.lowerBound)
    if skipsArgument, let value = argument(at: start), value.upperBound < body.upperBound {
      start = value.upperBound + 1
    }
    let range = start..<max(start, body.upperBound)
    guard inlineDepth == 0 else {
      text.copy(TextScan.trimmed(range, in: bytes), of: bytes)
      return
    }
    try endParagraph()
    try out.append(.code, SourcedText(copying: range, of: bytes))
  }

  /// An environment whose text is LaTeX.
  private func block(_ name: String, _ body: Range<Int>, at position: Int) throws(DocumentError) {
    var start = body.lowerBound
    if inlineDepth == 0 { try endParagraph() }
    let outerKind = kind
    defer { kind = outerKind }
    switch name {
    case "itemize", "enumerate", "description", "list", "compactitem", "compactenum", "tasks", "trivlist",
      "thebibliography":
      start = skipOptional(start)
      if name == "thebibliography" || name == "list", let value = argument(at: start) {
        start = value.upperBound + 1
      }
      lists.append(name.hasSuffix("enumerate") || name == "compactenum" ? 0 : nil)
      try scan(start..<max(start, body.upperBound))
      try endParagraph()
      pending = nil
      lists.removeLast()
      return
    case "abstract":
      if inlineDepth == 0 {
        try out.append(
          .heading, level: min(6, max(1, baseLevel + 1)), SourcedText(writing: "Abstract", at: position))
      }
    case "quote", "quotation", "verse", "displayquote": kind = .quote
    case "frame", "block", "alertblock", "exampleblock":
      start = skipOptional(start)
      if start < body.upperBound, bytes[start] == 0x7B, let title = argument(at: start) {
        if name == "frame" {
          try out.append(.heading, level: min(6, baseLevel + 2), inline(title))
        } else {
          try out.append(.paragraph, inline(title))
        }
        start = title.upperBound + 1
      }
    case _ where theorems[name] != nil:
      text.write(theorems[name] ?? "", at: position)
      if let title = optional(at: start) {
        text.write(" (", at: title.lowerBound)
        text.append(inline(title))
        text.write(")", at: title.upperBound)
        start = title.upperBound + 1
      }
      text.write(". ", at: start)
    default:
      // Arguments of an environment steer it.
      var value = argumentRightAt(skipOptional(start))
      start = skipOptional(start)
      while let range = value, range.upperBound < body.upperBound {
        start = skipOptional(range.upperBound + 1)
        value = argumentRightAt(start)
      }
    }
    try scan(start..<max(start, body.upperBound))
    try endParagraph()
  }

  private func argumentRightAt(_ position: Int) -> Range<Int>? {
    position < bytes.count && bytes[position] == 0x7B ? argument(at: position) : nil
  }

  private func table(_ name: String, _ body: Range<Int>) throws(DocumentError) {
    var start = skipOptional(body.lowerBound)
    let arguments = ["tabular*", "tabularx", "tabulary", "xltabular"].contains(name) ? 2 : 1
    for _ in 0..<arguments {
      if let value = argument(at: start), value.upperBound < body.upperBound {
        start = skipOptional(value.upperBound + 1)
      }
    }
    let table = LaTeXTable(start..<max(start, body.upperBound), parser: self).table
    guard inlineDepth == 0 else {
      for row in table.rows {
        for (index, cell) in row.enumerated() {
          if index > 0 || !text.isEmpty { text.write(" ", at: cell.text.sourceStart) }
          text.append(cell.text)
        }
      }
      return
    }
    try endParagraph()
    try out.append(table)
  }

  // MARK: Known commands

  /// Commands whose arguments have a meaning of their own.
  private func known(_ name: String, _ position: Int, _ end: Int, limit: Int) throws(DocumentError) -> Int? {
    switch name {
    case "item", "bibitem": return try item(name, position, end, limit: limit)
    case "footnote", "thanks", "footnotetext", "marginpar", "todo", "sidenote", "endnote":
      guard let value = argument(at: skipOptional(end)) else { return end }
      text.write(" (", at: position)
      text.append(inline(value).trimmed)
      text.write(")", at: value.upperBound)
      return value.upperBound + 1
    case "href":
      guard let address = argument(at: skipOptional(end)), let label = argument(at: address.upperBound + 1)
      else {
        return end
      }
      text.append(inline(label))
      if !bytes[address].elementsEqual(bytes[label]) {
        text.write(" (", at: address.lowerBound)
        text.copy(address, of: bytes)
        text.write(")", at: address.upperBound)
      }
      return label.upperBound + 1
    case "url", "path", "nolinkurl", "doi":
      guard let value = argument(at: end) else { return end }
      text.copy(value, of: bytes)
      return value.upperBound + 1
    case "ref", "eqref", "pageref", "cref", "Cref", "autoref", "nameref", "vref":
      guard let value = argument(at: end) else { return end }
      text.copy(value, of: bytes)
      return value.upperBound + 1
    case "lstinline", "mintinline": return verbatim(name, end, limit: limit)
    case "caption", "captionof", "subcaption":
      guard inlineDepth == 0 else { return skipOptional(end) }
      var start = skipOptional(end)
      if name == "captionof", let first = argument(at: start) { start = first.upperBound + 1 }
      guard let value = argument(at: start) else { return end }
      try endParagraph()
      try out.append(.paragraph, inline(value))
      return value.upperBound + 1
    case "texorpdfstring":
      guard let shown = argument(at: end), let other = argument(at: shown.upperBound + 1) else { return end }
      text.append(inline(shown))
      return other.upperBound + 1
    case "input", "include", "subfile", "subimport", "import", "lstinputlisting", "verbatiminput",
      "inputminted", "loadglsentries":
      guard let value = argument(at: skipOptional(end)) else { return end }
      leaveOut(
        "'\(TextScan.string(value, in: bytes))', which the file inputs; ingest that file by itself",
        at: position)
      return skipArguments(name == "inputminted" || name == "import" ? 2 : 1, from: end, limit: limit)
    case "bibliography":
      guard let value = argument(at: end) else { return end }
      leaveOut("the bibliography '\(TextScan.string(value, in: bytes))'", at: position)
      return value.upperBound + 1
    case "includegraphics", "includesvg", "includepdf", "pgfimage":
      leaveOut("an image", at: position)
      return skipArguments(1, from: end, limit: limit)
    case "SI", "si", "qty", "unit", "num", "ang": return quantity(name, end)
    case "newcommand", "renewcommand", "providecommand", "def", "DeclareRobustCommand", "newtheorem", "let",
      "gdef", "edef":
      return definitionEnd(name, end, limit: limit)
    case "title", "author", "date", "subtitle", "institute":
      guard let value = argument(at: skipOptional(end)) else { return end }
      if name == "subtitle" || name == "institute" { text.append(inline(value)); try endParagraph() }
      return value.upperBound + 1
    case "and":
      text.write(", ", at: position)
      return spaceEnd(end, limit: limit)
    case "textsuperscript", "textsubscript":
      guard let value = argument(at: end) else { return end }
      text.replace(
        position..<(value.upperBound + 1),
        with: ScriptDigits.text(inline(value).bytes, isRaised: name == "textsuperscript"))
      return value.upperBound + 1
    case "enquote":
      guard let value = argument(at: end) else { return end }
      text.write("“", at: position)
      text.append(inline(value))
      text.write("”", at: value.upperBound)
      return value.upperBound + 1
    default: return nil
    }
  }

  private func item(_ name: String, _ position: Int, _ end: Int, limit: Int) throws(DocumentError) -> Int {
    var next = end
    guard inlineDepth == 0 else { return skipOptional(end) }
    try endParagraph()
    pending = (.listItem, max(1, lists.count))
    let label = optional(at: skipBlanks(end))
    if name == "bibitem" {
      guard let key = argument(at: label.map { $0.upperBound + 1 } ?? end) else { return end }
      text.write("[", at: position)
      text.append(label.map { inline($0) } ?? SourcedText(copying: key, of: bytes))
      text.write("] ", at: key.upperBound)
      return min(limit, key.upperBound + 1)
    }
    if let label {
      text.append(inline(label))
      text.write(" ", at: label.upperBound)
      next = label.upperBound + 1
    } else if let last = lists.last, let number = last {
      lists[lists.count - 1] = number + 1
      text.replace(position..<end, with: "\(number + 1).")
      text.write(" ", at: end)
    } else {
      text.replace(position..<end, with: "-")
      text.write(" ", at: end)
    }
    return min(limit, skipBlanks(next))
  }

  private func verbatim(_ name: String, _ end: Int, limit: Int) -> Int {
    var start = skipOptional(end)
    if name == "mintinline", let language = argument(at: start) { start = language.upperBound + 1 }
    guard start < limit else { return start }
    if bytes[start] == 0x7B, let value = argument(at: start) {
      text.copy(value, of: bytes)
      return value.upperBound + 1
    }
    let mark = bytes[start]
    guard mark < 0x80, let close = bytes[(start + 1)..<limit].prefix(2000).firstIndex(of: mark) else {
      return start
    }
    text.copy((start + 1)..<close, of: bytes)
    return close + 1
  }

  private func quantity(_ name: String, _ end: Int) -> Int {
    var position = skipOptional(end)
    let count = name == "SI" || name == "qty" ? 2 : 1
    for number in 0..<count {
      guard let value = argument(at: position) else { break }
      if number == 1 { text.write(" ", at: value.lowerBound) }
      if number == 0, count == 2 || name == "num" || name == "ang" {
        text.append(inline(value))
        if name == "ang" { text.write("°", at: value.upperBound) }
      } else {
        unit(value)
      }
      position = value.upperBound + 1
    }
    return position
  }

  private func unit(_ range: Range<Int>) {
    var position = range.lowerBound
    while position < range.upperBound {
      guard bytes[position] == 0x5C else {
        if bytes[position] != 0x7B, bytes[position] != 0x7D {
          text.copy(position..<(position + 1), of: bytes)
        }
        position += 1
        continue
      }
      let (name, end) = command(at: position)
      let shown = LaTeXSymbols.units[name] ?? LaTeXSymbols.characters[name] ?? name
      text.replace(position..<end, with: shown)
      position = end
    }
  }

  /// Behind a definition, of which nothing is text.
  private func definitionEnd(_ name: String, _ end: Int, limit: Int) -> Int {
    if name != "let", name != "newtheorem" { defineMacro(name, end) }
    var position = skipStar(end)
    if position < limit, bytes[position] == 0x5C { position = command(at: position).end }
    if name == "let" {
      if position < limit, bytes[position] == 0x3D { position += 1 }
      return position < limit && bytes[position] == 0x5C ? command(at: position).end : position
    }
    // Parameters of `\def`.
    while position < limit, bytes[position] != 0x7B, bytes[position] != 0x0A, name.hasSuffix("def") {
      position += 1
    }
    var count = 0
    while count < 3 {
      position = skipOptional(position)
      guard let value = argumentRightAt(position), value.upperBound < limit else { break }
      position = value.upperBound + 1
      count += 1
      if name.hasSuffix("def") { break }
    }
    return min(limit, skipOptional(position))
  }
}
