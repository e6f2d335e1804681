import CXML2

/// How much text and how many links are below each element of a page, counted once.
///
/// The index of an element's numbers is kept in the node itself (`_private`, which libxml2 leaves to its callers).
final class HTMLMeasure {
  /// Bytes are those of text that isn't white space.
  struct Numbers {
    /// Text before the element.
    var start = 0
    /// Text before it that is in no link.
    var proseStart = 0
    var text = 0
    /// Text inside links and controls.
    var linkText = 0
    var links = 0
    /// Links into the same page.
    var innerLinks = 0
    /// Links that say that they lead to the next, previous or upper page.
    var pagerLinks = 0
    var controls = 0
    var hasMain = false
    var hasArticle = false
    var hasTitle = false

    /// Text that is not part of a link.
    var prose: Int { text - linkText }

    /// Share of the text that is in links, 0…1.
    var linkShare: Double { text == 0 ? 0 : Double(linkText) / Double(text) }
  }

  private let ownName: String
  private var numbers: [Numbers] = [Numbers()]
  /// What controls the element with an id: a button of an accordion, a tab.
  private(set) var controls: [String: XMLNode] = [:]
  /// Elements by id, for the ids of controls.
  private(set) var identified: [String: XMLNode] = [:]
  /// `main` elements that are in no other, in document order.
  private(set) var mains: [XMLNode] = []
  /// `article` elements that are in no other and in no `main`.
  private(set) var articles: [XMLNode] = []
  /// The first `h1` that has text.
  private(set) var title: XMLNode?
  /// How many `h1` have text.
  private(set) var titles = 0
  private var position = 0
  private var prose = 0
  private var linkDepth = 0
  private var mainDepth = 0
  private var articleDepth = 0

  private static let mostIdentified = 100_000

  /// - Parameter name: the file's name, by which links to it are known as links into the page.
  /// - Complexity: O(nodes).
  init(_ root: XMLNode, name: String = "") {
    ownName = String(name.split(separator: "/").last ?? "")
    count(root)
  }

  /// Whether a link leads into the page itself.
  private func isInner(_ target: String) -> Bool {
    if target.utf8.first == 0x23 { return true }
    guard !ownName.isEmpty else { return false }
    let page = target.prefix { $0 != "#" && $0 != "?" }
    return page == ownName || page == "./" + ownName
  }

  /// Text before the first `h1`.
  var titleStart: Int? { title.map { self[$0].start } }

  /// All text of the page.
  var total: Int { position }

  subscript(node: XMLNode) -> Numbers {
    let index = Int(bitPattern: node.pointer.pointee._private)
    return index > 0 && index < numbers.count ? numbers[index] : Numbers()
  }

  private func count(_ node: XMLNode) {
    let name = node.name
    guard !HTMLNames.neverText.contains(name) else { return }
    let index = numbers.count
    numbers.append(Numbers(start: position))
    node.pointer.pointee._private = UnsafeMutableRawPointer(bitPattern: index)
    let hasAttributes = node.pointer.pointee.properties != nil
    let role = hasAttributes ? node.attribute("role") : nil
    var own = Numbers(start: position, proseStart: prose)
    let isControl = name == "button" || role == "button" || role == "tab"
    let isLink = name == "a" || isControl
    let isMain = name == "main" || role == "main"
    let isArticle = name == "article" || role == "article"
    if hasAttributes { take(node, name, isControl) }
    if isMain, mainDepth == 0 { mains.append(node) }
    if isArticle, articleDepth == 0, mainDepth == 0 { articles.append(node) }
    if isLink { linkDepth += 1 }
    if isMain { mainDepth += 1 }
    if isArticle { articleDepth += 1 }
    for child in node.children {
      if child.isText {
        let size = child.content.count { $0 > 0x20 }
        position += size
        if linkDepth > 0 { own.linkText += size } else { prose += size }
      } else if child.isElement {
        count(child)
        let below = self[child]
        own.linkText += below.linkText
        own.links += below.links
        own.innerLinks += below.innerLinks
        own.pagerLinks += below.pagerLinks
        own.controls += below.controls
        own.hasMain = own.hasMain || below.hasMain
        own.hasArticle = own.hasArticle || below.hasArticle
        own.hasTitle = own.hasTitle || below.hasTitle
      }
    }
    if isLink { linkDepth -= 1 }
    if isMain { mainDepth -= 1 }
    if isArticle { articleDepth -= 1 }
    own.text = position - own.start
    own.hasMain = own.hasMain || isMain
    own.hasArticle = own.hasArticle || isArticle
    own.hasTitle = own.hasTitle || name == "h1"
    if name == "h1", own.text > 0 {
      titles += 1
      if title == nil { title = node }
    }
    if isControl { own.controls += 1 }
    if name == "a", hasAttributes {
      if let target = node.attribute("href") {
        own.links += 1
        if isInner(target) { own.innerLinks += 1 }
        if Self.isPager(node) { own.pagerLinks += 1 }
      }
    }
    numbers[index] = own
  }

  private func take(_ node: XMLNode, _ name: String, _ isControl: Bool) {
    if let id = node.attribute("id"), identified.count < Self.mostIdentified, identified[id] == nil {
      identified[id] = node
    }
    let targets = [
      node.attribute("aria-controls"), node.attribute("data-bs-target"), node.attribute("data-target"),
    ]
    for list in targets {
      guard let list else { continue }
      for target in list.split(separator: " ").prefix(8) {
        note(control: node, of: target.hasPrefix("#") ? String(target.dropFirst()) : String(target))
      }
    }
    guard name == "a", let target = node.attribute("href"), target.hasPrefix("#"), target.utf8.count > 1
    else { return }
    let toggles = node.attribute("data-bs-toggle") ?? node.attribute("data-toggle")
    if isControl || toggles != nil { note(control: node, of: String(target.dropFirst())) }
  }

  private func note(control: XMLNode, of id: String) {
    if controls.count < Self.mostIdentified, controls[id] == nil { controls[id] = control }
  }

  /// - Source: link types of the HTML standard, section 4.6.7, and HTML 4.01, section 6.12.
  private static func isPager(_ node: XMLNode) -> Bool {
    guard let value = node.attribute("rel") else { return false }
    let kinds: Set<Substring> = [
      "next", "prev", "previous", "up", "start", "top", "contents", "index", "home", "glossary", "help",
      "first",
      "last", "parent",
    ]
    return value.split(separator: " ").contains { kinds.contains($0) }
  }
}
