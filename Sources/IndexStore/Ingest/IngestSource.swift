import Catalog
import Crypto
import Documents
import Storage

/// One path given to `rag ingest`, resolved to a source and the documents that it holds now.
struct IngestSource {
  /// A document that could be read, not yet read.
  struct Candidate {
    var id: String
    var uri: String
    /// How to get its content.
    var content: Content
    /// `nil` where the file's times cannot be trusted yet.
    var stamp: SourceStamp?
    /// Added to what the document says of itself, and above it.
    var metadata: [String: MetadataValue] = [:]

    enum Content {
      case file(path: String)
      case record(title: String, text: String)
      /// A file that was sent; `name` tells its format.
      case upload(path: String, name: String)
    }
  }

  var source: SourceRecord
  var candidates: [Candidate]
  var problems: [FailureRecord]
  /// Whether documents of this source that are not among the candidates have gone.
  var isComplete: Bool
  /// Whether its documents come back where they were deleted by their identity.
  var bringsBackDeleted = false
  /// Folder that limits which of the source's documents are looked at, as a prefix of their identities.
  var prefix: String

  /// Times nearer to now than this may belong to a file that is still being written, nanoseconds.
  static let settlingTime: Int64 = 2_000_000_000
}

extension IngestSource.Candidate {
  /// SHA-256 over the bytes that make the document.
  static func hash(of bytes: some Sequence<UInt8>) -> [UInt8] {
    Array(SHA256.hash(data: Array(bytes)))
  }
}
