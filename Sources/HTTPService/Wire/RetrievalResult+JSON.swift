import Documents
import IndexStore
import Retrieval

extension RetrievalResult {
  /// The contract of `rag search --json`.
  package var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("hits", .array(hits.enumerated().map { $1.json(rank: $0 + 1) })),
      ("mode", .string(mode.rawValue)),
      ("collection", .string(snapshot.collection.name)),
      ("timings_ms", JSONValue(timings: timings)),
    ]
    if let degraded { members.append(("degraded", .string(degraded))) }
    if let reranker { members.append(("reranker", .string(reranker))) }
    if !corrections.isEmpty { members.append(("corrections", correctionsJSON)) }
    return .object(members)
  }

  package var correctionsJSON: JSONValue {
    .array(
      corrections.map {
        .object([
          ("word", .string($0.word)), ("term", .string($0.term)), ("distance", .integer($0.distance)),
          ("document_frequency", .integer($0.documentFrequency)),
        ])
      })
  }
}

extension ScoredChunk {
  package func json(rank: Int) -> JSONValue {
    let chunk = content.record.chunk
    var members: [(String, JSONValue)] = [
      ("rank", .integer(rank)), ("score", .number(score)), ("chunk_id", .string(id.description)),
      ("document_id", .string(content.documentID)), ("uri", .string(content.uri)),
      ("title", JSONValue(content.title)), ("text", .string(content.shownText)),
      ("start", .integer(chunk.range.lowerBound)), ("end", .integer(chunk.range.upperBound)),
      ("page", JSONValue(chunk.page)), ("heading", .string(chunk.headingPath.joined(separator: " › "))),
      (
        "scores",
        .object([
          ("lexical", JSONValue(lexicalScore)), ("dense", JSONValue(denseScore)),
          ("lexical_rank", JSONValue(lexicalRank)), ("dense_rank", JSONValue(denseRank)),
          ("reranker", JSONValue(rerankScore)),
        ])
      ),
    ]
    // Where it is there, `text` begins with it; `start` and `end` are of what follows.
    if let header = content.header { members.append(("header", .string(header))) }
    return .object(members)
  }
}

extension ScoredChunk {
  /// The document and the page on which the chunk begins, in words.
  package var placeInWords: String {
    var place = SourcePlace()
    place.page = content.record.chunk.page
    return place.words(content.format).map { content.documentID + ", " + $0 } ?? content.documentID
  }
}
