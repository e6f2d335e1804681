/// The list numbering of a Word document, counting as paragraphs go by.
///
/// - Source: ECMA-376 part 1, section 17.9.
struct DOCXNumbering {
  /// Which list a paragraph belongs to; id `0` takes it out of any.
  struct Reference {
    var id: String?
    var level: Int?
    /// The paragraph's style, whose level in the list counts where none is given.
    var style: String?

    init(id: String?, level: Int?) {
      self.id = id
      self.level = level
    }

    /// The `numPr` of paragraph properties.
    init?(_ properties: XMLNode?) {
      guard let node = properties?.first("numPr") else { return nil }
      id = node.first("numId")?.attribute("val")
      level = node.first("ilvl")?.attribute("val").flatMap { Int($0) }
    }
  }

  private struct Level {
    var format = "decimal"
    var text = ""
    var start = 1
    /// The style whose paragraphs stand on this level.
    var style: String?
    /// A level, from 0, that begins it anew; `nil` where any above does.
    var restart: Int?
    /// Whether numbers of levels above are shown as digits.
    var isLegal = false

    init(format: String = "decimal") {
      self.format = format
    }

    init(_ node: XMLNode) {
      format = node.first("numFmt")?.attribute("val") ?? "decimal"
      text = node.first("lvlText")?.attribute("val") ?? ""
      start = node.first("start")?.attribute("val").flatMap { Int($0) } ?? 1
      style = node.first("pStyle")?.attribute("val")
      restart = node.first("lvlRestart")?.attribute("val").flatMap { Int($0) }
      isLegal = node.first("isLgl").map(DOCXStyles.isOn) ?? false
    }
  }

  private static let deepest = 8
  private var levels: [String: [Int: Level]] = [:]
  private var abstractOf: [String: String] = [:]
  private var starts: [String: [Int: Int]] = [:]
  /// Levels that a list has for itself.
  private var changes: [String: [Int: Level]] = [:]
  private var counters: [String: [Int?]] = [:]
  private var begun: Set<String> = []

  /// - Complexity: O(definitions).
  init(_ root: XMLNode?) {
    guard let root else { return }
    var byStyleLink: [String: [Int: Level]] = [:]
    var linked: [String: String] = [:]
    for node in root.elements("abstractNum") {
      guard let id = node.attribute("abstractNumId") else { continue }
      var found: [Int: Level] = [:]
      for level in node.elements("lvl") {
        guard let depth = level.attribute("ilvl").flatMap({ Int($0) }) else { continue }
        found[depth] = Level(level)
      }
      if let link = node.first("styleLink")?.attribute("val") { byStyleLink[link] = found }
      if let link = node.first("numStyleLink")?.attribute("val") { linked[id] = link }
      levels[id] = found
    }
    for (id, link) in linked {
      if let found = byStyleLink[link] { levels[id] = found }
    }
    for node in root.elements("num") {
      guard let id = node.attribute("numId"), let abstract = node.first("abstractNumId")?.attribute("val")
      else {
        continue
      }
      abstractOf[id] = abstract
      for change in node.elements("lvlOverride") {
        guard let depth = change.attribute("ilvl").flatMap({ Int($0) }) else { continue }
        if let level = change.first("lvl") { changes[id, default: [:]][depth] = Level(level) }
        if let start = change.first("startOverride")?.attribute("val").flatMap({ Int($0) }) {
          starts[id, default: [:]][depth] = start
        }
      }
    }
  }

  /// Counts one paragraph of a list.
  ///
  /// - Returns: its nesting depth from 1 and its label (`1.2`, `a)`, `-` for a bullet), or `nil` when
  ///   `reference` names no list.
  mutating func next(_ reference: Reference) -> (depth: Int, label: String)? {
    guard let id = reference.id, id != "0", let abstract = abstractOf[id] else { return nil }
    var defined = levels[abstract] ?? [:]
    for (depth, level) in changes[id] ?? [:] { defined[depth] = level }
    let ofStyle = reference.style.flatMap { style in defined.first { $0.value.style == style }?.key }
    let depth = max(0, min(reference.level ?? ofStyle ?? 0, Self.deepest))
    var counts = counters[abstract] ?? [Int?](repeating: nil, count: Self.deepest + 1)
    if begun.insert(id).inserted, let restarts = starts[id] {
      for level in restarts.keys where level >= 0 && level <= Self.deepest { counts[level] = nil }
    }
    func start(_ level: Int) -> Int { starts[id]?[level] ?? defined[level]?.start ?? 1 }
    counts[depth] = counts[depth].map { $0 &+ 1 } ?? start(depth)
    for deeper in (depth + 1)..<(Self.deepest + 2) where deeper <= Self.deepest {
      // A level may wait for one further above, or go on for ever (0).
      if let restart = defined[deeper]?.restart, restart == 0 || depth + 1 > restart { continue }
      counts[deeper] = nil
    }
    for above in 0..<depth where counts[above] == nil { counts[above] = start(above) }
    counters[abstract] = counts
    let level = defined[depth] ?? Level(format: "bullet")
    guard level.format != "bullet" && level.format != "none" && !level.text.isEmpty else {
      return (depth + 1, level.format == "none" ? "" : "-")
    }
    var label = ""
    var isReference = false
    for scalar in level.text.unicodeScalars {
      if isReference, let digit = Int(String(scalar)), (1...9).contains(digit) {
        let format = defined[digit - 1]?.format ?? "decimal"
        label += Self.format(
          counts[digit - 1] ?? 1, as: level.isLegal && format != "decimalZero" ? "decimal" : format)
        isReference = false
      } else if scalar == "%" {
        isReference = true
      } else {
        label.unicodeScalars.append(scalar)
        isReference = false
      }
    }
    return (depth + 1, label)
  }

  static func format(_ number: Int, as format: String) -> String {
    switch format {
    case "lowerLetter", "upperLetter":
      guard number > 0 else { return String(number) }
      let letter = UInt8(ascii: format == "lowerLetter" ? "a" : "A") + UInt8((number - 1) % 26)
      // Word goes on with aa, bb, cc.
      return String(repeating: Character(Unicode.Scalar(letter)), count: min(20, (number - 1) / 26 + 1))
    case "lowerRoman": return roman(number).lowercased()
    case "upperRoman": return roman(number)
    case "decimalZero": return DateText.padded(number, 2)
    case "ordinal" where number > 0:
      let ending =
        (11...13).contains(number % 100) ? "th" : ["th", "st", "nd", "rd"][min(number % 10, 4) % 4]
      return String(number) + ending
    default: return String(number)
    }
  }

  private static func roman(_ number: Int) -> String {
    guard (1..<4000).contains(number) else { return String(number) }
    let digits = [
      (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
      (10, "X"),
      (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ]
    var left = number
    var text = ""
    for (value, letters) in digits {
      while left >= value {
        text += letters
        left -= value
      }
    }
    return text
  }
}
