extension HTMLText {
  /// Preformatted text as code, between fences that name its language where the page does.
  mutating func preformatted(_ node: XMLNode) throws(DocumentError) {
    try flushBeforeBlock()
    var bytes: [UInt8] = []
    gatherRaw(node, &bytes)
    try appendCode(bytes, language: HTMLLanguage.of(node))
  }

  func appendCode(_ bytes: [UInt8], language: String?) throws(DocumentError) {
    var bytes = bytes
    // The newline right after <pre> is not part of the text.
    if bytes.first == 0x0A { bytes.removeFirst() }
    while let last = bytes.last, last == 0x0A || last == 0x20 || last == 0x09 || last == 0x0D {
      bytes.removeLast()
    }
    guard let language, bytes.contains(where: { $0 > 0x20 }) else {
      try assembler.append(.code, bytes)
      return
    }
    var ticks = 0
    var longest = 2
    for byte in bytes {
      ticks = byte == 0x60 ? ticks + 1 : 0
      longest = max(longest, ticks)
    }
    let fence = [UInt8](repeating: 0x60, count: longest + 1)
    try assembler.append(.code, fence + Array(language.utf8) + [0x0A] + bytes + [0x0A] + fence)
  }

  /// Text with its white space; an element that begins a line of its own does so.
  func gatherRaw(_ node: XMLNode, _ bytes: inout [UInt8]) {
    for child in node.children {
      if child.isText {
        bytes.append(contentsOf: child.content)
        continue
      }
      guard child.isElement else { continue }
      let name = child.name
      if name == "br" {
        bytes.append(0x0A)
        continue
      }
      if content.leavesOut(child) { continue }
      let isLine = ["div", "p", "li", "tr", "table", "ol", "ul"].contains(name)
      if isLine, let last = bytes.last, last != 0x0A { bytes.append(0x0A) }
      gatherRaw(child, &bytes)
      if isLine, let last = bytes.last, last != 0x0A { bytes.append(0x0A) }
    }
  }

  /// Whether the text of an element is numbers of lines alone.
  static func isLineNumbers(_ node: XMLNode) -> Bool {
    let text = node.text
    return text.utf8.count <= 200_000
      && text.utf8.allSatisfy { ASCII.isDigit($0) || $0 <= 0x20 || $0 == 0x3A || $0 == 0x2E }
  }
}

/// The programming language that a page gives for its code.
enum HTMLLanguage {
  private static let none: Set<String> = [
    "default", "none", "text", "plain", "plaintext", "txt", "output", "nohighlight", "source", "code",
    "literal", "block",
    "wrapper", "highlighter", "unknown", "auto",
  ]

  /// - Returns: a name of letters, digits, `+`, `#` and `-`, in lower case.
  static func of(_ node: XMLNode) -> String? {
    var places = [node]
    if let code = node.elements.first(where: { $0.name == "code" }) { places.append(code) }
    var above = HTMLAncestry.parent(node)
    for _ in 0..<2 {
      guard let element = above, ["div", "figure", "td", "span"].contains(element.name) else { break }
      places.append(element)
      above = HTMLAncestry.parent(element)
    }
    for place in places where place.pointer.pointee.properties != nil {
      for name in ["data-lang", "data-language"] {
        if let language = place.attribute(name).flatMap(checked) { return language }
      }
      if let language = place.attribute("class").flatMap(named) { return language }
    }
    return nil
  }

  private static func named(_ classes: String) -> String? {
    let names = classes.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" })
    for (index, name) in names.enumerated() {
      for prefix in ["language-", "lang-", "highlight-source-", "highlight-", "brush-"]
      where name.hasPrefix(prefix) {
        if let language = checked(String(name.dropFirst(prefix.count))) { return language }
      }
      let isBefore = name == "sourceCode" || name == "hljs" || name == "brush:" || name == "prettyprint"
      if isBefore, index + 1 < names.count, let language = checked(String(names[index + 1])),
        !language.hasPrefix("lang-"),
        !language.hasPrefix("language-")
      {
        return language
      }
    }
    return nil
  }

  private static func checked(_ name: String) -> String? {
    let lower = name.lowercased().split(separator: ";").first.map(String.init) ?? ""
    let isName = lower.utf8.allSatisfy { ASCII.isAlphanumeric($0) || $0 == 0x2B || $0 == 0x23 || $0 == 0x2D }
    return isName && (1...20).contains(lower.utf8.count) && !none.contains(lower) ? lower : nil
  }
}
