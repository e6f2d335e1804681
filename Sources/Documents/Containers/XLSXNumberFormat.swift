/// A number format such as `#,##0.00" kg";[Red](#,##0.00)`, taken apart.
///
/// - Source: ECMA-376 part 1, section 18.8.31.
struct XLSXNumberFormat {
  enum Token: Equatable {
    case literal([UInt8])
    /// `0`, `#` or `?`.
    case digit(UInt8)
    case point, percent, slash, general, text
    /// `E+` or `E-`.
    case exponent(showsPlus: Bool)
    /// Between digits it parts thousands; behind them each divides by a thousand.
    case comma
  }

  enum Moment: Equatable {
    case date, time, dateAndTime, duration
  }

  struct Section: Equatable {
    var tokens: [Token] = []
    var condition: Condition?
    /// What a section of dates and times shows.
    var moment: Moment?
    var isColored = false
  }

  struct Condition: Equatable {
    var sign: String
    var limit: Double

    func holds(_ value: Double) -> Bool {
      switch sign {
      case "<": value < limit
      case "<=": value <= limit
      case ">": value > limit
      case ">=": value >= limit
      case "<>": value != limit
      default: value == limit
      }
    }
  }

  private(set) var sections: [Section] = []

  /// Longer codes are no codes that Excel writes.
  private static let longest = 1000

  /// - Complexity: O(code).
  init(_ code: String) {
    var scan = Scan(bytes: Array(code.utf8.prefix(Self.longest)))
    repeat { sections.append(scan.section()) } while scan.skipsSemicolon()
  }

  /// The section that shows `value`, and whether it shows a negative number without its sign.
  func section(for value: Double) -> (section: Section, isAbsolute: Bool) {
    let count = min(sections.count, 3)
    let hasConditions = sections[..<count].contains { $0.condition != nil }
    if hasConditions {
      for (index, section) in sections[..<count].enumerated() {
        let isLast = index == count - 1
        if section.condition.map({ $0.holds(value) }) ?? (isLast || (index == 1 && value < 0)) {
          return (section, index > 0 && value < 0)
        }
      }
      return (sections[0], false)
    }
    if value < 0, count > 1 { return (sections[1], true) }
    if value == 0, count > 2 { return (sections[2], false) }
    return (sections[0], false)
  }

  private struct Scan {
    let bytes: [UInt8]
    var position = 0
    private var hasDate = false
    private var hasTime = false
    private var hasMonthOrMinute = false
    private var isDuration = false

    init(bytes: [UInt8]) {
      self.bytes = bytes
    }

    mutating func skipsSemicolon() -> Bool {
      guard position < bytes.count else { return false }
      position += 1
      return true
    }

    mutating func section() -> Section {
      var section = Section()
      (hasDate, hasTime, hasMonthOrMinute, isDuration) = (false, false, false, false)
      while position < bytes.count, bytes[position] != 0x3B { token(into: &section) }
      if isDuration {
        section.moment = .duration
      } else if hasDate {
        section.moment = hasTime ? .dateAndTime : .date
      } else if hasTime {
        section.moment = .time
      } else if hasMonthOrMinute {
        section.moment = .date
      }
      return section
    }

    private mutating func token(into section: inout Section) {
      let byte = bytes[position]
      position += 1
      switch byte {
      case 0x22:
        let start = position
        while position < bytes.count, bytes[position] != 0x22 { position += 1 }
        literal(bytes[start..<position], &section)
        position += 1
      case 0x5C: character(&section)
      case 0x5F, 0x2A:
        // A gap as wide as a character, or a character that fills the cell: neither is text.
        if byte == 0x5F, position < bytes.count, bytes[position] == 0x20 { literal([0x20], &section) }
        skipCharacter()
      case 0x5B: bracket(&section)
      case 0x30, 0x23, 0x3F: section.tokens.append(.digit(byte))
      case 0x2E: section.tokens.append(.point)
      case 0x2C: section.tokens.append(.comma)
      case 0x25: section.tokens.append(.percent)
      case 0x2F: section.tokens.append(.slash)
      case 0x40: section.tokens.append(.text)
      case 0x45, 0x65:
        if position < bytes.count, bytes[position] == 0x2B || bytes[position] == 0x2D {
          section.tokens.append(.exponent(showsPlus: bytes[position] == 0x2B))
          position += 1
        } else {
          hasDate = true
        }
      default: letter(byte, &section)
      }
    }

    private mutating func letter(_ byte: UInt8, _ section: inout Section) {
      switch byte | 0x20 {
      case 0x67 where follows("eneral"):
        position += 6
        section.tokens.append(.general)
      case 0x61 where follows("m/pm"):
        position += 4
        hasTime = true
      case 0x61 where follows("/p"):
        position += 2
        hasTime = true
      case 0x79, 0x64: hasDate = true
      case 0x68, 0x73: hasTime = true
      case 0x6D: hasMonthOrMinute = true
      default:
        position -= 1
        character(&section)
      }
    }

    private func follows(_ word: StaticString) -> Bool {
      let count = word.utf8CodeUnitCount
      guard position + count <= bytes.count else { return false }
      return word.withUTF8Buffer { word in
        (0..<count).allSatisfy { (bytes[position + $0] | 0x20) == (word[$0] | 0x20) }
      }
    }

    /// `[Red]`, `[>=100]`, `[$€-407]`, `[h]`.
    private mutating func bracket(_ section: inout Section) {
      let start = position
      while position < bytes.count, bytes[position] != 0x5D { position += 1 }
      let inside = Array(bytes[start..<position])
      position += 1
      guard let first = inside.first else { return }
      if first == 0x24 {
        let end = inside.lastIndex(of: 0x2D) ?? inside.count
        literal(inside[1..<max(1, end)], &section)
      } else if [0x3C, 0x3D, 0x3E].contains(first) {
        let sign = inside.prefix { [0x3C, 0x3D, 0x3E].contains($0) }
        let limit = Double(String(decoding: inside[sign.count...], as: UTF8.self))
        if let limit {
          section.condition = Condition(sign: String(decoding: sign, as: UTF8.self), limit: limit)
        }
      } else if inside.allSatisfy({ $0 | 0x20 == first | 0x20 }), [0x68, 0x6D, 0x73].contains(first | 0x20) {
        isDuration = true
      } else {
        let word = String(decoding: inside, as: UTF8.self).lowercased()
        if ["red", "black", "blue", "cyan", "green", "magenta", "white", "yellow"].contains(word)
          || word.hasPrefix("color")
        {
          section.isColored = true
        }
      }
    }

    private func literal(_ bytes: some Collection<UInt8>, _ section: inout Section) {
      if case .literal(let before) = section.tokens.last {
        section.tokens[section.tokens.count - 1] = .literal(before + bytes)
      } else if !bytes.isEmpty {
        section.tokens.append(.literal(Array(bytes)))
      }
    }

    private mutating func character(_ section: inout Section) {
      let start = position
      skipCharacter()
      literal(bytes[start..<position], &section)
    }

    private mutating func skipCharacter() {
      guard position < bytes.count else { return }
      position += 1
      while position < bytes.count, ASCII.isContinuation(bytes[position]) { position += 1 }
    }
  }
}
