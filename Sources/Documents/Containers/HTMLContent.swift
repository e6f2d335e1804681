/// Decides what of an HTML tree is content and what is furniture of the page, and counts what is left out.
///
/// The rules, in order: what is hidden and is no panel of an accordion or of tabs; landmarks (`nav`, `aside`, roles);
/// classes and ids whose words name furniture; lists of links at the page's edges. A rule that would take too great a
/// part of the page's text takes nothing: in doubt the text stays.
final class HTMLContent {
  enum Kind {
    case page, mail, chapter
  }

  let kind: Kind
  let measure: HTMLMeasure
  /// Where the content is: the page's `main` or its one `article`, if they hold nearly all of it, else all.
  private(set) var roots: [XMLNode] = []
  private(set) var count = HTMLFurnitureCount()
  private var meanings: [String: HTMLClassWords] = [:]
  /// Text before the first `h1`.
  private let titleStart: Int
  private let prose: Int
  private let mainText: Int

  /// - Complexity: O(nodes).
  init(_ root: XMLNode, kind: Kind, name: String = "") {
    self.kind = kind
    measure = HTMLMeasure(root, name: name)
    prose = measure[root].prose
    titleStart = measure.titleStart ?? 0
    mainText = measure.mains.reduce(0) { [measure] in $0 + measure[$1].text }
    roots = [root]
    guard kind == .page else { return }
    if let found = mainParts(root) {
      roots = found
      countOutside(root)
    }
  }

  /// Whether the walk passes over `node`; counts it if so.
  func leavesOut(_ node: XMLNode) -> Bool {
    guard let kind = furniture(node) else { return false }
    count.add(kind, bytes: measure[node].text)
    return true
  }

  // MARK: Main content

  /// `main` elements, or the one `article`, where what is outside of them is furniture or little.
  private func mainParts(_ root: XMLNode) -> [XMLNode]? {
    let mains = measure.mains.filter { measure[$0].text > 0 }
    let found = mains.isEmpty ? (measure.articles.count == 1 ? measure.articles : []) : mains
    let inside = found.reduce(0) { $0 + measure[$1].text }
    guard inside > 0 else { return nil }
    let outside = contentBytes(root, within: inside)
    return outside * (mains.isEmpty ? 10 : 2) <= inside * (mains.isEmpty ? 3 : 1) ? found : nil
  }

  private func isMainPart(_ node: XMLNode) -> Bool {
    measure.mains.isEmpty
      ? measure.articles.contains { $0.pointer == node.pointer }
      : measure.mains.contains { $0.pointer == node.pointer }
  }

  /// Bytes of text outside of the main parts that no rule calls furniture; stops when over `limit`.
  private func contentBytes(_ node: XMLNode, within limit: Int) -> Int {
    var bytes = 0
    for child in node.children {
      if child.isText {
        bytes += child.content.count { $0 > 0x20 }
      } else if child.isElement, !isMainPart(child), furniture(child) == nil {
        bytes += contentBytes(child, within: limit)
      }
      if bytes > limit { break }
    }
    return bytes
  }

  private func countOutside(_ root: XMLNode) {
    var loose = 0
    func count(_ node: XMLNode) {
      for child in node.children {
        if child.isText {
          loose += child.content.count { $0 > 0x20 }
        } else if child.isElement, !isMainPart(child), !leavesOut(child) {
          count(child)
        }
      }
    }
    count(root)
    if loose > 0 { self.count.add(.outside, bytes: loose) }
  }

  /// The page's first `h1`, where it stands outside of the main parts and these have none.
  func titleOutside(pageTitle: String?) -> XMLNode? {
    guard kind == .page, !roots.contains(where: { measure[$0].hasTitle }), let title = measure.title else {
      return nil
    }
    guard let text = TextAssembler.oneLine(title.text) else { return nil }
    let isLogo = measure[title].links > 0 || HTMLAncestry.isInside(title, "a")
    return pageTitle?.hasPrefix(text) ?? false || !isLogo ? title : nil
  }

