import Catalog
import IndexStore

/// Texts of what moved, as far as they are still there and may be kept.
package struct DriftExamples {
  private let home: HomeFolder
  private static let longest = 200

  package init(home: HomeFolder) {
    self.home = home
  }

  /// By signal; signals without examples are left out.
  ///
  /// - Throws: `IndexStoreError`, `CatalogError`.
  package func texts(of window: DriftWindow) throws -> [String: [String]] {
    guard try home.catalog.collection(named: window.collection) != nil else { return [:] }
    let snapshot = try DocumentCollection(window.collection, in: home).snapshot()
    var texts: [String: [String]] = [:]
    for signal in window.signals where !signal.examples.isEmpty {
      let found = try signal.examples.compactMap { example -> String? in
        switch example.kind {
        case .text: return example.value
        case .question:
          return try Int64(example.value).flatMap { try home.catalog.observedQuestion($0) }?.text
        case .chunk:
          guard let chunk = ChunkID(example.value) else { return nil }
          return try snapshot.contents(of: [chunk])[chunk]?.text
        }
      }
      if !found.isEmpty { texts[signal.signal.rawValue] = found.map(Self.shown) }
    }
    return texts
  }

  private static func shown(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count > longest ? line.prefix(longest) + "…" : line
  }
}
