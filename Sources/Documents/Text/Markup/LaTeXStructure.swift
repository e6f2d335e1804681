/// Where groups and environments of LaTeX end, found in one pass.
struct LaTeXStructure {
  /// By the offset of an opening brace or bracket, the offset of what closes it; -1 elsewhere.
  private var closes: [Int32]
  /// By the offset of `\begin`, the offset of its `\end`.
  private(set) var environmentEnds: [Int: Int] = [:]
  /// The sign between which text is verbatim (`\MakeShortVerb`), or `nil`.
  private(set) var shortVerb: UInt8?

  /// Environments whose text is not LaTeX.
  static let verbatim: Set<String> = [
    "verbatim", "verbatim*", "Verbatim", "lstlisting", "minted", "alltt", "comment", "filecontents",
    "filecontents*",
    "BVerbatim", "LVerbatim", "SaveVerbatim", "listing", "pycode", "sourcecode", "pre",
  ]

  /// - Complexity: O(bytes).
  init(_ bytes: [UInt8]) {
    closes = [Int32](repeating: -1, count: bytes.count)
    shortVerb = Self.shortVerb(in: bytes)
    var braces: [Int] = []
    var environments: [(name: String, start: Int)] = []
    var position = 0
    while position < bytes.count {
      switch bytes[position] {
      case 0x25:
        position = TextScan.line(in: bytes, from: position, to: bytes.count).upperBound
      case 0x5C:
        if let name = Self.environment("\\begin{", in: bytes, at: position) {
          if Self.verbatim.contains(name) {
            let end = Self.verbatimEnd(name, in: bytes, from: position)
            environmentEnds[position] = end
            position = end
          } else {
            environments.append((name, position))
            position += 6
          }
        } else if let name = Self.environment("\\end{", in: bytes, at: position) {
          if let open = environments.lastIndex(where: { $0.name == name }), environments.count - open < 50 {
            environmentEnds[environments[open].start] = position
            environments.removeLast(environments.count - open)
          }
          position += 4
        } else if let verb = Self.verb(at: position, in: bytes) {
          position = verb.upperBound + 1
        } else {
          // An escaped sign is no group; a command's name is stepped over letter by letter.
          position += position + 1 < bytes.count && !ASCII.isLetter(bytes[position + 1]) ? 2 : 1
        }
      case shortVerb:
        let line = TextScan.line(in: bytes, from: position, to: bytes.count)
        let close = bytes[(position + 1)..<max(position + 1, line.upperBound)].firstIndex(of: bytes[position])
        position = (close ?? position) + 1
      case 0x7B:
        braces.append(position)
        position += 1
      case 0x7D:
        if let open = braces.popLast() { closes[open] = Int32(position) }
        position += 1
      default: position += 1
      }
    }
  }

  /// The offset of the brace that closes the one at `open`, or `nil`.
  func close(of open: Int) -> Int? {
    closes.indices.contains(open) && closes[open] >= 0 ? Int(closes[open]) : nil
  }

  /// What `\verb|text|` at `position` shows, or `nil` where that is another command.
  static func verb(at position: Int, in bytes: [UInt8]) -> Range<Int>? {
    guard TextScan.has("\\verb", in: bytes, at: position) else { return nil }
    var start = position + 5
    if start < bytes.count, bytes[start] == 0x2A { start += 1 }
    guard start < bytes.count, bytes[start] < 0x80, !ASCII.isLetter(bytes[start]),
      !ASCII.isBlank(bytes[start])
    else { return nil }
    let line = TextScan.line(in: bytes, from: start, to: bytes.count)
    guard let close = bytes[(start + 1)..<max(start + 1, line.upperBound)].firstIndex(of: bytes[start]) else {
      return nil
    }
    return (start + 1)..<close
  }

  private static func shortVerb(in bytes: [UInt8]) -> UInt8? {
    let mark: StaticString = "\\MakeShortVerb{\\"
    guard
      let place = bytes.indices.first(where: { bytes[$0] == 0x5C && TextScan.has(mark, in: bytes, at: $0) })
    else {
      return nil
    }
    let sign = place + mark.utf8CodeUnitCount
    return sign < bytes.count && !ASCII.isAlphanumeric(bytes[sign]) && bytes[sign] < 0x80 ? bytes[sign] : nil
  }

  static func environment(_ command: StaticString, in bytes: [UInt8], at position: Int) -> String? {
    guard TextScan.has(command, in: bytes, at: position) else { return nil }
    let start = position + command.utf8CodeUnitCount
    guard let close = bytes[start...].prefix(60).firstIndex(of: 0x7D) else { return nil }
    return TextScan.string(start..<close, in: bytes)
  }

  private static func verbatimEnd(_ name: String, in bytes: [UInt8], from start: Int) -> Int {
    let mark = Array("\\end{\(name)}".utf8)
    var position = start
    while position + mark.count <= bytes.count {
      if bytes[position] == 0x5C, bytes[position..<(position + mark.count)].elementsEqual(mark) {
        return position
      }
      position += 1
    }
    return bytes.count
  }
}
