/// Header fields in the order in which they were sent, found by name without regard to ASCII case.
///
/// - Source: RFC 9110 section 5.
package struct TransportHeaders: Hashable, Sendable {
  package struct Field: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package private(set) var fields: [Field]

  package init(_ fields: [Field] = []) {
    self.fields = fields
  }

  /// Value of the first field called `name`.
  ///
  /// - Complexity: O(fields), as all look-ups here: a message has a few dozen.
  package subscript(name: String) -> String? {
    fields.first { Self.isSameName($0.name, name) }?.value
  }

  /// Values of all fields called `name`, in order.
  package func values(of name: String) -> [String] {
    fields.filter { Self.isSameName($0.name, name) }.map(\.value)
  }

  package mutating func append(_ name: String, _ value: String) {
    fields.append(Field(name, value))
  }

  /// Removes all fields called `name` and adds one.
  package mutating func set(_ name: String, _ value: String) {
    fields.removeAll { Self.isSameName($0.name, name) }
    append(name, value)
  }

  /// Joins `text` to the last value with a space, as RFC 9112 section 5.2 asks for a folded line.
  mutating func extendLast(_ text: String) {
    guard !fields.isEmpty else { return }
    fields[fields.count - 1].value += " " + text
  }

  private static func isSameName(_ left: String, _ right: String) -> Bool {
    let left = left.utf8
    let right = right.utf8
    return left.count == right.count && zip(left, right).allSatisfy { lowercased($0) == lowercased($1) }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }
}

extension TransportHeaders: ExpressibleByDictionaryLiteral {
  /// Keeps the order of the literal, and repeated names.
  package init(dictionaryLiteral elements: (String, String)...) {
    self.init(elements.map { Field($0, $1) })
  }
}

/// Shows names alone: values hold credentials.
extension TransportHeaders: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "[" + fields.map(\.name).joined(separator: ", ") + "]" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["names": fields.map(\.name)]) }
}
