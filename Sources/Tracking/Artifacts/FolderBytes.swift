import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// Bytes of files in a folder: `ab/ab12…`.
struct FolderBytes: ArtifactBytes {
  let folder: String

  func path(_ digest: String) -> String { "\(folder)/\(digest.prefix(2))/\(digest)" }

  func keep(_ temporary: String, digest: String, bytes: Int) throws(TrackingError) {
    let path = path(digest)
    let parent = (path as NSString).deletingLastPathComponent
    do {
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    } catch {
      throw TrackingError(.failed, "\(parent): cannot be made: \(error)", underlying: error)
    }
    // The same bytes may be there: the name says what they are.
    guard rename(temporary, path) == 0 else {
      throw TrackingError(
        .failed, "\(temporary): cannot be put in its place: \(String(cString: strerror(errno)))")
    }
    let descriptor = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }

  func place(of digest: String) throws(TrackingError) -> String {
    let path = path(digest)
    guard FileManager.default.fileExists(atPath: path) else {
      throw TrackingError(.damaged, "the bytes \(digest.prefix(12)) are gone from the store")
    }
    return path
  }

  func discardCopy(of digest: String) -> Bool { false }

  func removeAll(except known: Set<String>, olderThan age: Double) throws(TrackingError) -> Int {
    var freed = 0
    for file in files where !known.contains(file.digest) && -file.used.timeIntervalSinceNow >= age {
      try remove(file.digest)
      freed += file.bytes
    }
    return freed
  }

  func remove(_ digest: String) throws(TrackingError) {
    do {
      try FileManager.default.removeItem(atPath: path(digest))
    } catch {
      throw TrackingError(.failed, "\(path(digest)): cannot be removed: \(error)", underlying: error)
    }
  }

  /// All that lie there, with the time of their last write.
  var files: [(digest: String, bytes: Int, used: Date)] {
    var files: [(digest: String, bytes: Int, used: Date)] = []
    for part in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + part)) ?? [] {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path(name))
        files.append(
          (name, attributes?[.size] as? Int ?? 0, attributes?[.modificationDate] as? Date ?? .now))
      }
    }
    return files
  }
}
