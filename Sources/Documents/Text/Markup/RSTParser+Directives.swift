/// Explicit markup: footnotes, targets, substitutions, directives and comments.
extension RSTParser {
  /// A directive taken apart.
  struct Directive {
    var name: String
    /// Where its name stands.
    var nameRange: Range<Int>
    /// What follows `::` in its line and the lines below, up to its options.
    var arguments: [MarkupLine]
    var options: [(name: String, value: Range<Int>)]
    var content: ArraySlice<MarkupLine>
    var line: Int

    func option(_ name: String) -> Range<Int>? { options.first { $0.name == name }?.value }
  }

  func explicit(
    _ lines: Lines, at index: Int, indent: Int, level: Int, depth: Int
  ) throws(DocumentError) -> Int {
    let line = lines[index]
    let end = max(index + 1, blockEnd(lines, from: index + 1, indent: indent))
    let rest = line.rest(after: 2, in: bytes)
    let body = lines[(index + 1)..<end]
    guard !rest.isBlank else {
      // An empty comment ends what is above it and hides nothing.
      return body.isEmpty || !lines[index + 1].isBlank ? end : index + 1
    }
    switch bytes[rest.text] {
    case 0x5B:
      guard let close = bytes[rest.content].firstIndex(of: 0x5D), close > rest.text + 1 else { return end }
      try flush()
      var prefix = SourcedText(copying: rest.text..<(close + 1), of: bytes)
      prefix.write(" ", at: close + 1)
      try prepend(prefix, as: .paragraph)
      let first = rest.rest(after: close + 1 - rest.text, in: bytes)
      try nested([first] + body, level: level, depth: depth)
    case 0x5F: break
    case 0x7C:
      break
    default:
      if let directive = directive(rest, body: body) {
        try show(directive, level: level, depth: depth)
      }
    // All else is a comment.
    }
    return end
  }

  /// Lines that hang on something, of which the first may stand elsewhere than the rest.
  private func nested(_ lines: [MarkupLine], level: Int, depth: Int) throws(DocumentError) {
    var lines = lines
    if lines.first?.isBlank == true { lines.removeFirst() }
    guard let column = lines.dropFirst().filter({ !$0.isBlank }).map(\.indent).min() ?? lines.first?.indent
    else {
      return try flush()
    }
    if !lines.isEmpty, !lines[0].isBlank { lines[0].indent = column }
    guard depth < 60 else { return try paragraph(inline(lines.filter { !$0.isBlank }[...])) }
    try parse(lines[...], indent: column, level: level, depth: depth + 1)
  }

  private func directive(_ line: MarkupLine, body: Lines) -> Directive? {
    var position = line.text
    while position < line.end,
      ASCII.isAlphanumeric(bytes[position]) || [0x2D, 0x5F, 0x2B, 0x2E, 0x3A].contains(bytes[position])
    {
      if bytes[position] == 0x3A, position + 1 < line.end, bytes[position + 1] == 0x3A { break }
      position += 1
    }
    guard position > line.text, position + 1 < line.end, bytes[position] == 0x3A, bytes[position + 1] == 0x3A,
      position + 2 == line.end || ASCII.isBlank(bytes[position + 2])
    else { return nil }
    var directive = Directive(
      name: TextScan.string(line.text..<position, in: bytes).lowercased(), nameRange: line.text..<position,
      arguments: [], options: [], content: body, line: line.number)
    let first = line.rest(after: position + 2 - line.text, in: bytes)
    if !first.isBlank { directive.arguments.append(first) }
    var index = body.startIndex
    while index < body.endIndex, !body[index].isBlank {
      if let name = fieldName(body[index]) {
        var end = index + 1
        while end < body.endIndex, !body[end].isBlank, body[end].indent > body[index].indent { end += 1 }
        let value = TextScan.trimmed((name.upperBound + 1)..<body[end - 1].end, in: bytes)
        directive.options.append((TextScan.string(name, in: bytes).lowercased(), value))
        index = end
      } else {
        guard directive.options.isEmpty else { break }
        directive.arguments.append(body[index])
        index += 1
      }
    }
    directive.content = body[index...]
    while let blank = directive.content.first, blank.isBlank { directive.content.removeFirst() }
    return directive
  }

  /// Directives whose lines are code or stay as they are.
  private static let code: Set<String> = [
    "code-block", "code", "sourcecode", "parsed-literal", "prompt", "ipython", "testcode", "testoutput",
    "doctest",
    "productionlist", "math", "highlight-block", "console", "program-output", "graphviz", "digraph", "graph",
    "uml",
    "mermaid",
  ]
  private static let admonitions: Set<String> = [
    "note", "warning", "tip", "important", "caution", "danger", "error", "hint", "attention", "seealso",
    "todo",
  ]
  private static let titled: Set<String> = [
    "topic", "sidebar", "rubric", "admonition", "versionadded", "versionchanged", "versionremoved",
    "deprecated",
    "centered", "tab", "dropdown", "tab-item", "card", "collapse",
  ]
  /// Directives that say nothing to a reader.
  private static let hidden: Set<String> = [
    "toctree", "contents", "sectnum", "index", "meta", "highlight", "default-role", "role", "currentmodule",
    "module",
    "py:module", "py:currentmodule", "raw", "tabularcolumns", "title", "header", "footer", "target-notes",
    "restructuredtext-test-directive",
    "testsetup", "testcleanup", "default-domain", "sectionauthor", "codeauthor", "moduleauthor", "program",
    "date", "class-doc", "ifconfig-not",
    "replace", "unicode", "minigallery", "jupyter-kernel",
  ]
  /// Directives whose arguments only steer what is in them.
  private static let containers: Set<String> = [
    "container", "class", "compound", "only", "ifconfig", "epigraph", "highlights", "pull-quote", "glossary",
    "hlist",
    "tabs", "grid", "tab-set", "centered-block", "rst-class", "cssclass", "acks", "line-block", "div",
    "figure-block",
  ]

