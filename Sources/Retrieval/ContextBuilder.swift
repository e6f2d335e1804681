import Documents
import IndexStore

/// A passage that the answerer sees: one or more neighbouring chunks of a document, without overlap.
package struct ContextPassage: Hashable, Sendable {
  /// Row of the document in the catalog.
  package var document: Int64
  package var documentID: String
  package var uri: String
  package var format: DocumentFormat
  package var title: String?
  package var headingPath: [String]
  /// First page of the best chunk in it.
  package var page: Int?
  /// UTF-8 byte range in the document's normalised text.
  package var range: Range<Int>
  /// Bytes `range` of the document's text.
  package var text: String
  /// Column names of the table that the passage goes on with; no part of `range`.
  package var header: String?
  /// Best score among the chunks that were found in it.
  package var score: Double
  package var denseScore: Double?
  package var lexicalScore: Double?
  /// Chunks that were found in it, best first.
  package var chunkIDs: [ChunkID]

  /// What a reader is shown: the column names, then the passage.
  package var shownText: String { header.map { $0 + "\n" + text } ?? text }
}

/// What comes with a hit: nothing, chunks beside it, or its parent section.
package enum ContextExpansion: Hashable, Sendable {
  case none
  /// Up to so many chunks on each side, of the same section.
  case neighbours(Int)
  /// The whole section, nearest chunks first, while there is room.
  case section

  /// Chunks on each side that may come.
  var reach: Int {
    switch self {
    case .none: 0
    case .neighbours(let count): count
    case .section: Self.longestSection
    }
  }

  /// Chunks; far more than `byteBudget` has room for.
  private static let longestSection = 64
}

/// Turns the best chunks into passages: adds what stands around them while there is room, and joins what overlaps.
package struct ContextBuilder: Sendable {
  package var expansion = ContextExpansion.neighbours(1)
  /// Most UTF-8 bytes of all passages together.
  package var byteBudget = 12_000

  package init() {}

  /// Passages by their best hit, best first.
  ///
  /// Every hit's own text comes before anybody's surroundings, so that a tight budget costs context and not hits.
  ///
  /// - Complexity: O(hits × reach of the expansion).
  package func passages(_ result: RetrievalResult) throws(IndexStoreError) -> [ContextPassage] {
    var spans: [Span] = []
    var used = 0
    for hit in result.hits {
      let record = hit.content.record
      let size = record.chunk.range.count
      guard used + size <= byteBudget || spans.isEmpty else { break }
      used += size
      spans.append(Span(hit: hit))
    }
    if expansion.reach > 0 {
      let hits = Set(spans.map { ChunkID(bytes: $0.hit.content.record.id) })
      for index in spans.indices {
        for chunk in try section(of: spans[index].hit, result.snapshot) {
          if hits.contains(ChunkID(bytes: chunk.record.id)) { continue }
          guard used + chunk.record.chunk.range.count <= byteBudget else { break }
          used += chunk.record.chunk.range.count
          spans[index].neighbours.append(chunk)
        }
      }
    }
    return try join(spans, result.snapshot)
  }

  private struct Span {
    var hit: ScoredChunk
    var neighbours: [StoredChunk] = []
  }

  /// Chunks around a hit, nearest first, up to the section's borders: another section would change the subject.
  private func section(
    of hit: ScoredChunk, _ snapshot: CollectionSnapshot
  ) throws(IndexStoreError) -> [StoredChunk] {
    let centre = hit.content.record.chunk
    let around = try snapshot.contents(
      ofDocument: hit.content.record.document,
      positions: max(0, centre.index - expansion.reach)...(centre.index + expansion.reach))
    let isInside: (StoredChunk) -> Bool = { $0.record.chunk.headingPath == centre.headingPath }
    let before = around.filter { $0.record.chunk.index < centre.index }
      .sorted { $0.record.chunk.index > $1.record.chunk.index }.prefix(while: isInside)
    let after = around.filter { $0.record.chunk.index > centre.index }
      .sorted { $0.record.chunk.index < $1.record.chunk.index }.prefix(while: isInside)
    return (before + after).sorted {
      (abs($0.record.chunk.index - centre.index), $0.record.chunk.index)
        < (abs($1.record.chunk.index - centre.index), $1.record.chunk.index)
    }
  }

  /// Joins pieces of a document that overlap or touch, in the order of the best hit of each.
  private func join(
    _ spans: [Span], _ snapshot: CollectionSnapshot
  ) throws(IndexStoreError) -> [ContextPassage] {
    struct Piece {
      var content: StoredChunk
      var rank: Int?
    }
    var byDocument: [Int64: [Piece]] = [:]
    for (rank, span) in spans.enumerated() {
      byDocument[span.hit.content.record.document, default: []].append(
        Piece(content: span.hit.content, rank: rank))
      for neighbour in span.neighbours {
        byDocument[neighbour.record.document, default: []].append(Piece(content: neighbour, rank: nil))
      }
    }
    var passages: [(rank: Int, passage: ContextPassage)] = []
    for pieces in byDocument.values {
      let ordered = pieces.sorted {
        ($0.content.record.chunk.range.lowerBound, $0.rank ?? .max)
          < ($1.content.record.chunk.range.lowerBound, $1.rank ?? .max)
      }
      var run: [Piece] = []
      var end = 0
      func close() throws(IndexStoreError) {
        let pieces = run.map { ($0.content, $0.rank) }
        guard let passage = try Self.passage(pieces, spans.map(\.hit), snapshot) else { return }
        passages.append(passage)
      }
      for piece in ordered {
        let chunk = piece.content.record.chunk
        // Chunks that follow one another leave only blank bytes between them.
        let follows = run.last.map { last in
          chunk.range.lowerBound <= end
            || chunk.index <= last.content.record.chunk.index + 1
              && chunk.headingPath == last.content.record.chunk.headingPath
              && chunk.range.lowerBound <= end + 2
        }
        if follows == false {
          try close()
          run = []
          end = 0
        }
        run.append(piece)
        end = max(end, chunk.range.upperBound)
      }
      try close()
    }
    return passages.sorted { $0.rank < $1.rank }.map(\.passage)
  }

  private static func passage(
    _ run: [(content: StoredChunk, rank: Int?)], _ hits: [ScoredChunk], _ snapshot: CollectionSnapshot
  ) throws(IndexStoreError) -> (rank: Int, passage: ContextPassage)? {
    guard let first = run.first, let best = run.compactMap(\.rank).min() else { return nil }
    let start = first.content.record.chunk.range.lowerBound
    let end = run.map(\.content.record.chunk.range.upperBound).max() ?? start
    let text =
      run.count == 1
      ? first.content.text
      : try snapshot.text(ofDocument: first.content.record.document, range: start..<end)
    let hit = hits[best]
    return (
      best,
      ContextPassage(
        document: first.content.record.document, documentID: first.content.documentID,
        uri: first.content.uri, format: first.content.format, title: first.content.title,
        headingPath: hit.content.record.chunk.headingPath, page: hit.content.record.chunk.page,
        range: start..<end, text: text, header: first.content.header, score: hit.score,
        denseScore: hit.denseScore, lexicalScore: hit.lexicalScore,
        chunkIDs: run.compactMap(\.rank).sorted().map { hits[$0].id })
    )
  }
}
