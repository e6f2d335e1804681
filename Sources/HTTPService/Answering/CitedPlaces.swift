import Documents
import Generation
import IndexStore
import Retrieval
import Storage
import Synchronization

/// Where the quotes of one answer stand in their sources.
///
/// The places of a document are read when it is first cited, and then kept until the answer is done.
final class CitedPlaces: Sendable {
  private struct State {
    var places: [Int64: DocumentPlaces] = [:]
    /// Documents that were deleted meanwhile, or whose places cannot be read.
    var missing: Set<Int64> = []
    var failure: IndexStoreError?
  }

  private let snapshot: CollectionSnapshot
  /// Rows of the documents that can be cited, by identity.
  private let rows: [DocumentPath: Int64]
  private let state = Mutex(State())

  init(_ found: FoundPassages) {
    snapshot = found.result.snapshot
    rows = Dictionary(found.passages.map { (DocumentPath($0.documentID), $0.document) }) { first, _ in first }
  }

  /// Why places of some document could not be read; its citations keep the page of their passage.
  var failure: IndexStoreError? { state.withLock { $0.failure } }

  /// The citation with the place of its quote, and its own page.
  ///
  /// - Complexity: O(log words + words of the quote), and O(words of the document) for the first of a document.
  func placed(_ citation: Citation) -> Citation {
    guard citation.place == nil, let row = rows[DocumentPath(citation.documentID)],
      let places = places(of: row)
    else {
      return citation
    }
    var placed = citation
    let place = places.place(of: citation.range)
    placed.place = place
    placed.page = place.page
    return placed
  }

  private func places(of row: Int64) -> DocumentPlaces? {
    state.withLock { state -> DocumentPlaces? in
      if let known = state.places[row] { return known }
      guard !state.missing.contains(row) else { return nil }
      do throws(IndexStoreError) {
        if let places = try snapshot.places(ofDocument: row) {
          state.places[row] = places
          return places
        }
      } catch {
        state.failure = error
      }
      state.missing.insert(row)
      return nil
    }
  }
}

extension AnswerEvent {
  /// The event with the place of a citation in it.
  func placed(by places: CitedPlaces) -> AnswerEvent {
    if case .citation(let citation) = self { .citation(places.placed(citation)) } else { self }
  }
}
