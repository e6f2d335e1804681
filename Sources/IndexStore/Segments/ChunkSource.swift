import Catalog
import Documents
import Storage

/// Gives back, from the catalog, what the indexes saw of stored chunks.
struct ChunkSource {
  private var documents: [Int64: DocumentRecord] = [:]
  private var parsed: [Int64: ParsedDocument] = [:]

  /// Reads the documents of `chunks`.
  ///
  /// - Complexity: O(bytes of their text).
  init(_ chunks: [ChunkRecord], catalog: Catalog) throws(CatalogError) {
    for row in Set(chunks.map(\.document)).sorted() {
      guard let found = try catalog.documentWithText(row: row) else { continue }
      documents[row] = found.record
      parsed[row] = found.parsed
    }
  }

  /// Values of the chunk's fields, as when it was ingested.
  func fields(of chunk: ChunkRecord) throws(IndexStoreError) -> [(name: String, value: FieldValue)] {
    guard let document = documents[chunk.document] else { throw Self.orphan(chunk) }
    return document.fields(of: chunk.chunk)
  }

  /// The chunk's text with its headings in front, as when it was ingested.
  func indexedText(of chunk: ChunkRecord, chunker: Chunker) throws(IndexStoreError) -> String {
    guard let document = parsed[chunk.document] else { throw Self.orphan(chunk) }
    return chunker.indexedText(of: chunk.chunk, in: document)
  }

  private static func orphan(_ chunk: ChunkRecord) -> IndexStoreError {
    IndexStoreError(
      .corrupted,
      "chunk \(Hex.string(chunk.id)) has no document in the catalog. Restore the catalog from a backup, or delete "
        + "the collection and ingest again")
  }
}
