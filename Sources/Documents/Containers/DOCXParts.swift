/// The parts beside a Word document's body that its text refers to: styles, notes, comments, charts, diagrams.
final class DOCXParts {
  /// A remark in the margin.
  struct Comment {
    var author: String?
    var node: XMLNode
  }

  let package: OfficePackage
  let limits: ReadingLimits
  let styles: DOCXStyles
  /// Notes by id, footnotes under `f`, endnotes under `e`.
  private(set) var notes: [String: XMLNode] = [:]
  private(set) var comments: [String: Comment] = [:]
  private(set) var commentOrder: [String] = []
  let numbering: DOCXNumbering
  private let relations: [OfficePackage.Relationship]
  private var relationsOfPart: [String: [OfficePackage.Relationship]] = [:]

  /// - Parameter main: name of the main part.
  init(_ package: OfficePackage, main: String, limits: ReadingLimits) throws(DocumentError) {
    self.package = package
    self.limits = limits
    let relations = try package.relationships(of: main)
    self.relations = relations
    relationsOfPart[main] = relations
    func root(_ type: String) throws(DocumentError) -> XMLNode? {
      guard let part = relations.first(where: { $0.type == type && !$0.isExternal }) else { return nil }
      return try package.tree(part.target)?.root
    }
    styles = DOCXStyles(try root("styles"))
    numbering = DOCXNumbering(try root("numbering"))
    for (type, element, kind) in [("footnotes", "footnote", "f"), ("endnotes", "endnote", "e")] {
      guard let root = try root(type) else { continue }
      // Notes with a type are separators, not text.
      for note in root.elements(element) where note.attribute("type") ?? "normal" == "normal" {
        if let id = note.attribute("id") { notes[kind + id] = note }
      }
    }
    for comment in try root("comments")?.elements("comment") ?? [] {
      guard let id = comment.attribute("id"), comments[id] == nil else { continue }
      comments[id] = Comment(
        author: comment.attribute("author").flatMap(TextAssembler.oneLine), node: comment)
      commentOrder.append(id)
    }
  }

  /// The part that relationship `id` of part `name` points at.
  func target(_ id: String, of name: String) throws(DocumentError) -> OfficePackage.Relationship? {
    if relationsOfPart[name] == nil { relationsOfPart[name] = try package.relationships(of: name) }
    return relationsOfPart[name]?.first { $0.id == id && !$0.isExternal }
  }

  /// The root of the part that relationship `id` of part `name` points at.
  func root(_ id: String, of name: String) throws(DocumentError) -> XMLNode? {
    guard let part = try target(id, of: name) else { return nil }
    return try package.tree(part.target)?.root
  }

  /// Headers and footers, in the order of the package.
  func headersAndFooters() throws(DocumentError) -> [(label: String, name: String, root: XMLNode)] {
    var found: [(label: String, name: String, root: XMLNode)] = []
    for (type, label) in [("header", "Header"), ("footer", "Footer")] {
      for part in relations where part.type == type && !part.isExternal {
        if let root = try package.tree(part.target)?.root { found.append((label, part.target, root)) }
      }
    }
    return found
  }
}
