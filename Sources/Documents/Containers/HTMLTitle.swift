/// A page's title without the name of its site.
enum HTMLTitle {
  private static let separators = [" | ", " - ", " – ", " — ", " · ", " • ", " :: ", " » ", " « ", " / ", " < ", " ‹ ", ": "]

  /// The heading where the title is that and a site's name, else the title without a name that the page says is its
  /// site's, else the title, else the heading.
  static func title(_ head: HTMLHead, heading: String?) -> String? {
    guard let title = head.title else { return heading }
    if let heading = heading.flatMap(TextAssembler.oneLine), heading.utf8.count >= 2, title != heading {
      for separator in separators {
        if title.hasPrefix(heading + separator) || title.hasSuffix(separator + heading) { return heading }
      }
    }
    if let site = head.site, !site.isEmpty {
      for separator in separators where title.hasSuffix(separator + site) {
        let rest = String(title.dropLast(separator.count + site.count))
        if !rest.isEmpty { return rest }
      }
    }
    return title
  }
}
