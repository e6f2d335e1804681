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
    var texts: [String: [String]] = [:]
    for signal in window.signals where !signal.examples.isEmpty {
      let found = try self.texts(signal.examples, in: window.collection).compactMap { $0 }
        .reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      if !found.isEmpty { texts[signal.signal.rawValue] = found }
    }
    return texts
  }

  /// One a point of the window's side of each signal's map, in order.
  ///
  /// - Throws: `IndexStoreError`, `CatalogError`.
  package func mapTexts(of window: DriftWindow) throws -> [String: [String?]] {
    var texts: [String: [String?]] = [:]
    for signal in window.signals {
      guard let map = signal.map else { continue }
      texts[signal.signal.rawValue] = try self.texts(map.current.map(\.example), in: window.collection)
    }
    return texts
  }

  private func texts(_ examples: [SignalResult.Example?], in collection: String) throws -> [String?] {
    guard try home.catalog.collection(named: collection) != nil else { return examples.map { _ in nil } }
    let chunks = examples.map { $0.flatMap { $0.kind == .chunk ? ChunkID($0.value) : nil } }
    let contents = try DocumentCollection(collection, in: home).snapshot().contents(
      of: chunks.compactMap { $0 })
    return try zip(examples, chunks).map { example, chunk in
      let text: String? =
        switch example?.kind {
        case .text: example?.value
        case .question:
          try example.flatMap { Int64($0.value) }.flatMap { try home.catalog.observedQuestion($0) }?.text
        case .chunk: chunk.flatMap { contents[$0]?.text }
        case nil: nil
        }
      return text.map(Self.shown)
    }
  }

  private static func shown(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return line.count > longest ? line.prefix(longest) + "…" : line
  }
}
