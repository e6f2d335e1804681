/// The title and metadata that a page tells about itself.
struct HTMLHead {
  private(set) var title: String?
  /// The name of the site that the page belongs to.
  private(set) var site: String?
  private(set) var metadata: [String: MetadataValue] = [:]
  private var base: String?
  private var canonical: String?

  /// - Complexity: O(nodes).
  init(_ root: XMLNode) {
    if let language = root.attribute("lang"), let value = TextAssembler.oneLine(language) {
      metadata["language"] = .string(value)
    }
    gather(root)
    if metadata["date"] == nil || metadata["author"] == nil { gatherInBody(root) }
    if let address = canonical.flatMap(absolute) { metadata["url"] = .string(address) }
  }

  private mutating func gather(_ node: XMLNode) {
    for child in node.elements {
      switch child.name {
      case "title":
        if title == nil { title = TextAssembler.oneLine(child.text) }
      case "meta":
        take(child)
      case "base":
        if base == nil { base = child.attribute("href") }
      case "link":
        if child.attribute("rel")?.lowercased() == "canonical", canonical == nil {
          canonical = child.attribute("href")
        }
      case "head", "html":
        gather(child)
      case "body":
        // Old parsers end the head early: some pages have its elements at the body's start.
        for element in child.elements
        where element.name == "meta" || element.name == "title" || element.name == "link" {
          if element.name == "meta" { take(element) }
          if element.name == "title", title == nil { title = TextAssembler.oneLine(element.text) }
        }
      default:
        break
      }
    }
  }

  private mutating func take(_ meta: XMLNode) {
    guard let name = meta.attribute("name") ?? meta.attribute("property") ?? meta.attribute("itemprop"),
      let value = meta.attribute("content").flatMap(TextAssembler.oneLine)
    else { return }
    switch name.lowercased() {
    case "description", "og:description", "dc.description", "dcterms.description":
      keep("description", .string(value))
    case "author", "article:author", "dc.creator", "dcterms.creator", "citation_author", "parsely-author":
      // Some sites give the address of a profile here.
      if !value.hasPrefix("http") { keep("author", .string(value)) }
    case "keywords", "news_keywords":
      let words = value.split(separator: ",").compactMap { TextAssembler.oneLine(String($0)) }
      if !words.isEmpty { keep("keywords", .list(words)) }
    case "date", "dc.date", "dcterms.date", "dcterms.created", "article:published_time", "pubdate",
      "datepublished",
      "dc.date.issued", "dcterms.issued", "citation_publication_date", "publish-date", "parsely-pub-date":
      if let date = DateText.iso8601(value.replacing("/", with: "-")) { keep("date", .string(date)) }
    case "article:modified_time", "og:updated_time", "dcterms.modified", "last-modified", "datemodified":
      if let date = DateText.iso8601(value) { keep("modified", .string(date)) }
    case "og:title", "twitter:title":
      if title == nil { title = value }
    case "og:site_name", "application-name":
      if site == nil { site = value }
    case "og:url":
      if canonical == nil { canonical = value }
    default:
      break
    }
  }

  /// The date and author of an article that are marked in the text: `time`, microdata, JSON-LD.
  private mutating func gatherInBody(_ node: XMLNode) {
    for child in node.elements {
      let property = child.attribute("itemprop") ?? ""
      if child.name == "script" {
        if child.attribute("type") == "application/ld+json" { take(json: child.text) }
      } else if child.name == "time", property == "datePublished" || child.attribute("pubdate") != nil,
        let date = child.attribute("datetime").flatMap(DateText.iso8601)
      {
        keep("date", .string(date))
      } else if property == "author" || child.attribute("rel") == "author",
        let name = TextAssembler.oneLine(child.text), name.utf8.count <= 100
      {
        keep("author", .string(name))
      }
      gatherInBody(child)
    }
  }

  /// `"datePublished": "…"` and the author's name, wherever they stand in JSON-LD.
  private mutating func take(json text: String) {
    func value(_ key: String, from start: Substring) -> Substring? {
      guard let found = start.firstRange(of: "\"\(key)\"") else { return nil }
      let rest = start[found.upperBound...].drop {
        $0 == " " || $0 == ":" || $0 == "\n" || $0 == "\t" || $0 == "\r\n"
      }
      return rest
    }
    func string(_ rest: Substring) -> String? {
      guard rest.first == "\"" else { return nil }
      let text = rest.dropFirst().prefix(300).prefix { $0 != "\"" && $0 != "\\" }
      return TextAssembler.oneLine(String(text))
    }
    let text = text[...]
    if let date = value("datePublished", from: text).flatMap(string).flatMap(DateText.iso8601) {
      keep("date", .string(date))
    }
    guard let author = value("author", from: text)?.prefix(600) else { return }
    if let name = string(author) ?? value("name", from: author).flatMap(string) {
      keep("author", .string(name))
    }
  }

  private func absolute(_ address: String) -> String? {
    if address.hasPrefix("http://") || address.hasPrefix("https://") { return address }
    guard let base, base.hasPrefix("http"), let schemeEnd = base.firstRange(of: "://") else { return nil }
    let hostEnd = base[schemeEnd.upperBound...].firstIndex(of: "/") ?? base.endIndex
    if address.hasPrefix("/") { return base[..<hostEnd] + address }
    guard !address.contains(":") else { return nil }
    let folder =
      base.lastIndex(of: "/").map { $0 > hostEnd ? base[...$0] : base[..<hostEnd] + "/" } ?? base[...]
    return folder + address
  }

  private mutating func keep(_ key: String, _ value: MetadataValue) {
    if metadata[key] == nil { metadata[key] = value }
  }
}
