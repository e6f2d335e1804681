/// Reads page numbers as they stand at the edges of pages.
package enum PageNumber {
  private static let names: Set<String> = [
    "page", "seite", "página", "pagina", "pág.", "pag.", "s.", "p.", "strona", "sida", "side", "sivu", "стр.",
    "страница", "oldal",
  ]
  private static let totals: Set<String> = ["of", "von", "/", "de", "sur", "di", "van", "z", "av", "из"]
  private static let separators: Set<String> = ["|", "·", "•", "–", "—", "-", "/"]

  /// The number in `text`, and the words beside it that a separator parts from it.
  ///
  /// - Returns: `nil` where a number is part of a phrase: `Customer number 502`.
  package static func find(in text: String) -> (number: Int, rest: String)? {
    var parts = text.split(separator: " ").map(String.init)
    // `- 12 -`
    while let first = parts.first, separators.contains(first), parts.count > 1 { parts.removeFirst() }
    while let last = parts.last, separators.contains(last), parts.count > 1 { parts.removeLast() }
    guard let first = parts.first, let last = parts.last else { return nil }
    if parts.count == 1, let own = value(first) { return (own, "") }
    if let own = explicit(parts[...]) { return (own, "") }
    // Words, a separator, the number; or the other way around.
    for index in parts.indices.dropFirst().dropLast() where separators.contains(parts[index]) {
      let (head, tail) = (parts[..<index], parts[(index + 1)...])
      if let number = tail.count == 1 ? value(last) : explicit(tail), head.count > 0 {
        return (number, head.joined(separator: " ") + " ")
      }
      if let number = head.count == 1 ? value(first) : explicit(head), tail.count > 0 {
        return (number, tail.joined(separator: " ") + " ")
      }
    }
    // Words, then `Page 3 of 9`.
    if let at = parts.firstIndex(where: { names.contains($0.lowercased()) }), at > 0,
      let number = explicit(parts[at...])
    {
      return (number, parts[..<at].joined(separator: " ") + " ")
    }
    return nil
  }

  /// Whether `text` says that it is a page number: `Page 3`, `3 of 9`.
  static func isExplicit(_ text: String) -> Bool {
    explicit(text.split(separator: " ").map(String.init)[...]) != nil
  }

  /// `Page 3`, `Page 3 of 9`, `3 of 9`, `3/9`.
  private static func explicit(_ parts: ArraySlice<String>) -> Int? {
    var parts = parts
    let isNamed = parts.first.map { names.contains($0.lowercased()) } ?? false
    if isNamed { parts.removeFirst() }
    guard let first = parts.first, parts.count <= 3 else { return nil }
    if parts.count == 1 {
      if isNamed { return value(first.hasSuffix(",") ? String(first.dropLast()) : first) }
      let halves = first.split(separator: "/")
      guard halves.count == 2, let number = value(String(halves[0])), let total = value(String(halves[1]))
      else {
        return nil
      }
      return number <= total ? number : nil
    }
    guard parts.count == 3, let number = value(first),
      totals.contains(parts[parts.startIndex + 1].lowercased()),
      let last = parts.last, let total = value(last), number <= total
    else { return nil }
    return number
  }

  /// A number of at most four digits, or a Roman one in small letters, with marks around it.
  private static func value(_ text: String) -> Int? {
    var scalars = text.unicodeScalars[...]
    while let first = scalars.first, "-–—([".unicodeScalars.contains(first) { scalars.removeFirst() }
    while let last = scalars.last, "-–—)].".unicodeScalars.contains(last) { scalars.removeLast() }
    guard !scalars.isEmpty, scalars.count <= 7 else { return nil }
    if scalars.count <= 4, scalars.allSatisfy({ ("0"..."9").contains($0) }) {
      return Int(String(Substring(scalars)))
    }
    let values: [Unicode.Scalar: Int] = ["i": 1, "v": 5, "x": 10, "l": 50, "c": 100]
    var total = 0
    var last = 0
    for scalar in scalars.reversed() {
      guard let value = values[scalar] else { return nil }
      total += value < last ? -value : value
      last = max(last, value)
    }
    return total
  }
}
