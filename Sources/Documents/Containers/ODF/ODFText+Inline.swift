/// Text inside paragraphs and what is anchored there.
extension ODFText {
  /// The inline content of `node`.
  ///
  /// - Complexity: O(nodes).
  mutating func inline(
    _ node: XMLNode, _ script: ScriptText.Script, isHidden: Bool, symbolFont: String? = nil
  ) {
    for child in node.children {
      if child.isText {
        guard openDeletions.isEmpty else { continue }
        if !isHidden {
          if let symbolFont {
            let (shown, unknown) = SymbolFont.text(symbolFont, child.content)
            omissions.unknownSymbols += unknown
            line.append(shown, script: script)
          } else {
            line.append(child.content, script: script)
          }
        } else if child.content.contains(where: { $0 > 0x20 }) {
          omissions.hiddenRuns += 1
        }
      } else if child.isElement {
        inlineElement(child, script, isHidden: isHidden)
      }
    }
  }

  private mutating func inlineElement(_ node: XMLNode, _ script: ScriptText.Script, isHidden: Bool) {
    switch node.name {
    case "s", "tab": line.space()
    case "line-break": line.lineBreak()
    case "span":
      let format = styles.format("text", node.attribute("style-name"))
      inline(
        node, format.script ?? script, isHidden: format.isHidden ?? isHidden, symbolFont: format.symbolFont)
    case "note": note(node)
    case "annotation": if !isInsideNote { anchored.append(.comment(node)) }
    case "page-number", "page-count", "page-continuation":
      hasPageNumber = true
      line.space()
    case "hidden-text", "hidden-paragraph": omissions.hiddenRuns += 1
    case "placeholder": omissions.placeholders += 1
    case "drop-down":
      // Its entries are there as elements, the chosen one as text.
      for child in node.children where child.isText { line.append(child.content, script: script) }
    case "change-start":
      if let id = node.attribute("change-id"), deletions.contains(id) { openDeletions.insert(id) }
    case "change-end": if let id = node.attribute("change-id") { openDeletions.remove(id) }
    case "annotation-end", "change", "ruby-text", "script", "soft-page-break": break
    case "frame", "g", "custom-shape", "rect", "ellipse", "circle", "line", "polyline", "polygon", "path",
      "connector", "caption", "measure", "regular-polygon", "control":
      drawing(node)
    default: inline(node, script, isHidden: isHidden)
    }
  }

  private mutating func note(_ node: XMLNode) {
    guard !isInsideNote, let body = node.first("note-body") else { return }
    let citation = node.first("note-citation").flatMap { TextAssembler.oneLine($0.text) } ?? "*"
    let mark = node.attribute("note-class") == "endnote" ? "e" + citation : citation
    line.append("[^\(mark)]")
    anchored.append(.note(mark: mark, body: body))
  }

  // MARK: Drawings

  mutating func drawing(_ node: XMLNode) {
    switch node.name {
    case "g", "a": for child in node.elements { drawing(child) }
    case "frame": frame(node)
    case "control": break
    default:
      if node.elements.contains(where: { $0.name == "p" || $0.name == "list" }) {
        anchored.append(.box(node))
      }
    }
  }

  private mutating func frame(_ node: XMLNode) {
    for child in node.elements {
      switch child.name {
      case "text-box": return anchored.append(.box(child))
      case "table": return anchored.append(.table(child))
      case "object": return object(child)
      case "object-ole", "applet", "floating-frame":
        return omissions.objects.append("of an unknown program")
      case "plugin": return omissions.objects.append("a recording")
      case "image":
        omissions.pictures += 1
        let text = node.first("desc")?.text ?? node.first("title")?.text
        if let text = text.flatMap(PictureText.useful) { anchored.append(.picture(text)) }
        return
      default: break
      }
    }
  }

  private mutating func object(_ node: XMLNode) {
    do {
      guard let root = try package.object(node) else {
        omissions.missingParts += 1
        return
      }
      if root.name == "math" {
        line.append(ODFFormula.text(root))
      } else if let chart = root.first("body")?.first("chart")?.first("chart") {
        anchored.append(.chart(chart))
      } else {
        let kind = root.first("body")?.elements.first { _ in true }?.name ?? "document"
        omissions.objects.append("OpenDocument \(kind)")
      }
    } catch {
      omissions.others.append("an embedded object was not read: \(error.message)")
    }
  }
}
