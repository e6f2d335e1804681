import Catalog
import Crypto
import Documents
import Kernels
import LexicalIndex
import Storage

/// A collection as of one commit: immutable, shared by any number of readers.
package final class CollectionSnapshot: Sendable {
  /// A segment and which of its chunks still answer.
  package struct Segment: Sendable {
    package var reader: SegmentReader
    /// Chunks that are not deleted; `nil` means all of them.
    package var live: OrdinalSet?
  }

  package let collection: CollectionRecord
  package let configuration: CollectionConfiguration
  /// By number.
  package let segments: [Segment]
  private let catalog: Catalog

  init(
    collection: CollectionRecord, configuration: CollectionConfiguration, segments: [Segment],
    catalog: Catalog
  ) {
    self.collection = collection
    self.configuration = configuration
    self.segments = segments
    self.catalog = catalog
  }

  /// Chunks that can answer.
  package var liveChunkCount: Int {
    segments.reduce(0) { $0 + ($1.live?.count ?? $1.reader.chunkCount) }
  }

  /// For each segment, the chunks that may answer under `filter`; `nil` means all of them.
  ///
  /// - Throws: `IndexStoreError.corrupted`.
  package func allowed(by filter: FilterExpression?) throws(IndexStoreError) -> [OrdinalSet?] {
    var sets: [OrdinalSet?] = []
    for segment in segments {
      guard let filter else {
        sets.append(segment.live)
        continue
      }
      do {
        var set = try segment.reader.fields.evaluate(filter)
        if let live = segment.live { set.formIntersection(live) }
        sets.append(set)
      } catch {
        throw IndexStoreError(error)
      }
    }
    return sets
  }

  /// Chunks that can answer, in the order of segments and ordinals.
  ///
  /// - Complexity: O(chunks).
  package var liveChunkIDs: [ChunkID] {
    segments.flatMap { segment in
      (0..<Ordinal(segment.reader.chunkCount)).filter { segment.live?.contains($0) ?? true }
        .map { segment.reader.chunkID($0) }
    }
  }

  /// Names of the fields that filters can ask for, sorted.
  package var fieldNames: [String] {
    Set(segments.flatMap { $0.reader.fields.names }).sorted()
  }

  /// Identities of the chunks with their documents and passages; chunks that were deleted meanwhile are left out.
  package func contents(of ids: [ChunkID]) throws(IndexStoreError) -> [ChunkID: ChunkContent] {
    do {
      let found = try catalog.chunkContents(ids.map(\.bytes), generation: collection.servingGeneration)
      return Dictionary(uniqueKeysWithValues: found.map { (ChunkID(bytes: $0.key), $0.value) })
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// The documents that chunks belong to, in order; `nil` for a chunk that was deleted meanwhile.
  package func documentIDs(of ids: [ChunkID]) throws(IndexStoreError) -> [String?] {
    do {
      return try catalog.documentIDs(ofChunks: ids.map(\.bytes), generation: collection.servingGeneration)
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// The chunks of a document at the given positions, in order.
  package func contents(
    ofDocument document: Int64, positions: ClosedRange<Int>
  ) throws(IndexStoreError) -> [ChunkContent] {
    do {
      return try catalog.chunkContents(
        document: document, positions: positions, generation: collection.servingGeneration)
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Bytes `range` of a document's normalised text.
  ///
  /// - Throws: `IndexStoreError.failed` where the document was deleted meanwhile.
  package func text(ofDocument document: Int64, range: Range<Int>) throws(IndexStoreError) -> String {
    do {
      return try catalog.text(ofDocument: document, range: range)
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Where a document's text stands in its source; `nil` where the document was deleted meanwhile.
  ///
  /// - Complexity: O(words of the document), as all of it is decoded.
  package func places(ofDocument document: Int64) throws(IndexStoreError) -> DocumentPlaces? {
    do {
      return try catalog.places(ofDocument: document)
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// SHA-256 over identities and contents of all documents: equal for equal data.
  package func dataHash() throws(IndexStoreError) -> String {
    do {
      var hash = SHA256()
      for document in try catalog.contentHashes(collection: collection.id) {
        hash.update(data: Array(document.id.utf8) + [0])
        hash.update(data: document.hash)
      }
      return Hex.string(hash.finalize())
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// What an answer from this snapshot rests on, for its lineage.
  package var segmentNames: [String] {
    segments.map { $0.reader.name }
  }
}
