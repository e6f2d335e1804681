/// Remarks on slides, in the form of 2007 and in that of 2021 with replies.
///
/// - Source: ECMA-376 part 1, section 19.4; [MS-PPTX] 2.6.
enum PPTXComments {
  /// Names of authors by their id.
  static func authors(
    _ package: OfficePackage, _ relations: [OfficePackage.Relationship]
  ) throws(DocumentError) -> [String: String] {
    var names: [String: String] = [:]
    for part in relations
    where (part.type == "commentAuthors" || part.type == "authors") && !part.isExternal {
      guard let root = try package.tree(part.target)?.root else { continue }
      for author in root.elements {
        guard let id = author.attribute("id"), let name = author.attribute("name") else { continue }
        names[id] = TextAssembler.oneLine(name)
      }
    }
    return names
  }

  static func append(
    _ root: XMLNode, authors: [String: String], to assembler: TextAssembler
  ) throws(DocumentError) {
    for comment in root.elements("cm") {
      try append(comment, "Comment", authors, assembler)
      for reply in comment.first("replyLst")?.elements("reply") ?? [] {
        try append(reply, "Reply", authors, assembler)
      }
    }
  }

  private static func append(
    _ node: XMLNode, _ label: String, _ authors: [String: String], _ assembler: TextAssembler
  ) throws(DocumentError) {
    var line = OfficeText()
    if let text = node.first("text") { line.append(text.text) }
    for paragraph in node.first("txBody")?.elements("p") ?? [] {
      line.space()
      DrawingText.gather(paragraph, &line)
    }
    guard !line.isEmpty else { return }
    let author = node.attribute("authorId").flatMap { authors[$0] }
    let by = author.map { " by \($0)" } ?? ""
    try assembler.append(.paragraph, Array("\(label)\(by): ".utf8) + line.takeOneLine())
  }
}