  private func show(_ directive: Directive, level: Int, depth: Int) throws(DocumentError) {
    let name = directive.name
    let arguments = directive.arguments[...]
    switch name {
    case _ where Self.code.contains(name):
      // The first argument is the language, but for formulas and texts without one.
      if ["parsed-literal", "math", "productionlist", "doctest"].contains(name), let first = arguments.first {
        try self.code([first] + arguments.dropFirst() + directive.content)
      } else if name == "parsed-literal",
        let indent = directive.content.filter({ !$0.isBlank }).map(\.indent).min()
      {
        try flush()
        try out.append(.code, inline(SourcedText(joining: directive.content, of: bytes, indent: indent)))
      } else {
        if let text = directive.option("caption") { try caption(text) }
        try self.code(directive.content)
      }
    case _ where Self.admonitions.contains(name):
      var prefix = SourcedText()
      let start = directive.nameRange.lowerBound
      if name == "seealso" {
        prefix.write("See also", at: start)
      } else {
        prefix.replace(start..<(start + 1), with: [ASCII.uppercased(bytes[start])])
        prefix.copy((start + 1)..<directive.nameRange.upperBound, of: bytes)
      }
      prefix.write(": ", at: directive.nameRange.upperBound)
      try prepend(prefix, as: .paragraph)
      try nested(directive.arguments + gap(directive) + directive.content, level: level, depth: depth)
      try flush()
    case _ where Self.titled.contains(name):
      try title(directive, level: level, depth: depth)
    case "list-table": try listTable(directive)
    case "csv-table": try csvTable(directive)
    case "table":
      if !arguments.isEmpty { try paragraph(inline(arguments)) }
      try nested(Array(directive.content), level: level, depth: depth)
    case "image", "figure", "thumbnail", "video", "youtube":
      if let alt = directive.option("alt"), !alt.isEmpty {
        try paragraph(inline(SourcedText(copying: alt, of: bytes)))
      } else if directive.content.isEmpty {
        out.leaveOut("an image without a text", line: directive.line)
      }
      try nested(Array(directive.content), level: level, depth: depth)
    case "include", "literalinclude", "csv-include", "raw-file":
      out.leaveOut(
        "'\(argument(directive))', which the file includes; ingest that file by itself", line: directive.line)
    case _ where name.hasPrefix("auto") || name == "doxygenfunction" || name == "argparse" || name == "click":
      out.leaveOut("what the directive '\(name)' makes from source code", line: directive.line)
      try nested(Array(directive.content), level: level, depth: depth)
    case _ where Self.hidden.contains(name): break
    case _ where Self.containers.contains(name):
      try nested(Array(directive.content), level: level, depth: depth)
    default:
      // A signature (`function::`, `option::`), or what an extension has: its words and what hangs on it.
      try flush()
      if !arguments.isEmpty { try paragraph(signature(arguments)) }
      try nested(Array(directive.content), level: level, depth: depth)
    }
  }

  private func argument(_ directive: Directive) -> String {
    directive.arguments.first.map { TextScan.singleLine(Array(bytes[$0.content]), limit: 200) } ?? ""
  }

  private func signature(_ lines: ArraySlice<MarkupLine>) -> SourcedText {
    SourcedText(joining: lines, of: bytes)
  }

  private func caption(_ range: Range<Int>) throws(DocumentError) {
    try paragraph(inline(SourcedText(copying: range, of: bytes)))
  }

  /// A blank line between what stands beside a directive's name and what is below, where both are there.
  private func gap(_ directive: Directive) -> [MarkupLine] {
    guard !directive.arguments.isEmpty, let first = directive.content.first else { return [] }
    return [MarkupLine(first.start..<first.start, in: bytes, column: 0, number: first.number)]
  }

  /// A directive whose argument is a title above what is in it, or a version.
  private func title(_ directive: Directive, level: Int, depth: Int) throws(DocumentError) {
    var text = inline(directive.arguments[...])
    let name = directive.nameRange
    if ["versionadded", "versionchanged", "versionremoved", "deprecated"].contains(directive.name) {
      let words = [
        "versionadded": "Added", "versionchanged": "Changed", "versionremoved": "Removed",
        "deprecated": "Deprecated",
      ]
      var prefix = SourcedText(writing: (words[directive.name] ?? "") + " in version ", at: name.lowerBound)
      prefix.append(text)
      text = prefix
    }
    if directive.content.isEmpty { return try paragraph(text) }
    if !text.isEmpty {
      text.write("\n", at: text.sourceEnd)
      try prepend(text, as: .paragraph)
    }
    try nested(Array(directive.content), level: level, depth: depth)
    try flush()
  }
}
