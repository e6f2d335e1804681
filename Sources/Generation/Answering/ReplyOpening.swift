/// Looks at the first words of a reply: the sign that there is no answer, and thoughts that are none of it.
struct ReplyOpening {
  /// What the prompt asks for where the passages do not answer.
  static let refusal = "NO ANSWER"

  private static let thinkStart = "<think>"
  private static let thinkEnd = "</think>"

  private var held = ""
  private var isThinking = false
  private var isOpen = false

  /// Takes the next piece in.
  ///
  /// - Returns: text that is part of the answer for certain.
  /// - Complexity: O(text).
  mutating func append(_ text: String) -> String {
    if isOpen { return text }
    held += text
    if isThinking {
      guard let rest = Self.behind(Self.thinkEnd, in: held) else {
        // Only the beginning of the end mark can be of use.
        held = String(held.suffix(Self.thinkEnd.count))
        return ""
      }
      held = rest
      isThinking = false
    }
    let start = held.drop { $0.isWhitespace }
    if start.hasPrefix(Self.thinkStart) {
      held = String(start.dropFirst(Self.thinkStart.count))
      isThinking = true
      return append("")
    }
    if Self.thinkStart.hasPrefix(start) || Self.couldRefuse(start) { return "" }
    isOpen = true
    defer { held = "" }
    return String(start)
  }

  /// At the end: whether the reply is a refusal, and else what was held back.
  mutating func finish() -> (isRefusal: Bool, rest: String) {
    if isOpen || isThinking { return (false, "") }
    let start = held.drop { $0.isWhitespace }
    let words = Self.unadorned(start)
    let isRefusal = words.uppercased().hasPrefix(Self.refusal)
    return isRefusal ? (true, "") : (false, String(start))
  }

  /// Whether `start` is a refusal or may become one.
  private static func couldRefuse(_ start: Substring) -> Bool {
    let words = unadorned(start)
    let opening = words.prefix(refusal.count).uppercased()
    guard opening == refusal else { return refusal.hasPrefix(opening) }
    // "No answers were found wrong" is an answer.
    return words.dropFirst(refusal.count).first?.isLetter != true
  }

  /// Without the quotes and stars that models put around words.
  private static func unadorned(_ text: Substring) -> Substring {
    text.drop { "\"'“*_`".contains($0) }
  }

  /// `reply` without the thoughts that it begins with; nothing where they never end.
  static func withoutThoughts(_ reply: String) -> String {
    guard reply.drop(while: \.isWhitespace).hasPrefix(thinkStart) else { return reply }
    return behind(thinkEnd, in: reply) ?? ""
  }

  private static func behind(_ mark: String, in text: String) -> String? {
    text.firstRange(of: mark).map { String(text[$0.upperBound...]) }
  }
}
