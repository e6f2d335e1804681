/// How the items of a list are numbered, level by level.
///
/// - Source: OASIS OpenDocument 1.3 part 3, section 16.30.
struct ODFListStyle {
  private struct Level {
    var isBullet = false
    var format = ""
    var prefix = ""
    var suffix = ""
    var start = 1
    /// How many numbers of levels are shown, its own among them.
    var shown = 1
  }

  static let deepest = 10
  private var levels: [Int: Level] = [:]

  init(_ node: XMLNode) {
    for child in node.elements {
      guard let depth = child.attribute("level").flatMap({ Int($0) }), (1...Self.deepest).contains(depth)
      else {
        continue
      }
      var level = Level()
      level.isBullet = child.name == "list-level-style-bullet" || child.name == "list-level-style-image"
      level.format = child.attribute("num-format") ?? ""
      level.prefix = child.attribute("num-prefix") ?? ""
      level.suffix = child.attribute("num-suffix") ?? ""
      level.start = child.attribute("start-value").flatMap { Int($0) } ?? 1
      level.shown = child.attribute("display-levels").flatMap { Int($0) } ?? 1
      levels[depth] = level
    }
  }

  func start(_ depth: Int) -> Int { levels[depth]?.start ?? 1 }

  /// The label of an item, `1.2`, `a)` or `-`; empty where the level shows none.
  ///
  /// - Parameters:
  ///   - depth: from 1.
  ///   - counts: by level, from 0.
  func label(_ depth: Int, counts: [Int]) -> String {
    guard let level = levels[depth] else { return "-" }
    if level.isBullet { return "-" }
    guard !level.format.isEmpty else { return "" }
    let first = max(1, depth - max(1, min(level.shown, Self.deepest)) + 1)
    let numbers = (first...depth).compactMap { above -> String? in
      guard counts.indices.contains(above - 1), let format = levels[above]?.format, !format.isEmpty else {
        return nil
      }
      return DOCXNumbering.format(counts[above - 1], as: Self.name(format))
    }
    return level.prefix + numbers.joined(separator: ".") + level.suffix
  }

  /// Word's name of a number format.
  private static func name(_ format: String) -> String {
    switch format {
    case "a": "lowerLetter"
    case "A": "upperLetter"
    case "i": "lowerRoman"
    case "I": "upperRoman"
    default: "decimal"
    }
  }
}
