/// Runs, symbols, fields and what is drawn between them.
extension DOCXBody {
  /// The inline content below `node`.
  mutating func inline(_ node: XMLNode) {
    for child in node.elements { inlineElement(child) }
  }

  mutating func inlineElement(_ node: XMLNode) {
    switch node.name {
    case "r": run(node)
    case "t": text(node, DOCXStyles.RunFormat())
    case "pPr", "rPr", "sdtPr", "sdtEndPr", "rt": break
    case "del", "moveFrom": countDeletion(node)
    case "ins", "moveTo":
      omissions.insertions += 1
      inline(node)
    case "AlternateContent": alternative(node)
    case "txbxContent": anchored.append(.box(node))
    case "fldSimple":
      if DOCXFields.isPageNumber(node.attribute("instr") ?? "") { return hadPageNumber() }
      inline(node)
    case "sdt":
      if Self.isPlaceholder(node) { omissions.placeholders += 1 } else { inline(node) }
    case "oMath": if fields.showsText { line.append(MathText.linear(node)) }
    case "oMathPara":
      for formula in node.elements("oMath") {
        line.space()
        line.append(MathText.linear(formula))
        line.space()
      }
    case "drawing", "pict", "object": drawing(node)
    default: inline(node)
    }
  }

  /// The first branch that says something: both are drawings of the same.
  private mutating func alternative(_ node: XMLNode) {
    let wasEmpty = line.isEmpty
    let count = anchored.count
    let pictures = omissions.pictures
    for branch in node.elements("Choice") + node.elements("Fallback") {
      inline(branch)
      if anchored.count > count || wasEmpty != line.isEmpty { return }
      // A picture of what another branch draws is none.
      omissions.pictures = pictures
    }
    if node.descendants.contains(where: { $0.name == "blip" || $0.name == "imagedata" }) {
      omissions.pictures += 1
    }
  }

  private mutating func run(_ node: XMLNode) {
    let format = parts.styles.format(node.first("rPr"), paragraphStyle: paragraphStyle)
    if format.isHidden ?? false {
      // Fields go on inside hidden text.
      var hasText = false
      for child in node.elements {
        if child.name == "fldChar" { _ = fields.step(child) }
        if child.name == "instrText" { fields.append(instruction: child.text) }
        hasText = hasText || child.name == "t" && fields.showsText
      }
      if hasText { omissions.hiddenRuns += 1 }
      return
    }
    for child in node.elements { runElement(child, format) }
  }

  private mutating func runElement(_ node: XMLNode, _ format: DOCXStyles.RunFormat) {
    switch node.name {
    case "t": text(node, format)
    case "tab", "ptab": line.space()
    case "br", "cr":
      // A page or column break is no line of text.
      if node.attribute("type") == nil || node.attribute("type") == "textWrapping" {
        line.lineBreak()
      } else {
        line.space()
      }
    case "noBreakHyphen": if fields.showsText { line.append("-", script: format.script ?? .normal) }
    case "sym": symbol(node, format)
    case "footnoteReference": reference(node, "f")
    case "endnoteReference": reference(node, "e")
    case "commentReference":
      if let id = node.attribute("id"), !isInsideNote { anchored.append(.comment(id)) }
    case "fldChar":
      // A form field shows its state as it begins, a symbol as it ends.
      let wasShown = fields.showsText
      if let shown = fields.step(node), wasShown || fields.showsText { line.append(shown) }
      if fields.isInPageNumber { hadPageNumber() }
    case "instrText": fields.append(instruction: node.text)
    case "pgNum": hadPageNumber()
    case "delText", "delInstrText", "rPr", "softHyphen": break
    case "drawing", "pict", "object": drawing(node)
    case "txbxContent": anchored.append(.box(node))
    case "AlternateContent": alternative(node)
    default: inlineElement(node)
    }
  }

  private mutating func hadPageNumber() {
    hasPageNumber = true
    line.space()
  }

  private mutating func text(_ node: XMLNode, _ format: DOCXStyles.RunFormat) {
    guard fields.showsText else { return }
    for child in node.children where child.isText {
      if let font = format.symbolFont {
        let (shown, unknown) = SymbolFont.text(font, child.content)
        omissions.unknownSymbols += unknown
        line.append(shown, script: format.script ?? .normal)
      } else {
        line.append(child.content, script: format.script ?? .normal)
      }
    }
  }

  private mutating func symbol(_ node: XMLNode, _ format: DOCXStyles.RunFormat) {
    guard fields.showsText else { return }
    guard let code = node.attribute("char").flatMap({ UInt32($0, radix: 16) }),
      let shown = SymbolFont.text(node.attribute("font") ?? "", code)
    else {
      omissions.unknownSymbols += 1
      return
    }
    line.append(shown, script: format.script ?? .normal)
  }

  private mutating func reference(_ node: XMLNode, _ kind: String) {
    guard !isInsideNote, let id = node.attribute("id"), parts.notes[kind + id] != nil else { return }
    let number: Int
    if let known = noteNumbers[kind + id] {
      number = known
    } else {
      noteCounts[kind, default: 0] += 1
      number = noteCounts[kind] ?? 1
      noteNumbers[kind + id] = number
    }
    let mark = (kind == "e" ? "e" : "") + String(number)
    line.append("[^\(mark)]")
    anchored.append(.note(key: kind + id, mark: mark))
  }

  // MARK: Drawings

  private mutating func drawing(_ node: XMLNode) {
    let count = anchored.count
    let wasEmpty = line.isEmpty
    var description: String?
    var isPicture = false
    var isPreview = false
    for child in node.descendants {
      switch child.name {
      case "docPr": description = child.attribute("descr") ?? description
      case "shape": description = child.attribute("alt") ?? description
      case "blip", "imagedata": isPicture = true
      case "OLEObject":
        let program = child.attribute("ProgID") ?? ""
        omissions.objects.append(program.isEmpty ? "of an unknown program" : program)
        // Its picture is what the program showed of it.
        isPreview = true
      case "textpath":
        if let text = child.attribute("string"), fields.showsText {
          line.space()
          line.append(text)
          line.space()
        }
      case "chart": if let id = child.relationship("id") { chart(id) }
      case "relIds": if let id = child.relationship("dm") { diagram(id) }
      default: break
      }
    }
    drawnText(node)
    guard isPicture, !isPreview, anchored.count == count, wasEmpty == line.isEmpty else { return }
    omissions.pictures += 1
    if let text = description.flatMap(PictureText.useful) { anchored.append(.picture(text)) }
  }

  /// Text boxes and text of shapes, which nest in groups and canvases.
  private mutating func drawnText(_ node: XMLNode) {
    for child in node.elements {
      switch child.name {
      case "txbxContent": anchored.append(.box(child))
      case "AlternateContent": alternative(child)
      case "txBody":
        for paragraph in child.elements("p") {
          line.space()
          DrawingText.gather(paragraph, &line)
          line.space()
        }
      default: drawnText(child)
      }
    }
  }

  private mutating func chart(_ id: String) {
    do {
      if let root = try parts.root(id, of: part) {
        anchored.append(.chart(root))
      } else {
        omissions.missingParts += 1
      }
    } catch {
      omissions.others.append("a chart was not read: \(error.message)")
    }
  }

  private mutating func diagram(_ id: String) {
    do {
      if let root = try parts.root(id, of: part) {
        anchored.append(.diagram(root))
      } else {
        omissions.missingParts += 1
      }
    } catch {
      omissions.others.append("a diagram was not read: \(error.message)")
    }
  }
}
