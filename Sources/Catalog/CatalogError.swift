import GRDB

/// Why the catalog could not be read or changed, with what to do about it.
package struct CatalogError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// No catalog, collection or document of that name.
    case notFound
    /// The name is taken.
    case alreadyExists
    /// Another process holds the database for too long.
    case busy
    /// The database file is damaged.
    case corrupted
    /// Written by a newer `rag`.
    case wrongVersion
    /// The disk is full.
    case noSpace
    /// Anything else that SQLite reports.
    case failed
  }

  package var code: Code
  package var message: String
  package var underlying: (any Error)?

  package init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.underlying = underlying
  }

  package var description: String { message }
}

extension CatalogError {
  /// Says what `error` means for the user of the catalog at `path`.
  init(_ error: any Error, path: String) {
    if let known = error as? CatalogError {
      self = known
      return
    }
    guard let database = error as? DatabaseError else {
      self.init(.failed, "\(path): \(error)", underlying: error)
      return
    }
    switch database.resultCode {
    case .SQLITE_FULL:
      self.init(
        .noSpace,
        "\(path): the disk is full. Free some space and run the command again; what was committed is intact",
        underlying: error)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self.init(
        .corrupted,
        "\(path): the catalog is damaged (\(database.message ?? "no details")). "
          + "Restore it from a backup, or move the home folder away and ingest again", underlying: error)
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(
        .busy, "\(path): another process holds the catalog. Try again when it ends", underlying: error)
    case .SQLITE_CANTOPEN:
      self.init(
        .notFound,
        "\(path): the catalog cannot be opened. Check the path given by --home and its permissions",
        underlying: error)
    case .SQLITE_READONLY:
      self.init(
        .failed, "\(path): the catalog is read-only. Check the owner and permissions", underlying: error)
    default:
      self.init(.failed, "\(path): \(database.message ?? database.description)", underlying: error)
    }
  }
}
