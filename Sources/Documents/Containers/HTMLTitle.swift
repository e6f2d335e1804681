/// A page's title without the name of its site.
enum HTMLTitle {
  private static let separators = [
    " | ", " - ", " – ", " — ", " · ", " • ", " :: ", " » ", " « ", " / ", " < ", " ‹ ", ": ",
  ]

  /// The heading where the title is that and a site's name, else the title without a name that the page says is its
  /// site's, else the title, else the heading.
  static func title(_ head: HTMLHead, headings: [String]) -> String? {
    guard let title = head.title else { return headings.first }
    let headings = headings.compactMap(TextAssembler.oneLine).filter { $0.utf8.count >= 2 }
    if headings.contains(title) { return title }
    for heading in headings {
      if separators.contains(where: { title.hasPrefix(heading + $0) }) { return heading }
    }
    if let first = headings.first, separators.contains(where: { title.hasSuffix($0 + first) }) {
      return first
    }
    if let site = head.site, !site.isEmpty {
      for separator in separators where title.hasSuffix(separator + site) {
        let rest = String(title.dropLast(separator.count + site.count))
        if !rest.isEmpty { return rest }
      }
    }
    return title
  }

  /// The title and what stands between its separators, UTF-8.
  static func parts(_ title: String) -> Set<[UInt8]> {
    var parts = [title]
    for separator in separators {
      parts = parts.flatMap { part in [part] + part.split(separator: separator).map(String.init) }
    }
    return Set(
      parts.prefix(64).compactMap(TextAssembler.oneLine).filter { $0.utf8.count >= 4 }.map { Array($0.utf8) })
  }
}