  // MARK: Rules

  func words(_ node: XMLNode) -> HTMLClassWords {
    var meaning: HTMLClassWords = []
    for attribute in ["class", "id"] {
      guard let value = node.attribute(attribute), !value.isEmpty else { continue }
      if let known = meanings[value] {
        meaning.formUnion(known)
      } else {
        let found = HTMLClassWords(value)
        if meanings.count < 20_000 { meanings[value] = found }
        meaning.formUnion(found)
      }
    }
    return meaning
  }

  /// Why `node` is no content, or `nil` if it is.
  func furniture(_ node: XMLNode) -> HTMLFurniture? {
    let name = node.name
    if HTMLNames.neverText.contains(name) {
      return HTMLEmbedded.isWorthANote(node, name) ? .embedded : .control
    }
    let hasAttributes = node.pointer.pointee.properties != nil
    switch kind {
    case .mail:
      guard hasAttributes, name != "body", HTMLHidden.isHidden(node) else { return nil }
      return measure[node].text == 0 ? .control : .hidden
    case .chapter:
      return chapterFurniture(node, name)
    case .page:
      break
    }
    if name == "html" || name == "body" { return nil }
    let numbers = measure[node]
    let words = hasAttributes ? words(node) : []
    if !words.isDisjoint(with: [.lineNumbers, .copyButton, .drawnFormula]), let kind = inCode(node, words) {
      return kind
    }
    if name == "a" {
      return hasAttributes ? HTMLLinkRules.furniture(node, words, numbers, total: measure.total) : nil
    }
    if name == "button", !isLabel(node) { return .control }
    if hasAttributes, HTMLHidden.isHidden(node), !isPanel(node, name, words), mayLeaveOut(node, most: 0.4) {
      return numbers.text == 0 || HTMLHidden.isIcon(node, name) ? .control : .hidden
    }
    if name == "h1" { return isSiteName(node) ? .header : nil }
    if name == "main" || HTMLNames.headingLevel(name) != nil { return nil }
    return landmark(node, name, words) ?? (hasAttributes ? named(node, name, words) : nil)
      ?? linkList(node, name)
  }

  private func chapterFurniture(_ node: XMLNode, _ name: String) -> HTMLFurniture? {
    if name == "nav" { return .contents }
    guard node.pointer.pointee.properties != nil else { return nil }
    if let type = node.attribute("type")?.split(separator: " "), name != "ol", name != "ul", name != "li" {
      if type.contains("pagebreak") { return .control }
      if type.contains("toc") || type.contains("page-list") || type.contains("landmarks"), name != "body" {
        return .contents
      }
    }
    return name != "body" && HTMLHidden.isHidden(node)
      ? (HTMLHidden.isIcon(node, name) ? .control : .hidden) : nil
  }

  /// Line numbers, copy buttons and formulas that scripts have drawn.
  private func inCode(_ node: XMLNode, _ words: HTMLClassWords) -> HTMLFurniture? {
    let numbers = measure[node]
    if words.contains(.lineNumbers), HTMLText.isLineNumbers(node) { return .lineNumbers }
    if words.contains(.copyButton), numbers.text <= 40 { return .control }
    if words.contains(.drawnFormula), HTMLFormula.isDrawn(node) { return .control }
    return nil
  }

  /// Whether leaving `node` out leaves the page its text.
  ///
  /// - Parameter most: the greatest share of the page's text outside of links that it may hold.
  func mayLeaveOut(_ node: XMLNode, most: Double) -> Bool {
    let numbers = measure[node]
    if numbers.text == 0 { return true }
    if numbers.hasMain || measure.total == numbers.text { return false }
    // What a page that marks its main part puts beside it, it means to be beside it.
    if mainText * 5 >= numbers.prose, mainText > 0, !HTMLAncestry.isInMain(node) { return true }
    let rest = prose - numbers.prose
    // An index: its links are the content.
    if rest < 150, measure.mains.isEmpty, numbers.links > 5, numbers.text * 2 > measure.total { return false }
    if numbers.prose <= 300 { return rest * 4 >= numbers.prose }
    return Double(numbers.prose) <= most * Double(prose)
  }

