import Catalog
import Crypto
import Documents
import Storage

/// One path given to `rag ingest`, resolved to a source and the documents that it holds now.
struct IngestSource {
  /// A file that could be read, not yet read.
  struct Candidate {
    var id: DocumentPath
    var uri: String
    /// How to get its content.
    var content: Content
    /// `nil` where the file's times cannot be trusted yet.
    var stamp: SourceStamp?
    /// Size of a file.
    var bytes: Int64?
    /// Added to what the document says of itself, and above it.
    var metadata: [String: MetadataValue] = [:]

    enum Content {
      case file(path: DocumentPath)
      case record(title: String, text: String)
      /// A file that was sent; `name` tells its format.
      case upload(path: String, name: String)
    }
  }

  var source: SourceRecord
  var candidates: [Candidate] = []
  var problems: [FailureRecord] = []
  var skipped: [SkippedRecord] = []
  /// Identities of folders and files of which nothing is known now: what is there and below stays.
  var unseen: [DocumentPath] = []
  /// Whether documents of this source that are not among the candidates have gone.
  var isComplete: Bool
  /// Whether its documents come back where they were deleted by their identity.
  var bringsBackDeleted = false
  /// Folder or file that limits which of the source's documents are looked at, an identity; empty for all of them.
  var scope: DocumentPath = ""
  /// Where it is, for messages.
  var place: String
  /// Files of other sources that this one takes over; carried out already but in a dry run.
  var takenOver: [FileMove] = []
  var notes: [NoteRecord] = []

  /// Times nearer to now than this may belong to a file that is still being written, nanoseconds.
  static let settlingTime: Int64 = 2_000_000_000

  /// Paths whose earlier failures are forgotten when it has been ingested.
  var lookedAt: [String] {
    // What was sent is named by its identity where it was refused.
    isComplete ? [place] : candidates.flatMap { [$0.uri, $0.id.text] } + problems.map(\.path)
  }
}

/// A file that gets another identity and keeps its chunks.
package struct FileMove: Sendable {
  /// As the catalog has it.
  package var file: FileRecord
  package var id: DocumentPath
  package var uri: String
  package var source: Int64
  package var stamp: SourceStamp?

  package init(file: FileRecord, id: DocumentPath, uri: String, source: Int64, stamp: SourceStamp?) {
    self.file = file
    self.id = id
    self.uri = uri
    self.source = source
    self.stamp = stamp
  }

  /// The file as it is from then on.
  package var moved: FileRecord {
    FileRecord(
      row: file.row, id: id.text, source: source, uri: uri, contentHash: file.contentHash, stamp: stamp,
      bytes: file.bytes, stale: file.stale)
  }
}

extension IngestSource.Candidate {
  /// SHA-256 over the bytes that make the document.
  static func hash(of bytes: some Sequence<UInt8>) -> [UInt8] {
    Array(SHA256.hash(data: Array(bytes)))
  }
}
