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

  /// A file with the documents that came from it.
  package struct NewFile: Sendable {
    package var record: FileRecord
    package var documents: [NewDocument]
    package var notes: [NoteRecord]

    package init(record: FileRecord, documents: [NewDocument], notes: [NoteRecord] = []) {
      self.record = record
      self.documents = documents
      self.notes = notes
    }
  }

  /// A file that gets another identity, with its documents: it was moved, or a wider root took it over.
  package struct Move: Sendable {
    package struct Document: Sendable {
      package var row: Int64
      package var id: String
      package var uri: String

      package init(row: Int64, id: String, uri: String) {
        self.row = row
        self.id = id
        self.uri = uri
      }
    }

    /// Row of the file, with what it is from now on.
    package var record: FileRecord
    package var documents: [Document]

    package init(record: FileRecord, documents: [Document]) {
      self.record = record
      self.documents = documents
    }
  }

  /// A chunk that `newSegment` took over from another segment.
  package struct MovedChunk: Sendable {
    package var id: [UInt8]
    package var ordinal: UInt32
    /// Its identity from now on.
    package var newID: [UInt8]

    package init(id: [UInt8], ordinal: UInt32, newID: [UInt8]? = nil) {
      self.id = id
      self.ordinal = ordinal
      self.newID = newID ?? id
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
  package var newFiles: [NewFile] = []
  /// Rows of files that go: their documents, with text, chunks and notes, leave the catalog.
  package var removedFiles: [Int64] = []
  /// Rows of documents that go alone: their file stays, with its other documents.
  package var removedDocuments: [Int64] = []
  package var moves: [Move] = []
  /// Identities of documents that were deleted by hand, under their old and new names.
  package var renamedDeletions: [(old: String, new: String)] = []
  /// Rows of sources that have no file any more.
  package var removedSources: [Int64] = []
  package var tombstones: [Tombstones] = []
  /// Numbers of segments that `newSegment` replaces.
  package var replacedSegments: [Int] = []
  package var movedChunks: [MovedChunk] = []

  package init(collection: Int64, generation: Int64) {
    self.collection = collection
    self.generation = generation
  }
}
