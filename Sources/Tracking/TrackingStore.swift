import Catalog
import Transport
import Foundation
import GRDB

/// Experiments, runs, logged models and registered models of a home, in its catalog; their files beside it.
package struct TrackingStore: Sendable {
  let catalog: Catalog
  package let artifacts: ArtifactStore

  /// - Parameters:
  ///   - home: the home's folder.
  ///   - bucket: where bytes of files go in place of the home's folder, which then has copies of those last used.
  ///   - copyLimit: most bytes of copies.
  package init(catalog: Catalog, home: String, bucket: S3Bucket? = nil, copyLimit: Int = 4 << 30) {
    self.catalog = catalog
    artifacts = ArtifactStore(
      catalog: catalog, folder: home + "/_artifacts", bucket: bucket, copyLimit: copyLimit)
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(TrackingError) -> Value {
    do {
      return try catalog.read(body)
    } catch {
      throw TrackingError(error)
    }
  }

  func write<Value>(_ body: (Database) throws -> Value) throws(TrackingError) -> Value {
    do {
      return try catalog.write(body)
    } catch {
      throw TrackingError(error)
    }
  }

  /// Milliseconds since 1970.
  package static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

  /// 32 hexadecimal digits.
  static func newID() -> String { UUID().uuidString.replacing("-", with: "").lowercased() }

  static let keyLimit = 250
  static let parameterLimit = 6000
  static let tagLimit = 8000

  /// - Throws: `.invalid` for a key that clients may not use.
  static func checkKey(_ key: String, _ what: String) throws(TrackingError) {
    guard !key.isEmpty, key.count <= keyLimit,
      key.unicodeScalars.allSatisfy({ scalar in
        CharacterSet.alphanumerics.contains(scalar) || "_-./: ".unicodeScalars.contains(scalar)
      }),
      !key.hasPrefix("/"), !key.split(separator: "/", omittingEmptySubsequences: false).contains("..")
    else {
      throw TrackingError(
        .invalid,
        "Invalid \(what) name: '\(key.prefix(keyLimit))'. Names may have up to \(keyLimit) letters, digits, "
          + "underscores, dashes, periods, colons, slashes and spaces")
    }
  }
}

/// One page of a listing.
package struct Page<Item: Sendable>: Sendable {
  package var items: [Item]
  /// Where the next page begins; `nil` after the last.
  package var next: Int?

  /// - Parameter items: one more than `limit` where there is another page.
  init(_ items: [Item], offset: Int, limit: Int) {
    self.items = Array(items.prefix(limit))
    next = items.count > limit ? offset + limit : nil
  }
}

/// Which of the living and the deleted are wanted.
package enum Lifecycle: String, Sendable {
  case active = "ACTIVE_ONLY"
  case deleted = "DELETED_ONLY"
  case all = "ALL"

  /// A condition on column `is_deleted` of `table`.
  func sql(_ table: String) -> String {
    switch self {
    case .active: "\(table).is_deleted = 0"
    case .deleted: "\(table).is_deleted = 1"
    case .all: "1"
    }
  }
}
