/// Looks at the first words of a reply: the sign that there is no answer, and thoughts that are none of it.
struct ReplyOpening {
  /// What the prompt asks for where the passages do not answer.
  static let refusal = "NO ANSWER"

  private static let thinkStart = "<think>"
  private static let thinkEnd = "</think>"

  private var held = ""
  private var isOpen = false

  /// Takes the next piece in.
  ///
  /// - Returns: text that is part of the answer for certain.
  mutating func append(_ text: String) -> String {
    if isOpen { return text }
    held += text
    var start = held.drop { $0.isWhitespace }
    if start.hasPrefix(Self.thinkStart) {
      guard let end = start.range(of: Self.thinkEnd) else { return "" }
      start = start[end.upperBound...].drop { $0.isWhitespace }
      held = String(start)
    } else if Self.thinkStart.hasPrefix(start) {
      return ""
    }
    let word = start.prefix(Self.refusal.count).uppercased()
    if Self.refusal.hasPrefix(word) || word == Self.refusal { return "" }
    isOpen = true
    defer { held = "" }
    return String(start)
  }

  /// At the end: whether the reply is a refusal, and else what was held back.
  mutating func finish() -> (isRefusal: Bool, rest: String) {
    let start = held.drop { $0.isWhitespace }
    if !isOpen, start.uppercased().hasPrefix(Self.refusal) { return (true, "") }
    return (false, start.hasPrefix(Self.thinkStart) ? "" : String(start))
  }
}
