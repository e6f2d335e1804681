import Foundation
import Storage
import Synchronization
import Transport

#if canImport(Glibc)
  import Glibc
#endif

/// Bytes of files in a bucket, `sha256/ab/ab12…` under its prefix, with copies of those last used on this machine.
///
/// Invariants:
/// 1. A prefix belongs to one home, whose mark it bears: another's garbage collection would remove what it doesn't know.
/// 2. A copy is compared with its name when it arrives.
final class BucketBytes: ArtifactBytes {
  private let bucket: S3Bucket
  private let copies: FolderBytes
  /// Files of before the bucket was set up.
  private let folder: FolderBytes
  private let root: String
  private let incoming: String
  /// Most bytes of copies.
  private let copyLimit: Int
  /// Whether the prefix was seen to be this home's.
  private let isOwn = Mutex(false)
  private static let start = "sha256/"
  private static let mark = "home"

  /// - Parameters:
  ///   - root: folder of copies and of the home's mark.
  ///   - incoming: folder of what arrives, which is cleared of what broke off.
  init(_ bucket: S3Bucket, root: String, incoming: String, folder: FolderBytes, copyLimit: Int) {
    self.bucket = bucket
    self.root = root
    self.incoming = incoming
    self.folder = folder
    self.copyLimit = copyLimit
    copies = FolderBytes(folder: root + "/copies")
  }

  private static func key(_ digest: String) -> String { "\(start)\(digest.prefix(2))/\(digest)" }

  func keep(_ temporary: String, digest: String, bytes: Int) throws(TrackingError) {
    try checkMark(makes: true)
    // Sent even if it is there: the time of writing keeps garbage collection away until the path names it.
    try ask { () throws(S3Error) in try bucket.put(file: temporary, bytes: bytes, at: Self.key(digest)) }
    try copies.keep(temporary, digest: digest, bytes: bytes)
    trim()
  }

  func place(of digest: String) throws(TrackingError) -> String {
    let copy = copies.path(digest)
    if FileManager.default.fileExists(atPath: copy) {
      utimes(copy, nil)
      return copy
    }
    if let path = try? folder.place(of: digest) { return path }
    do {
      try FileManager.default.createDirectory(atPath: incoming, withIntermediateDirectories: true)
    } catch {
      throw TrackingError(.failed, "\(incoming): cannot be made: \(error)", underlying: error)
    }
    let temporary = incoming + "/" + UUID().uuidString
    defer { unlink(temporary) }
    let found = try ask { () throws(S3Error) in try bucket.get(Self.key(digest), to: temporary) }
    guard let found else {
      throw TrackingError(.damaged, "the bytes \(digest.prefix(12)) are gone from \(bucket.address)")
    }
    guard Hex.string(found) == digest else {
      throw TrackingError(
        .damaged, "the bytes \(digest.prefix(12)) in \(bucket.address) are not what was stored")
    }
    try copies.keep(temporary, digest: digest, bytes: 0)
    trim(keeping: digest)
    return copy
  }

  func discardCopy(of digest: String) -> Bool {
    (try? copies.remove(digest)) != nil
  }

  func removeAll(except known: Set<String>, olderThan age: Double) throws(TrackingError) -> Int {
    var freed = try folder.removeAll(except: known, olderThan: age)
    try checkMark(makes: false)
    let limit = Date.now.timeIntervalSince1970 - age
    let kept = try ask { () throws(S3Error) in try bucket.list(Self.start) }
    for object in kept where object.modified <= limit {
      guard let digest = object.key.split(separator: "/").last.map(String.init), !known.contains(digest)
      else {
        continue
      }
      try ask { () throws(S3Error) in try bucket.delete(object.key) }
      _ = discardCopy(of: digest)
      freed += object.bytes
    }
    let open = try ask { () throws(S3Error) in try bucket.openUploads(Self.start) }
    for object in open where object.modified <= limit {
      try ask { () throws(S3Error) in try bucket.delete(object.key, upload: object.upload) }
    }
    return freed
  }

  private func ask<Value>(_ body: () throws(S3Error) -> Value) throws(TrackingError) -> Value {
    do { return try body() } catch { throw TrackingError(error) }
  }

  /// Least recently used copies go where there are too many.
  private func trim(keeping last: String? = nil) {
    let files = copies.files
    var total = files.reduce(0) { $0 + $1.bytes }
    for file in files.sorted(by: { $0.used < $1.used }) where total > copyLimit && file.digest != last {
      if discardCopy(of: file.digest) { total -= file.bytes }
    }
  }

  /// - Parameter makes: whether a prefix without a mark becomes this home's.
  /// - Throws: `.conflict` where it is another's.
  private func checkMark(makes: Bool) throws(TrackingError) {
    if isOwn.withLock({ $0 }) { return }
    let path = root + "/home"
    var own = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    let there = try ask { () throws(S3Error) in try bucket.get(Self.mark) }.map {
      String(decoding: $0, as: UTF8.self)
    }
    if let own, own == there {
      isOwn.withLock { $0 = true }
      return
    }
    if let there {
      throw TrackingError(
        .conflict,
        "\(bucket.address) holds the files of another home. Choose another prefix for this one; if it is this home's, write "
          + "\(there) into \(path)")
    }
    guard makes else { return }
    if own == nil {
      let new = UUID().uuidString.lowercased()
      do {
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        try Data(new.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
      } catch {
        throw TrackingError(.failed, "\(path): cannot be written: \(error)", underlying: error)
      }
      own = new
    }
    let mark = Array((own ?? "").utf8)
    try ask { () throws(S3Error) in try bucket.put(mark, at: Self.mark) }
    isOwn.withLock { $0 = true }
  }
}
