import Foundation
import Synchronization

/// A line of JSON for each request and each thing that went wrong, on standard error or wherever `write` puts it.
///
/// Neither keys nor texts of documents stand in it; questions only where that is configured.
package final class AccessLog: Sendable {
  /// How much is written.
  package enum Level: String, CaseIterable, Sendable {
    case debug, info, warning, error, none
  }

  private let level: Level
  private let write: @Sendable (String) -> Void

  package init(level: Level, write: @escaping @Sendable (String) -> Void) {
    self.level = level
    self.write = write
  }

  func writes(_ level: Level) -> Bool {
    Self.rank(level) >= Self.rank(self.level) && self.level != .none
  }

  package func log(_ level: Level, _ message: String, _ members: [(String, JSONValue)] = []) {
    guard writes(level) else { return }
    write(
      JSONValue.object(
        [
          ("time", .string(Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))),
          ("level", .string(level.rawValue)), ("message", .string(message)),
        ] + members
      ).description + "\n")
  }

  private static func rank(_ level: Level) -> Int { Level.allCases.firstIndex(of: level) ?? 0 }
}
