/// Decides what a hyphen at the end of a line is: a mark of the line break, or part of the word.
///
/// What the document writes inside of its lines decides first: the joined word, or the one with a hyphen. Else both
/// parts must be words by themselves for the hyphen to stay, in a document that breaks no other words, or after words
/// that are usually followed by a hyphen (`well-known`, `self-made`). Before digits, capitals and after digits it stays.
package struct HyphenRule {
  package enum Join: Equatable {
    /// The line does not end in a hyphen: a space stands between the words.
    case apart
    /// The hyphen stays, the next word follows at once.
    case kept
    /// The last scalar of the first word goes.
    case joined
    /// The hyphen stays with a space behind it: `Haupt- und Nebensatz`.
    case suspended
  }

  private var counts: [String: Int] = [:]
  /// Whether other line ends show that words are broken.
  private var breaksWords = false

  /// Words that are more often followed by a hyphen than broken behind.
  private static let prefixes: Set<String> = [
    "well", "self", "half", "cross", "long", "short", "high", "low", "full", "first", "second", "third",
    "two",
    "three", "four", "five", "six", "seven", "eight", "nine", "twenty", "thirty", "forty", "fifty", "sixty",
    "seventy",
    "eighty", "ninety", "year", "single", "large", "small", "near", "hard",
  ]
  /// Endings of words that begin like those.
  private static let endings: Set<String> = [
    "ness", "less", "teen", "ways", "land", "lands", "ship", "hood", "ward", "wards", "ening", "ened", "ered",
    "ering",
    "light", "lights", "lighted", "fold", "most", "some", "ware", "wares",
  ]
  private static let conjunctions: Set<String> = [
    "und", "oder", "and", "or", "bzw", "bzw.", "sowie", "bis", "to", "et", "ou", "y", "o", "e", "en", "of",
    "och", "i",
  ]

  /// - Parameter lines: the words of each line of the document, in order; an empty list parts what does not go on.
  /// - Complexity: O(bytes).
  package init(lines: some Sequence<[String]>) {
    var wanted: Set<String> = []
    var pairs: [(left: String, right: String)] = []
    var last: String?
    for line in lines {
      if let left = last, let right = line.first, let pair = Self.pair(left, right) {
        pairs.append(pair)
        wanted.formUnion([pair.left + pair.right, pair.left + "-" + pair.right, pair.left, pair.right])
      } else if let left = last, let right = line.first, Self.hyphen(of: left) != nil, Self.isCapitals(left),
        Self.isCapitals(right)
      {
        wanted.insert(Self.core(left) + Self.core(right))
      }
      last = line.last
    }
    guard !wanted.isEmpty else { return }
    var isAfterHyphen = false
    for line in lines {
      for (index, word) in line.enumerated() {
        let isBroken = index == line.count - 1 && Self.hyphen(of: word) != nil
        if !isBroken, !(index == 0 && isAfterHyphen) {
          let core = Self.core(word)
          if wanted.contains(core) { counts[core, default: 0] += 1 }
          if core.utf8.contains(0x2D) {
            for part in core.split(separator: "-") where wanted.contains(String(part)) {
              counts[String(part), default: 0] += 1
            }
          }
        }
        if index == line.count - 1 { isAfterHyphen = isBroken }
      }
      if line.isEmpty { isAfterHyphen = false }
    }
    breaksWords = pairs.contains { pair in
      count(pair.left + pair.right) > 0
        || count(pair.right) == 0 && count(pair.left) == 0 && pair.right.utf8.count > 2
    }
  }

  /// How the last word of a line and the first of the next one are joined.
  package func join(_ left: String, _ right: String) -> Join {
    guard let hyphen = Self.hyphen(of: left) else {
      return Self.isOpenEnd(left, right) ? .kept : .apart
    }
    if hyphen == "\u{AD}" { return .joined }
    let head = left.unicodeScalars.dropLast()
    guard let before = head.last, before.properties.isAlphabetic || ("0"..."9").contains(before) else {
      return .apart
    }
    if Self.conjunctions.contains(right.lowercased()) { return .suspended }
    guard let first = right.unicodeScalars.first, first.properties.isAlphabetic || ("0"..."9").contains(first)
    else {
      return .apart
    }
    guard let pair = Self.pair(left, right) else {
      let isAddress = left.contains("/") || left.contains("@") || left.contains("_")
      let areCapitals = !isAddress && Self.isCapitals(left) && Self.isCapitals(right)
      if areCapitals, count(Self.core(left) + Self.core(right)) > 0 { return .joined }
      return .kept
    }
    let joined = count(pair.left + pair.right)
    let compound = count(pair.left + "-" + pair.right)
    if joined != compound { return joined > compound ? .joined : .kept }
    // `E-Mail-Adres-se` is broken once more; `state-of-the-art` is not.
    let head2 =
      pair.left.utf8.split(separator: 0x2D).last.map { String(decoding: $0, as: UTF8.self) } ?? pair.left
    if head2.unicodeScalars.count == 1 { return .kept }
    let isPrefix = Self.prefixes.contains(head2)
    let areWords = count(pair.right) > 0 && count(head2) > 0
    if isPrefix, pair.right.utf8.count >= 4, !Self.endings.contains(pair.right) { return .kept }
    if areWords, !breaksWords { return .kept }
    return .joined
  }

  private func count(_ word: String) -> Int { counts[word] ?? 0 }

  /// Whether a dash between figures or an address was broken: `737–` and `9`, `https://` and a name.
  private static func isOpenEnd(_ left: String, _ right: String) -> Bool {
    guard let first = right.unicodeScalars.first,
      first.properties.isAlphabetic || ("0"..."9").contains(first),
      let last = left.unicodeScalars.last, left.unicodeScalars.count > 1
    else { return false }
    switch last {
    case "–":
      return ("0"..."9").contains(first)
        && left.unicodeScalars.dropLast().last.map { ("0"..."9").contains($0) } ?? false
    case "@": return true
    case "/": return left.contains("//") || left.contains("www.")
    default: return false
    }
  }

  /// The hyphen that a word ends with.
  private static func hyphen(of word: String) -> Unicode.Scalar? {
    guard let last = word.unicodeScalars.last, word.unicodeScalars.count > 1 else { return nil }
    return last == "-" || last == "\u{2010}" || last == "\u{AD}" ? last : nil
  }

  /// Both parts in lower case, where the second begins in lower case and a letter stands before the hyphen.
  private static func pair(_ left: String, _ right: String) -> (left: String, right: String)? {
    guard hyphen(of: left) != nil, let before = left.unicodeScalars.dropLast().last,
      before.properties.isAlphabetic,
      let first = right.unicodeScalars.first, first.properties.isLowercase
    else { return nil }
    if left.contains("/") || left.contains("@") || left.contains("_") { return nil }
    let (head, tail) = (core(left), core(right))
    return head.isEmpty || tail.isEmpty ? nil : (head, tail)
  }

  private static func isCapitals(_ word: String) -> Bool {
    word.unicodeScalars.allSatisfy { !$0.properties.isLowercase }
      && word.unicodeScalars.contains { $0.properties.isUppercase }
  }

  /// A word in lower case without the marks around it.
  private static func core(_ word: String) -> String {
    var scalars = word.unicodeScalars[...]
    func isPart(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
    }
    while let first = scalars.first, !isPart(first) { scalars.removeFirst() }
    while let last = scalars.last, !isPart(last) { scalars.removeLast() }
    return String(Substring(scalars)).lowercased().replacing("\u{2010}", with: "-")
  }
}
