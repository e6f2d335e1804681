extension HTMLText {
  mutating func list(_ node: XMLNode, isOrdered: Bool) throws(DocumentError) {
    try flushBeforeBlock()
    listDepth += 1
    var number = node.attribute("start").flatMap { Int($0) } ?? 1
    for child in node.children {
      if child.isText {
        line.append(child.content)
        continue
      }
      guard child.isElement else { continue }
      guard child.name == "li" else {
        if !content.leavesOut(child) { try element(child) }
        continue
      }
      if content.leavesOut(child) { continue }
      try flush()
      if let value = child.attribute("value").flatMap({ Int($0) }) { number = value }
      begin(
        .listItem, level: listDepth, marker: Array((isOrdered ? "\(number). " : "- ").utf8), isText: false)
      number &+= 1
      try visit(child)
      try flush()
      endItem()
    }
    try flush()
    listDepth -= 1
  }

  /// `<dl>`: each definition is an item that starts with its term.
  mutating func definitions(_ node: XMLNode) throws(DocumentError) {
    try flushBeforeBlock()
    listDepth += 1
    var terms: [UInt8] = []
    try definitions(in: node, &terms)
    if !terms.isEmpty { try assembler.append(.listItem, level: listDepth, terms) }
    listDepth -= 1
  }

  private mutating func definitions(in node: XMLNode, _ terms: inout [UInt8]) throws(DocumentError) {
    var isAfterDefinition = false
    for child in node.elements {
      let name = child.name
      if content.leavesOut(child) { continue }
      if name == "dt" || isAfterDefinition && name == "div" {
        if isAfterDefinition { terms = [] }
        isAfterDefinition = false
      }
      switch name {
      case "dt":
        try flush()
        let term = flat(child)
        guard !term.isEmpty else { continue }
        terms += (terms.isEmpty ? [] : Array(", ".utf8)) + term
      case "dd":
        try flush()
        let ending: [UInt8] = terms.last == 0x3A || terms.last == 0x3F ? [0x20] : [0x3A, 0x20]
        begin(
          .listItem, level: listDepth, marker: terms.isEmpty ? [] : terms + ending, isText: !terms.isEmpty)
        try visit(child)
        try flushBeforeBlock()
        endItem()
        isAfterDefinition = true
      case "div":
        try definitions(in: child, &terms)
        isAfterDefinition = true
      default:
        try element(child)
      }
    }
    if isAfterDefinition { terms = [] }
  }
}
