import Foundation

/// A folder of its own for one test, removed when this goes away.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() {
    let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    path = base + "/rag-test-" + UUID().uuidString
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Path of `name` inside.
  package func callAsFunction(_ name: String) -> String { path + "/" + name }
}
