/// What documents come from: a file, something that was sent, a record of a corpus.
///
/// A file gives one document of its own identity, or documents of the files inside it, or both.
package struct FileRecord: Hashable, Sendable {
  /// Row number; 0 before it is stored.
  package var row: Int64
  /// Source label and relative path, or an id of the caller's.
  package var id: String
  package var source: Int64?
  package var uri: String
  /// SHA-256 of the bytes that were read, and of what was sent with them.
  package var contentHash: [UInt8]
  /// `nil` where the file was too young to trust its times.
  package var stamp: SourceStamp?
  /// Size in bytes; `nil` for what is no file of a folder.
  package var bytes: Int64?
  /// `nil` where the file still holds what was read.
  package var stale: StaleState?

  package init(
    row: Int64 = 0, id: String, source: Int64? = nil, uri: String, contentHash: [UInt8],
    stamp: SourceStamp? = nil, bytes: Int64? = nil, stale: StaleState? = nil
  ) {
    self.row = row
    self.id = id
    self.source = source
    self.uri = uri
    self.contentHash = contentHash
    self.stamp = stamp
    self.bytes = bytes ?? stamp?.bytes
    self.stale = stale
  }

  /// The file of a document that stands for itself.
  package init(of document: DocumentRecord) {
    self.init(
      row: document.file, id: document.id, source: document.source, uri: document.uri,
      contentHash: document.contentHash, stamp: document.stamp)
  }
}

/// A file that changed into something that cannot be read, perhaps because it is being saved: its last good version
/// still answers.
package struct StaleState: Hashable, Sendable {
  package var reason: String
  /// When it was first found so, seconds since 1970.
  package var since: Double
  /// How often it was tried since.
  package var tries: Int
  /// SHA-256 of the bytes that could not be read; `nil` where no byte could.
  package var contentHash: [UInt8]?

  package init(reason: String, since: Double, tries: Int, contentHash: [UInt8]?) {
    self.reason = reason
    self.since = since
    self.tries = tries
    self.contentHash = contentHash
  }
}

/// Something that a reader left out, repaired or guessed.
package struct NoteRecord: Hashable, Sendable {
  package var path: String
  /// Page, slide or sheet, from 1; `nil` where the note is about the whole file.
  package var page: Int?
  package var note: String

  package init(path: String, page: Int? = nil, note: String) {
    self.path = path
    self.page = page
    self.note = note
  }
}

/// A file that was passed over on purpose: of no kind that is read, hidden, ignored by rule, a link, a pipe.
package struct SkippedRecord: Hashable, Sendable {
  package var path: String
  package var reason: String
  /// Of a file that was looked into: as long as it keeps this stamp, it is not looked into again …
  package var stamp: SourceStamp?
  /// … by those who read in this way.
  package var reading: String?

  package init(path: String, reason: String, stamp: SourceStamp? = nil, reading: String? = nil) {
    self.path = path
    self.reason = reason
    self.stamp = stamp
    self.reading = reading
  }
}
