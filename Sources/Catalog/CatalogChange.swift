import Documents

/// Everything that one commit changes; see `Catalog.commit(_:)`.
package struct CatalogChange: Sendable {
  /// A document that comes with this commit, replacing one of the same identity.
  package struct NewDocument: Sendable {
    package var record: DocumentRecord
    package var text: DocumentText
    /// Chunks with their ids, and their ordinals in `newSegment`.
    package var chunks: [(id: [UInt8], ordinal: UInt32, chunk: Chunk)]

    package init(
      record: DocumentRecord, text: DocumentText, chunks: [(id: [UInt8], ordinal: UInt32, chunk: Chunk)]
    ) {
      self.record = record
      self.text = text
      self.chunks = chunks
    }
  }

  /// New tombstones of a segment, whose file is already on disk.
  package struct Tombstones: Sendable {
    package var segment: Int
    package var deletesGeneration: Int
    package var deletedCount: Int

    package init(segment: Int, deletesGeneration: Int, deletedCount: Int) {
      self.segment = segment
      self.deletesGeneration = deletesGeneration
      self.deletedCount = deletedCount
    }
  }

  package var collection: Int64
  package var generation: Int64
  package var newSegment: SegmentRecord?
  package var newDocuments: [NewDocument] = []
  /// Rows of documents that go: their text and chunks leave the catalog.
  package var removedDocuments: [Int64] = []
  package var tombstones: [Tombstones] = []
  /// Numbers of segments that `newSegment` replaces.
  package var replacedSegments: [Int] = []
  /// Chunks that `newSegment` took over from the replaced ones, with their new ordinals.
  package var movedChunks: [(id: [UInt8], ordinal: UInt32)] = []

  package init(collection: Int64, generation: Int64) {
    self.collection = collection
    self.generation = generation
  }
}
