/// The cells of a notebook's JSON, in order.
struct NotebookCells {
  struct Output {
    var text: SourcedText?
    var html: SourcedText?
    var markdown: SourcedText?
    /// Media types without a text.
    var leftOut: [String] = []
    var line = 1
  }

  struct Cell {
    var kind = "code"
    var level = 1
    var source = SourcedText()
    var outputs: [Output] = []
  }

  private(set) var cells: [Cell] = []
  private(set) var metadata: [String: MetadataValue] = [:]
  private(set) var title: String?

  private var cursor: JSONCursor
  private let nesting: Int
  private var hasCells = false
  /// Line of the file at which the last output was, so that lines are counted once.
  private var counted = (position: 0, line: 1)

  init(_ bytes: [UInt8], limits: ReadingLimits) {
    cursor = JSONCursor(bytes, isLenient: true)
    nesting = min(limits.nesting, 200)
  }

  mutating func read() throws(DocumentError) {
    guard try cursor.kind() == .object else { throw notANotebook() }
    try eachMember { (name, cells) throws(DocumentError) in
      switch name {
      case "cells": try cells.readCells()
      case "worksheets":
        try cells.eachElement { (cells) throws(DocumentError) in
          try cells.eachMember { (name, cells) throws(DocumentError) in
            if name == "cells" { try cells.readCells() } else { try cells.skip() }
          }
        }
      case "metadata": try cells.readMetadata()
      default: try cells.skip()
      }
    }
    guard hasCells else { throw notANotebook() }
  }

  private func notANotebook() -> DocumentError {
    DocumentError(
      .malformed, "the JSON has no list of cells, so it is no notebook; give it the extension .json")
  }

  // MARK: JSON

  private mutating func skip() throws(DocumentError) { try cursor.skipValue(depth: nesting) }

  /// Calls `body` for each member of the object at the cursor; anything else is stepped over.
  private mutating func eachMember(
    _ body: (String, inout NotebookCells) throws(DocumentError) -> Void
  ) throws(DocumentError) {
    guard try cursor.kind() == .object else { return try skip() }
    try cursor.expect(0x7B)
    if cursor.take(0x7D) { return }
    repeat {
      let name = String(decoding: try cursor.string(), as: UTF8.self)
      try cursor.expect(0x3A)
      try body(name, &self)
    } while cursor.takeComma(before: 0x7D)
    try cursor.expect(0x7D)
  }

  private mutating func eachElement(
    _ body: (inout NotebookCells) throws(DocumentError) -> Void
  ) throws(DocumentError) {
    guard try cursor.kind() == .array else { return try skip() }
    try cursor.expect(0x5B)
    if cursor.take(0x5D) { return }
    repeat { try body(&self) } while cursor.takeComma(before: 0x5D)
    try cursor.expect(0x5D)
  }

  /// A string, or a list of strings that are its lines; `nil` for anything else.
  private mutating func text(keepsReturns: Bool = false) throws(DocumentError) -> SourcedText? {
    switch try cursor.kind() {
    case .string: return try cursor.sourcedString().withLineFeeds(keepsReturns: keepsReturns)
    case .array:
      var text = SourcedText()
      try eachElement { (cells) throws(DocumentError) in
        if try cells.cursor.kind() == .string {
          text.append(try cells.cursor.sourcedString())
        } else {
          try cells.skip()
        }
      }
      return text.withLineFeeds(keepsReturns: keepsReturns)
    default:
      try skip()
      return nil
    }
  }

  private mutating func word() throws(DocumentError) -> String? {
    guard try cursor.kind() == .string else {
      try skip()
      return nil
    }
    return String(decoding: try cursor.string(), as: UTF8.self)
  }

  private mutating func line() -> Int {
    for index in counted.position..<max(counted.position, cursor.position) where cursor.bytes[index] == 0x0A {
      counted.line += 1
    }
    counted.position = max(counted.position, cursor.position)
    return counted.line
  }

  // MARK: Parts

