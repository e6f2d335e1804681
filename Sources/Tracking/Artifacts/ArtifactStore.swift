import Catalog
import Transport
import Crypto
import Foundation
import GRDB
import Storage

/// Files of runs and models. A file's bytes lie once under their SHA-256, in a folder or a bucket, are never changed, and stay
/// until nothing names them; which path has which bytes is in the catalog.
///
/// Invariants:
/// 1. A path's row is written after its bytes are whole and synced: a kill leaves the old bytes or the new.
/// 2. Bytes are written beside the store and renamed or sent into it.
package struct ArtifactStore: Sendable {
  package struct Entry: Sendable, Hashable {
    /// Last component.
    package var name: String
    package var isFolder: Bool
    /// `nil` for a folder.
    package var bytes: Int?
  }

  package struct File: Sendable, Hashable {
    package var bytes: Int
    /// SHA-256, 64 hexadecimal digits.
    package var digest: String

    package init(bytes: Int, digest: String) {
      self.bytes = bytes
      self.digest = digest
    }
  }

  let catalog: Catalog
  /// Folder of bytes on their way.
  let incoming: String
  let bytes: any ArtifactBytes
  private static let longestPath = 1024

  /// - Parameters:
  ///   - folder: has the bytes, and what arrives.
  ///   - bucket: has the bytes in place of the folder, which then has copies of those last used, at most
  ///     `copyLimit` bytes of them.
  init(catalog: Catalog, folder: String, bucket: S3Bucket?, copyLimit: Int) {
    self.catalog = catalog
    let incoming = folder + "/incoming"
    self.incoming = incoming
    let own = FolderBytes(folder: folder + "/sha256")
    bytes =
      bucket.map {
        BucketBytes($0, root: folder + "/s3", incoming: incoming, folder: own, copyLimit: copyLimit)
      } ?? own
  }

  /// The path without empty parts at its ends.
  ///
  /// - Throws: `.invalid` for a path that is absolute, leads out, or holds control characters.
  package static func checked(_ path: String, allowsEmpty: Bool = false) throws(TrackingError) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain =
      path.utf8.count <= longestPath && !path.hasPrefix("/") && !path.contains("\\")
      && !path.unicodeScalars.contains { $0.value < 32 || $0.value == 127 }
      && parts.enumerated().allSatisfy { index, part in
        part != ".." && part != "." && (!part.isEmpty || index == parts.count - 1)
      }
    guard isPlain, allowsEmpty || !path.isEmpty else {
      throw TrackingError(.invalid, "Invalid path: '\(path.prefix(200))'")
    }
    return path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// - Throws: `.invalid` for the path, `.failed` for the disk.
  package func receive(_ path: String) throws(TrackingError) -> ArtifactReceiver {
    try ArtifactReceiver(store: self, path: Self.checked(path))
  }

  /// Stores `bytes` at `path`.
  package func put(_ bytes: [UInt8], at path: String) throws(TrackingError) {
    let receiver = try receive(path)
    try bytes.withUnsafeBytes { bytes in Result { () throws(TrackingError) in try receiver.append(bytes) } }
      .get()
    try receiver.finish()
  }

  /// `nil` where there is nothing at `path`, or a folder.
  package func file(_ path: String) throws(TrackingError) -> File? {
    let path = try Self.checked(path)
    let row = try read {
      try Row.fetchOne($0, sql: "SELECT digest, bytes FROM artifacts WHERE path = ?", arguments: [path])
    }
    return row.map { File(bytes: $0["bytes"], digest: Hex.string($0["digest"] as Data)) }
  }

  /// For reading. Waits where the bytes are in a bucket and no copy is here.
  ///
  /// - Throws: `.damaged` where they are gone, `.failed`.
  package func open(_ file: File) throws(TrackingError) -> FileHandle {
    // A copy may be taken away for room before it is open.
    for _ in 0..<3 {
      let place = try bytes.place(of: file.digest)
      if let handle = FileHandle(forReadingAtPath: place) { return handle }
    }
    throw TrackingError(.failed, "the bytes \(file.digest.prefix(12)) cannot be opened")
  }

  /// All bytes of a file, compared with their digest.
  ///
  /// - Throws: `.damaged` where they are gone or others, `.failed`.
  package func contents(_ file: File) throws(TrackingError) -> Data {
    for _ in 0..<2 {
      let handle = try open(file)
      defer { try? handle.close() }
      if let data = try? handle.readToEnd() ?? Data(), Hex.string(SHA256.hash(data: data)) == file.digest {
        return data
      }
      guard bytes.discardCopy(of: file.digest) else { break }
    }
    throw TrackingError(.damaged, "the bytes \(file.digest.prefix(12)) are not what was stored")
  }

  /// What lies directly under `path`, by name; nothing for a file: clients take what has something for a folder.
  ///
  /// - Complexity: O(files under `path`).
  package func list(_ path: String) throws(TrackingError) -> [Entry] {
    let path = try Self.checked(path, allowsEmpty: true)
    var entries: [Entry] = []
    for (file, bytes, _) in try files(under: path) {
      let parts = file.split(separator: "/", maxSplits: 1)
      guard let name = parts.first.map(String.init) else { continue }
      if parts.count == 1 {
        entries.append(Entry(name: name, isFolder: false, bytes: bytes))
      } else if entries.last != Entry(name: name, isFolder: true, bytes: nil) {
        entries.append(Entry(name: name, isFolder: true, bytes: nil))
      }
    }
    return entries
  }

  /// All files under `path` with their paths from there, in order; the file itself as its name.
  package func files(under path: String) throws(TrackingError) -> [(path: String, bytes: Int, digest: String)]
  {
    let path = try Self.checked(path, allowsEmpty: true)
    let prefix = path.isEmpty ? "" : path + "/"
    let rows = try read { database in
      try Row.fetchAll(
        database, sql: "SELECT path, bytes, digest FROM artifacts WHERE path >= ? AND path < ? ORDER BY path",
        arguments: [prefix, prefix.isEmpty ? "\u{10FFFF}" : path + "0"])
    }
    return rows.map { row in
      (
        String((row["path"] as String).dropFirst(prefix.count)), row["bytes"],
        Hex.string(row["digest"] as Data)
      )
    }
  }

  /// Takes a file, or all under a folder, out of the store; bytes go with the next `collectGarbage`.
  package func delete(_ path: String) throws(TrackingError) {
    let path = try Self.checked(path)
    try write { database in
      try database.execute(
        sql: "DELETE FROM artifacts WHERE path = ?1 OR (path >= ?1 || '/' AND path < ?1 || '0')",
        arguments: [path])
    }
  }

  /// SHA-256 of names and bytes of all files under `path`, which changes with each of them; `nil` where there is none.
  package func digest(_ path: String) throws(TrackingError) -> [UInt8]? {
    let files = try files(under: path)
    guard !files.isEmpty else { return nil }
    var hash = SHA256()
    for file in files { hash.update(data: Data("\(file.digest)  \(file.path)\n".utf8)) }
    return Array(hash.finalize())
  }

  /// Files under `path` whose bytes are gone or not what was stored.
  ///
  /// - Throws: `.failed` where that can't be told.
  /// - Complexity: O(bytes).
  package func damaged(under path: String) throws(TrackingError) -> [String] {
    var damaged: [String] = []
    for file in try files(under: path) {
      do {
        _ = try contents(File(bytes: file.bytes, digest: file.digest))
      } catch {
        guard error.code == .damaged else { throw error }
        damaged.append(file.path)
      }
    }
    return damaged
  }

  /// Removes bytes that no path names any more, and what uploads that broke off left.
  ///
  /// - Parameter age: seconds; younger bytes stay: an upload's path is written after them.
  /// - Returns: bytes that were freed.
  package func collectGarbage(olderThan age: Double = 3600) throws(TrackingError) -> Int {
    let known = Set(
      try read { try Data.fetchAll($0, sql: "SELECT DISTINCT digest FROM artifacts") }.map { Hex.string($0) })
    var freed = try bytes.removeAll(except: known, olderThan: age)
    for name in (try? FileManager.default.contentsOfDirectory(atPath: incoming)) ?? [] {
      let attributes = try? FileManager.default.attributesOfItem(atPath: incoming + "/" + name)
      let written = attributes?[.modificationDate] as? Date ?? .now
      guard -written.timeIntervalSinceNow >= age else { continue }
      if (try? FileManager.default.removeItem(atPath: incoming + "/" + name)) != nil {
        freed += attributes?[.size] as? Int ?? 0
      }
    }
    return freed
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(TrackingError) -> Value {
    do { return try catalog.read(body) } catch { throw TrackingError(error) }
  }

  func write<Value>(_ body: (Database) throws -> Value) throws(TrackingError) -> Value {
    do { return try catalog.write(body) } catch { throw TrackingError(error) }
  }
}
