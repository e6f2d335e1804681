import Documents
import Storage

/// How an ingest gets at files and what is in them: tests put failures in between that a superuser does not meet.
package struct FileAccess: Sendable {
  /// Names in a folder, in their order.
  package var list: @Sendable (DocumentPath) throws(StorageError) -> [DocumentPath]
  /// A file's bytes; a larger file than the limit is refused.
  package var read: @Sendable (DocumentPath, Int) throws(StorageError) -> [UInt8]

  /// Makes a document of a file, or of a file inside one (whose format is not known before).
  package var parse:
    @Sendable (SourceFile, DocumentFormat?, ReadingLimits) throws(DocumentError) -> ParsedDocument

  package init(
    list: @escaping @Sendable (DocumentPath) throws(StorageError) -> [DocumentPath],
    read: @escaping @Sendable (DocumentPath, Int) throws(StorageError) -> [UInt8],
    parse:
      @escaping @Sendable (SourceFile, DocumentFormat?, ReadingLimits) throws(DocumentError) ->
      ParsedDocument = { file, format, limits throws(DocumentError) in
        try readDocument(file, format: format, limits: limits)
      }
  ) {
    self.list = list
    self.read = read
    self.parse = parse
  }

  package static let system = FileAccess(
    list: { path throws(StorageError) in try Folder.list(path) },
    read: { path, limit throws(StorageError) in try Folder.readFile(path, limit: limit) })
}

extension StorageError {
  /// Why a file of the user's could not be read, with what to do about it.
  var reasonForReader: String {
    switch errno {
    case 2: "it went away while it was looked at; the next ingest looks again"
    case 1, 13: "there is no permission to read it: give the user who runs rag the right to"
    default: message
    }
  }
}
