/// The bytes of one file and the name they came under, before any reading.
package struct SourceFile: Hashable, Sendable {
  /// Path or name; its extension takes part in format detection.
  package var name: String
  package var bytes: [UInt8]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}