  private func landmark(_ node: XMLNode, _ name: String, _ words: HTMLClassWords) -> HTMLFurniture? {
    let role = node.attribute("role") ?? ""
    let numbers = measure[node]
    switch (name, role) {
    case ("dialog", _) where node.attribute("open") == nil, (_, "dialog"), (_, "alertdialog"):
      guard mayLeaveOut(node, most: 0.4) else { return nil }
      return HTMLConsent.speaksOfCookies(node, numbers) ? .consent : .dialog
    case ("nav", _), (_, "navigation"), (_, "menu"), (_, "menubar"):
      guard mayLeaveOut(node, most: 0.4) else { return nil }
      return words.contains(.breadcrumbs) ? .breadcrumbs : words.contains(.contents) ? .contents : .navigation
    case (_, "doc-toc"):
      return mayLeaveOut(node, most: 0.4) ? .contents : nil
    case (_, "tablist"):
      // The names of the tabs go to their panels.
      return numbers.controls > 0 ? .control : nil
    case (_, "search"), ("search", _), (_, "toolbar"):
      return numbers.prose <= 300 ? .control : nil
    case ("aside", _), (_, "complementary"):
      return aside(node, words)
    case ("header", _), (_, "banner"):
      if isSiteName(node) { return .header }
      if HTMLAncestry.isInContent(node) || numbers.hasTitle { return nil }
      return mayLeaveOut(node, most: 0.15) ? .header : nil
    case ("footer", _), (_, "contentinfo"):
      if HTMLAncestry.isInContent(node) { return nil }
      return mayLeaveOut(node, most: 0.4) ? .footer : nil
    default:
      return nil
    }
  }

  /// Whether a heading, or a header with one, is the site's name as a link, with the page's own heading elsewhere.
  private func isSiteName(_ node: XMLNode) -> Bool {
    let numbers = measure[node]
    return measure.titles > 1 && numbers.hasTitle && numbers.links > 0 && numbers.linkShare >= 0.9
      && numbers.start * 10 <= measure.total && !HTMLAncestry.isInContent(node) && numbers.text < 200
  }

  private func aside(_ node: XMLNode, _ words: HTMLClassWords) -> HTMLFurniture? {
    let numbers = measure[node]
    guard HTMLAncestry.isInContent(node) else {
      let hasMain = !measure.mains.isEmpty || !measure.articles.isEmpty
      guard mayLeaveOut(node, most: hasMain ? 0.4 : 0.25) else { return nil }
      return words.contains(.advertisement) ? .advertisement : .sidebar
    }
    // Inside of an article it is a note, unless it is links.
    return numbers.links >= 2 && numbers.linkShare >= 0.5 ? .sidebar : nil
  }

