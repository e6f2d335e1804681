import Documents

/// A named collection and the generation that serves it.
package struct CollectionRecord: Hashable, Sendable {
  package var id: Int64
  package var name: String
  /// Grows by one with each commit: readers look at it to see that there is something new.
  package var version: Int64
  package var servingGeneration: Int64
  /// JSON of the serving generation's configuration; its type is `IndexStore`'s.
  package var configuration: String
  /// Number of the next segment folder; never used twice.
  package var nextSegment: Int
}

/// A folder or file that documents came from.
package struct SourceRecord: Hashable, Sendable {
  package var id: Int64
  /// First part of the identities of its documents.
  package var label: String
  /// Absolute path.
  package var root: String
  /// Whether the root was ever taken whole; otherwise only files of it were named.
  package var isWhole: Bool

  package init(id: Int64, label: String, root: String, isWhole: Bool = true) {
    self.id = id
    self.label = label
    self.root = root
    self.isWhole = isWhole
  }
}

/// What identifies the state of a source file without reading it.
package struct SourceStamp: Hashable, Sendable {
  package var inode: Int64
  package var bytes: Int64
  /// Nanoseconds since 1970.
  package var modified: Int64
  /// Nanoseconds since 1970.
  package var changed: Int64

  package init(inode: Int64, bytes: Int64, modified: Int64, changed: Int64) {
    self.inode = inode
    self.bytes = bytes
    self.modified = modified
    self.changed = changed
  }
}

/// A document's row without its text.
package struct DocumentRecord: Hashable, Sendable {
  /// Row number; 0 before it is stored.
  package var row: Int64
  /// Row of the file that it came from; 0 before it is stored.
  package var file: Int64
  /// Identity of that file where it is not this document's own: the mail of an attachment, the mailbox of a mail.
  package var parent: String?
  /// Identity shown to users: source label and relative path, or an id of the caller's.
  package var id: String
  package var source: Int64?
  package var uri: String
  package var format: DocumentFormat
  package var title: String?
  package var language: String?
  /// SHA-256 of the source bytes: the document's version.
  package var contentHash: [UInt8]
  /// Of its file; `nil` where that was too young to trust its times.
  package var stamp: SourceStamp?
  package var metadata: [String: MetadataValue]
  /// Seconds since 1970.
  package var ingestedAt: Double
  /// Why its file holds something else by now, which could not be read.
  package var stale: StaleState?

  package init(
    row: Int64 = 0, file: Int64 = 0, id: String, parent: String? = nil, source: Int64? = nil, uri: String,
    format: DocumentFormat,
    title: String? = nil, language: String? = nil, contentHash: [UInt8], stamp: SourceStamp? = nil,
    metadata: [String: MetadataValue] = [:], ingestedAt: Double = 0, stale: StaleState? = nil
  ) {
    self.row = row
    self.file = file
    self.id = id
    self.parent = parent
    self.source = source
    self.uri = uri
    self.format = format
    self.title = title
    self.language = language
    self.contentHash = contentHash
    self.stamp = stamp
    self.metadata = metadata
    self.ingestedAt = ingestedAt
    self.stale = stale
  }
}

/// A document's normalised text and the structure that chunkers need.
package struct DocumentText: Hashable, Sendable {
  package var text: String
  package var blocks: [Block]
  package var places: DocumentPlaces

  package init(text: String, blocks: [Block], places: DocumentPlaces = DocumentPlaces()) {
    self.text = text
    self.blocks = blocks
    self.places = places
  }
}

/// A committed segment folder.
package struct SegmentRecord: Hashable, Sendable {
  package var row: Int64
  package var number: Int
  package var chunkCount: Int
  /// Names `deletes-N.bin`; 0 where nothing is deleted.
  package var deletesGeneration: Int
  package var deletedCount: Int
  /// JSON of the manifest; its type is `IndexStore`'s.
  package var manifest: String
  /// JSON of the stamps under which the files' checksums were last found right.
  package var stamps: String

  package init(
    row: Int64 = 0, number: Int, chunkCount: Int, deletesGeneration: Int = 0, deletedCount: Int = 0,
    manifest: String, stamps: String
  ) {
    self.row = row
    self.number = number
    self.chunkCount = chunkCount
    self.deletesGeneration = deletesGeneration
    self.deletedCount = deletedCount
    self.manifest = manifest
    self.stamps = stamps
  }
}

/// Where a chunk is, in its document and in the indexes.
package struct ChunkRecord: Hashable, Sendable {
  /// 16 bytes.
  package var id: [UInt8]
  package var document: Int64
  /// Segment number.
  package var segment: Int
  package var ordinal: UInt32
  package var chunk: Chunk
}

/// A chunk with its document and its passage, as retrieval hands it on.
package struct ChunkContent: Hashable, Sendable {
  package var record: ChunkRecord
  package var documentID: String
  package var uri: String
  package var format: DocumentFormat
  package var title: String?
  package var language: String?
  package var metadata: [String: MetadataValue]
  /// Bytes `record.chunk.range` of the document's normalised text.
  package var text: String
  /// Column names of the table that the passage goes on with.
  package var header: String?

  /// What a reader is shown: the column names, then the passage.
  package var shownText: String { header.map { $0 + "\n" + text } ?? text }
}

/// A file that could not be ingested.
package struct FailureRecord: Hashable, Sendable {
  package var path: String
  package var reason: String

  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}

/// One execution whose settings and results are kept: an evaluation, or a training.
package struct TrackedRun: Hashable, Sendable {
  package enum Status: String, Sendable {
    case running, finished, failed
  }

  /// 32 hexadecimal digits.
  package var id: String
  /// What it is compared with: runs of one experiment measure the same.
  package var experiment: String
  package var name: String
  package var status: Status
  /// Seconds since 1970.
  package var startedAt: Double
  package var endedAt: Double?
  package var parameters: [String: String]
  /// Last value of each measure.
  package var measures: [String: Double]
  /// Hashes of data, configuration and model among them.
  package var tags: [String: String]

  package init(
    id: String, experiment: String, name: String, status: Status, startedAt: Double, endedAt: Double? = nil,
    parameters: [String: String] = [:], measures: [String: Double] = [:], tags: [String: String] = [:]
  ) {
    self.id = id
    self.experiment = experiment
    self.name = name
    self.status = status
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.parameters = parameters
    self.measures = measures
    self.tags = tags
  }
}

/// An answer that was given: enough to tell what it rested on, and no document text.
package struct AnswerRecord: Hashable, Sendable {
  package var id: String
  package var collection: String
  package var question: String
  /// JSON object.
  package var lineage: String
  /// JSON object: timings, scores, ids of the chunks that were cited.
  package var details: String
  /// Seconds since 1970.
  package var createdAt: Double

  package init(
    id: String, collection: String, question: String, lineage: String, details: String, createdAt: Double
  ) {
    self.id = id
    self.collection = collection
    self.question = question
    self.lineage = lineage
    self.details = details
    self.createdAt = createdAt
  }
}
