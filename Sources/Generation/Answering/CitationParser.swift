/// Finds markers such as `[1]` or `[2, 3]` in text that arrives in pieces, wherever these are cut.
struct CitationParser {
  enum Piece: Hashable {
    case text(String)
    /// Numbers of passages, as the model wrote them.
    case markers([Int])
  }

  /// Longest marker, bytes: what is longer is text in brackets.
  private static let maximumBytes = 32

  /// Text that may be the beginning of a marker, from its `[` on.
  private var held: [UInt8] = []

  /// Takes the next piece.
  ///
  /// - Complexity: O(bytes).
  mutating func append(_ text: String) -> [Piece] {
    var pieces: [Piece] = []
    var plain: [UInt8] = []
    func flush() {
      if !plain.isEmpty { pieces.append(.text(String(decoding: plain, as: UTF8.self))) }
      plain = []
    }
    for byte in text.utf8 {
      if held.isEmpty {
        if byte == UInt8(ascii: "[") { held = [byte] } else { plain.append(byte) }
        continue
      }
      if byte == UInt8(ascii: "[") {
        // The one before was no marker.
        plain += held
        held = [byte]
      } else if byte == UInt8(ascii: "]") {
        if let numbers = Self.numbers(held.dropFirst()) {
          flush()
          pieces.append(.markers(numbers))
        } else {
          plain += held + [byte]
        }
        held = []
      } else {
        held.append(byte)
        if held.count > Self.maximumBytes || !Self.isPart(byte) {
          plain += held
          held = []
        }
      }
    }
    flush()
    return pieces
  }

  /// What is held back at the end of the text.
  mutating func finish() -> [Piece] {
    defer { held = [] }
    return held.isEmpty ? [] : [.text(String(decoding: held, as: UTF8.self))]
  }

  /// Letters are let in for the word "passage" alone; `numbers` is strict.
  private static func isPart(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || byte == 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "-")
      || "passageP".utf8.contains(byte)
  }

  /// The numbers of `1`, `1, 2`, `1-3` and `passage 1`.
  private static func numbers(_ bytes: ArraySlice<UInt8>) -> [Int]? {
    var text = String(decoding: bytes, as: UTF8.self)
    for word in ["passages ", "Passages ", "passage ", "Passage "] where text.hasPrefix(word) {
      text.removeFirst(word.count)
      break
    }
    var numbers: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
        Int($0.trimming { $0 == " " })
      }
      switch ends.count {
      case 1:
        guard let number = ends[0] else { return nil }
        numbers.append(number)
      case 2:
        guard let low = ends[0], let high = ends[1], low <= high, high - low < 20 else { return nil }
        numbers += low...high
      default: return nil
      }
    }
    return numbers
  }
}

extension Substring {
  /// Without the characters at both ends that satisfy `isBlank`.
  fileprivate func trimming(_ isBlank: (Character) -> Bool) -> Substring {
    var rest = drop(while: isBlank)
    while let last = rest.last, isBlank(last) { rest = rest.dropLast() }
    return rest
  }
}
