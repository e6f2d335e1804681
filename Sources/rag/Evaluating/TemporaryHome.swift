import Foundation

/// A home of which nothing stays.
final class TemporaryHome {
  let path: String

  init(purpose: String) {
    path =
      FileManager.default.temporaryDirectory.appendingPathComponent("rag-\(purpose)-\(UUID().uuidString)")
      .path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }
}
