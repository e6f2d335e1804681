import IndexStore
import Synchronization

/// The collections that were asked for, each opened once.
///
/// A commit of another process is seen by the next request, as each takes the newest snapshot.
package final class OpenCollections: Sendable {
  /// Opens a collection and its models.
  package typealias Opener = @Sendable (_ name: String) async throws -> ServedCollection

  private let home: HomeFolder
  private let opener: Opener
  private let open = Mutex<[String: ServedCollection]>([:])

  package init(home: HomeFolder, opener: @escaping Opener) {
    self.home = home
    self.opener = opener
  }

  /// - Throws: `IndexStoreError.collectionMissing`, and what opening throws.
  func collection(_ name: String) async throws -> ServedCollection {
    if let known = open.withLock({ $0[name] }) {
      let configuration = try known.collection.snapshot().configuration
      // One that was deleted and made again may have another model.
      let model = known.tools.embedder?.identity
      if model?.isComparable(to: configuration.embedding) != false { return known }
    }
    guard HomeFolder.isValidName(name) else {
      throw ServiceError(
        .invalidRequest,
        "'\(name.prefix(80))' cannot name a collection: use up to 64 letters, digits, '.', '_' and '-'",
        parameter: "collection")
    }
    let fresh = try await opener(name)
    return open.withLock { open in
      open[name] = fresh
      return fresh
    }
  }

  func forget(_ name: String) { _ = open.withLock { $0.removeValue(forKey: name) } }
}