  /// Furniture by its class or id.
  private func named(_ node: XMLNode, _ name: String, _ words: HTMLClassWords) -> HTMLFurniture? {
    guard !words.isEmpty, name != "article", name != "pre", name != "code" else { return nil }
    let numbers = measure[node]
    let isLinks = numbers.links > 0 && numbers.linkShare >= 0.5
    func out(_ kind: HTMLFurniture, _ most: Double) -> HTMLFurniture? {
      !numbers.hasTitle && mayLeaveOut(node, most: most) ? kind : nil
    }
    if words.contains(.consent), numbers.prose < 4000 || HTMLConsent.speaksOfCookies(node, numbers) {
      if let kind = out(.consent, 0.4) { return kind }
    }
    if words.contains(.cookies), numbers.controls + numbers.links > 0,
      HTMLConsent.speaksOfCookies(node, numbers)
    {
      if let kind = out(.consent, 0.4) { return kind }
    }
    if words.contains(.skipLink), numbers.text <= 100, numbers.links > 0 { return .skipLink }
    if words.contains(.editLink), numbers.text <= 100 { return .editLink }
    if words.contains(.permalink), numbers.text <= 4 { return .permalink }
    if words.contains(.breadcrumbs), numbers.text <= 500, let kind = out(.breadcrumbs, 0.25) { return kind }
    if words.contains(.navigation), isLinks || numbers.prose <= 300, numbers.links + numbers.controls > 0 {
      if let kind = out(.navigation, 0.25) { return kind }
    }
    // A list that leads to other pages only is an index, and content.
    if words.contains(.contents), isLinks, numbers.innerLinks > 0, let kind = out(.contents, 0.25) {
      return kind
    }
    if words.contains(.related), isLinks, let kind = out(.related, 0.25) { return kind }
    if words.contains(.links), isLinks, name != "table", name != "dl", let kind = out(.navigation, 0.25) {
      return kind
    }
    if words.contains(.sharing), numbers.prose <= 200, numbers.links + numbers.controls > 0 {
      return out(.sharing, 0.2)
    }
    if words.contains(.advertisement), numbers.prose <= 1000, let kind = out(.advertisement, 0.2) {
      return kind
    }
    if words.contains(.newsletter), numbers.prose <= 600, node.descendant("input") != nil {
      return out(.newsletter, 0.2)
    }
    if words.contains(.printOnly), numbers.prose <= 400 { return out(.printOnly, 0.2) }
    if words.contains(.dialog), numbers.controls > 0, numbers.prose < 3000,
      node.attribute("aria-modal") != nil
    {
      return out(.dialog, 0.2)
    }
    guard !HTMLAncestry.isInContent(node) else {
      return words.contains(.sidebar) && isLinks ? out(.sidebar, 0.25) : nil
    }
    if words.contains(.sidebar), isLinks || numbers.prose <= 1500 || !measure.mains.isEmpty {
      return out(.sidebar, 0.25)
    }
    if words.contains(.footer), numbers.proseStart * 2 >= prose { return out(.footer, 0.25) }
    if node.attribute("id") == "titlearea", numbers.prose <= 200 { return out(.header, 0.15) }
    let isAtTop = numbers.start * 20 <= measure.total
    if words.contains(.header), isAtTop, isLinks { return out(.header, 0.15) }
    return nil
  }

  /// Lists of links that have no name: to the next and last page, at the page's edges, to its own headings.
  private func linkList(_ node: XMLNode, _ name: String) -> HTMLFurniture? {
    guard
      ["ul", "ol", "div", "table", "p", "center", "dl", "section", "span", "tr", "td", "li", "b"].contains(
        name)
    else {
      return nil
    }
    let numbers = measure[node]
    guard numbers.links > 0, !numbers.hasTitle, !numbers.hasArticle else { return nil }
    if numbers.pagerLinks * 2 >= numbers.links, numbers.pagerLinks > 0, numbers.text <= 500,
      numbers.prose <= 250,
      mayLeaveOut(node, most: 0.2)
    {
      return .navigation
    }
    guard numbers.links >= 3, numbers.linkShare >= 0.8, numbers.prose <= 200 else { return nil }
    let rest = prose - numbers.prose
    if numbers.innerLinks == numbers.links, rest >= 3 * numbers.text, numbers.start * 3 <= measure.total {
      return .contents
    }
    guard !HTMLAncestry.isInContent(node), rest >= 5 * numbers.text else { return nil }
    let isAtStart = numbers.start < titleStart || numbers.start * 50 <= measure.total
    let isAtEnd = (numbers.start + numbers.text) * 100 >= measure.total * 98
    return isAtStart || isAtEnd ? .navigation : nil
  }
}
