/// What a page shows around its content; what is left out is counted by these kinds.
enum HTMLFurniture: Int, CaseIterable {
  case navigation, breadcrumbs, contents, header, footer, sidebar, related, consent, dialog, sharing,
    newsletter
  case advertisement, skipLink, editLink, permalink, printOnly, hidden, outside, lineNumbers, control,
    embedded

  /// Names of one and of several, or `nil` where nobody would miss it.
  var names: (one: String, many: String)? {
    switch self {
    case .navigation: ("navigation list", "navigation lists")
    case .breadcrumbs: ("breadcrumb line", "breadcrumb lines")
    case .contents: ("list of the page's own headings", "lists of the page's own headings")
    case .header: ("page header", "page headers")
    case .footer: ("page footer", "page footers")
    case .sidebar: ("side bar", "side bars")
    case .related: ("list of related pages", "lists of related pages")
    case .consent: ("cookie notice", "cookie notices")
    case .dialog: ("closed dialog", "closed dialogs")
    case .sharing: ("group of share buttons", "groups of share buttons")
    case .newsletter: ("newsletter form", "newsletter forms")
    case .advertisement: ("advertisement", "advertisements")
    case .printOnly: ("part for print only", "parts for print only")
    case .hidden: ("hidden part", "hidden parts")
    case .outside: ("part outside of the page's main content", "parts outside of the page's main content")
    case .embedded: ("embedded frame, drawing or player", "embedded frames, drawings or players")
    case .editLink: ("edit link", "edit links")
    case .skipLink, .permalink, .lineNumbers, .control: nil
    }
  }
}

/// How often each kind of furniture was left out, and how much text it had.
struct HTMLFurnitureCount {
  private var counts = [Int](repeating: 0, count: HTMLFurniture.allCases.count)
  private var bytes = 0

  mutating func add(_ kind: HTMLFurniture, bytes: Int) {
    counts[kind.rawValue] += 1
    if kind.names != nil { self.bytes += bytes }
  }

  /// One sentence about all of it, or `nil` where nothing worth a word was left out.
  var sentence: String? {
    let parts = HTMLFurniture.allCases.compactMap { kind -> String? in
      let count = counts[kind.rawValue]
      guard count > 0, let names = kind.names else { return nil }
      return count == 1 ? "1 \(names.one)" : "\(count) \(names.many)"
    }
    guard !parts.isEmpty else { return nil }
    return "left out around the content: \(parts.joined(separator: ", ")) (\(bytes) bytes of text in all)"
  }
}