  private mutating func readMetadata() throws(DocumentError) {
    try eachMember { (name, cells) throws(DocumentError) in
      switch name {
      case "title", "name":
        if let title = try cells.word(), !title.isEmpty, cells.title == nil || name == "title" {
          cells.title = title
        }
      case "authors":
        var names: [String] = []
        try cells.eachElement { (cells) throws(DocumentError) in
          try cells.eachMember { (name, cells) throws(DocumentError) in
            if name == "name", let author = try cells.word() {
              names.append(author)
            } else if name != "name" {
              try cells.skip()
            }
          }
        }
        if !names.isEmpty { cells.metadata["authors"] = .list(names) }
      case "kernelspec", "language_info":
        try cells.eachMember { (key, cells) throws(DocumentError) in
          let isLanguage = name == "kernelspec" ? key == "language" : key == "name"
          if isLanguage, let language = try cells.word() {
            cells.metadata["language"] = .string(language)
          } else if !isLanguage {
            try cells.skip()
          }
        }
      default: try cells.skip()
      }
    }
  }

  private mutating func readCells() throws(DocumentError) {
    hasCells = true
    try eachElement { (cells) throws(DocumentError) in
      var cell = Cell()
      try cells.eachMember { (name, cells) throws(DocumentError) in
        switch name {
        case "cell_type": cell.kind = try cells.word() ?? cell.kind
        case "source", "input": cell.source = try cells.text() ?? cell.source
        case "level":
          if try cells.cursor.kind() == .number {
            cell.level = Int(TextScan.string(try cells.cursor.number(), in: cells.cursor.bytes)) ?? 1
          } else {
            try cells.skip()
          }
        case "outputs":
          try cells.eachElement { (cells) throws(DocumentError) in
            cell.outputs.append(try cells.output())
          }
        default: try cells.skip()
        }
      }
      cells.cells.append(cell)
    }
  }

  private mutating func output() throws(DocumentError) -> Output {
    var output = Output()
    cursor.skipBlanks()
    output.line = line()
    try eachMember { (name, cells) throws(DocumentError) in
      switch name {
      case "text": output.text = try cells.text(keepsReturns: true) ?? output.text
      case "traceback":
        // One entry may be several lines.
        var text = SourcedText()
        try cells.eachElement { (cells) throws(DocumentError) in
          guard try cells.cursor.kind() == .string else { return try cells.skip() }
          let line = try cells.cursor.sourcedString()
          if !text.isEmpty { text.write("\n", at: line.sourceStart) }
          text.append(line)
        }
        if !text.isEmpty { output.text = text.withLineFeeds(keepsReturns: true) }
      case "evalue":
        if let text = try cells.text(), output.text == nil { output.text = text }
      case "data":
        try cells.eachMember { (type, cells) throws(DocumentError) in try cells.read(type, into: &output) }
      case "html": output.html = try cells.text()
      case "png", "jpeg", "svg", "pdf", "javascript", "latex", "json":
        // Version 3 has its media types as members.
        try cells.read(name == "latex" ? "text/latex" : "image/\(name)", into: &output)
      default: try cells.skip()
      }
    }
    return output
  }

  private mutating func read(_ type: String, into output: inout Output) throws(DocumentError) {
    switch type {
    case "text/plain": output.text = try text(keepsReturns: true) ?? output.text
    case "text/html": output.html = try text()
    case "text/markdown", "text/latex": output.markdown = try text() ?? output.markdown
    default:
      output.leftOut.append(type)
      try skip()
    }
  }
}

extension SourcedText {
  /// With `\n` line ends and no NUL.
  ///
  /// - Parameter keepsReturns: carriage returns stay that end no line: a progress display has them.
  fileprivate func withLineFeeds(keepsReturns: Bool) -> SourcedText {
    guard bytes.contains(0) || bytes.contains(0x0D) else { return self }
    var result = SourcedText()
    var copied = 0
    for (index, byte) in bytes.enumerated() where byte == 0 || byte == 0x0D {
      let endsLine = index + 1 < count && bytes[index + 1] == 0x0A
      if byte == 0x0D, !endsLine, keepsReturns { continue }
      result.append(slice(copied..<index))
      if byte == 0 { result.write(TextFromEncoding.replacement, at: sourceOffset(index)) }
      if byte == 0x0D, !endsLine { result.write("\n", at: sourceOffset(index)) }
      copied = index + 1
    }
    result.append(slice(copied..<count))
    return result
  }
}
