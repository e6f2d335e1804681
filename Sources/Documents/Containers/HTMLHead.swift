/// The title and metadata that a page tells about itself.
struct HTMLHead {
  private(set) var title: String?
  private(set) var metadata: [String: MetadataValue] = [:]

  /// - Complexity: O(nodes) at worst; stops at the body.
  init(_ root: XMLNode) {
    if let language = root.attribute("lang"), let value = TextAssembler.oneLine(language) {
      metadata["language"] = .string(value)
    }
    gather(root)
  }

  private mutating func gather(_ node: XMLNode) {
    for child in node.elements {
      switch child.name {
      case "title":
        if title == nil { title = TextAssembler.oneLine(child.text) }
      case "meta":
        take(child)
      case "head", "html":
        gather(child)
      default:
        break
      }
    }
  }

  private mutating func take(_ meta: XMLNode) {
    guard let name = meta.attribute("name") ?? meta.attribute("property"),
      let value = meta.attribute("content").flatMap(TextAssembler.oneLine)
    else { return }
    switch name.lowercased() {
    case "description", "og:description", "dc.description", "dcterms.description":
      keep("description", .string(value))
    case "author", "article:author", "dc.creator", "dcterms.creator":
      keep("author", .string(value))
    case "keywords", "news_keywords":
      let words = value.split(separator: ",").compactMap { TextAssembler.oneLine(String($0)) }
      if !words.isEmpty { keep("keywords", .list(words)) }
    case "date", "dc.date", "dcterms.date", "dcterms.created", "article:published_time", "pubdate":
      if let date = DateText.iso8601(value) { keep("date", .string(date)) }
    case "og:title":
      if title == nil { title = value }
    default:
      break
    }
  }

  private mutating func keep(_ key: String, _ value: MetadataValue) {
    if metadata[key] == nil { metadata[key] = value }
  }
}
