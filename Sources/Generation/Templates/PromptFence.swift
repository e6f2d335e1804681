/// Keeps values inside the tags that a prompt puts around them.
///
/// It works on bytes: by characters, `<` behind a scalar that joins it would be another character and slip through.
struct PromptFence: Sendable {
  /// What must not stand in a value, lower case: `</` and the beginnings of the template's own tags.
  private let openings: [[UInt8]]

  /// - Parameter template: its text; every `<name` in it is a tag.
  init(of template: String) {
    var names: Set<[UInt8]> = []
    for piece in template.utf8.split(separator: UInt8(ascii: "<")).dropFirst(template.hasPrefix("<") ? 0 : 1)
    {
      let name = piece.prefix { Self.isName($0) }
      if !name.isEmpty { names.insert(name.map(Self.lowercased)) }
    }
    openings = [[UInt8(ascii: "/")]] + names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// `text` with a blank behind each `<` that could open or close a tag.
  ///
  /// - Complexity: O(bytes × tags).
  func broken(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 16)
    for (index, byte) in bytes.enumerated() {
      result.append(byte)
      guard byte == UInt8(ascii: "<") else { continue }
      let rest = bytes[(index + 1)...]
      let isTag = openings.contains { opening in
        rest.count >= opening.count && zip(rest, opening).allSatisfy { Self.lowercased($0) == $1 }
      }
      if isTag { result.append(UInt8(ascii: " ")) }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// `text` fit for an attribute in double quotes: on one line, without such quotes.
  static func attribute(_ text: String) -> String {
    let bytes = text.utf8.map { byte in
      byte == UInt8(ascii: "\"") ? UInt8(ascii: "'") : byte < 0x20 ? UInt8(ascii: " ") : byte
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isName(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(lowercased(byte)) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "_")
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }
}
