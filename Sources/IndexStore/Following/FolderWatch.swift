import Glibc
import Storage

/// Tells which folders below some roots have changed, by inotify.
///
/// 1. A change is told when a file was closed after writing, moved, removed or made, once things have been quiet for
///    `settling`, and at the latest after `patience`: a folder that is always written to is told of as well.
/// 2. What the kernel cannot tell (its queue was full, it has no more watches, a folder could not be watched) is told as
///    `.everything`: the caller looks at the roots whole. Nothing is ever passed over in silence.
/// 3. A folder is watched before it is listed, so that what comes into it meanwhile is told.
///
/// A file that stays open while it is written is not told of; a rescan now and then finds it.
///
/// - Source: inotify(7).
package final class FolderWatch {
  package enum Change: Equatable, Sendable {
    /// Folders in which something has changed, none within another.
    case folders([DocumentPath])
    /// All roots have to be looked at, with the reason.
    case everything(String)
  }

  /// Quiet time that ends a change, milliseconds.
  private static let settling = 150
  /// Longest time from the first event of a change to its telling, milliseconds.
  private static let patience = 1000
  private static let events = UInt32(
    IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF
      | IN_ATTRIB
      | IN_ONLYDIR | IN_DONT_FOLLOW)

  private let descriptor: Int32
  private let roots: [DocumentPath]
  private var folders: [Int32: DocumentPath] = [:]
  private var changed: Set<DocumentPath> = []
  private var reason: String?
  /// Why some folders are not watched; the roots are looked at whole, again and again.
  package private(set) var blindness: String?

  /// - Parameter roots: absolute paths of folders, without links.
  /// - Throws: `IndexStoreError.failed` where the system has no inotify, or no more of it.
  /// - Complexity: O(folders).
  package init(roots: [DocumentPath]) throws(IndexStoreError) {
    self.roots = roots
    descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    guard descriptor >= 0 else {
      throw IndexStoreError(
        .failed,
        "changes of folders cannot be watched: \(String(cString: strerror(errno))). Raise fs.inotify.max_user_instances, "
          + "or ingest from a timer")
    }
    for root in roots { watch(root, isNew: false) }
  }

  deinit { close(descriptor) }

  /// Number of folders that are watched.
  package var folderCount: Int { folders.count }

  /// Waits for the next change.
  ///
  /// - Parameter milliseconds: longest wait for a change to begin.
  /// - Returns: `nil` where none began.
  package func next(within milliseconds: Int) -> Change? {
    guard wait(milliseconds) else { return nil }
    let begin = Self.now()
    repeat { read() } while Self.now() - begin < Self.patience && wait(Self.settling)
    defer {
      changed = []
      reason = nil
    }
    if let reason { return .everything(reason) }
    let inside = changed.filter { folder in roots.contains { folder.isWithin($0) } }
    guard !inside.isEmpty else { return .folders([]) }
    let ordered = inside.sorted()
    var outer: [DocumentPath] = []
    for folder in ordered where !outer.contains(where: { folder.isWithin($0) }) { outer.append(folder) }
    return .folders(outer)
  }

  // MARK: Events

  private func wait(_ milliseconds: Int) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return Glibc.poll(&poll, 1, Int32(clamping: milliseconds)) > 0
  }

  private func read() {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return }
      let header = MemoryLayout<inotify_event>.size
      var start = 0
      while start + header <= count {
        let (watch, mask, length) = buffer.withUnsafeBytes { bytes in
          (
            bytes.loadUnaligned(fromByteOffset: start, as: Int32.self),
            bytes.loadUnaligned(fromByteOffset: start + 4, as: UInt32.self),
            Int(bytes.loadUnaligned(fromByteOffset: start + 12, as: UInt32.self))
          )
        }
        let end = min(count, start + header + length)
        take(watch, mask, name: buffer[(start + header)..<end].prefix { $0 != 0 })
        start = end
      }
    }
  }

  private func take(_ watch: Int32, _ mask: UInt32, name: ArraySlice<UInt8>) {
    if mask & UInt32(IN_Q_OVERFLOW) != 0 {
      reason = "more changed at a time than the system could tell"
      return
    }
    guard let folder = folders[watch] else { return }
    if mask & UInt32(IN_IGNORED) != 0 {
      folders[watch] = nil
      return
    }
    if mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF) != 0 {
      // The folder above tells of it as well; a root has none.
      if roots.contains(folder) { reason = "the folder \(folder.text) was moved or removed" }
      return
    }
    // What is hidden is not ingested, but for the rules of what is.
    if name.first == UInt8(ascii: "."), !name.elementsEqual(".ragignore".utf8) { return }
    changed.insert(folder)
    let isFolder = mask & UInt32(IN_ISDIR) != 0
    if isFolder, mask & UInt32(IN_CREATE | IN_MOVED_TO) != 0 {
      self.watch(folder.appending(DocumentPath(fileBytes: name)), isNew: true)
    }
  }

  /// Watches a folder and what is below it.
  private func watch(_ folder: DocumentPath, isNew: Bool) {
    let watch = inotify_add_watch(descriptor, folder.systemPath, Self.events)
    guard watch >= 0 else {
      // It went away meanwhile, or is no folder.
      if errno == ENOENT || errno == ENOTDIR { return }
      if blindness == nil {
        blindness =
          errno == ENOSPC
          ? "not all folders can be watched: raise fs.inotify.max_user_watches"
          : "the folder \(folder.text) cannot be watched: \(String(cString: strerror(errno)))"
      }
      return
    }
    folders[watch] = folder
    if isNew { changed.insert(folder) }
    for name in (try? Folder.list(folder)) ?? [] where name.text.utf8.first != UInt8(ascii: ".") {
      let path = folder.appending(name)
      var status = stat()
      guard lstat(path.systemPath, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { continue }
      self.watch(path, isNew: isNew)
    }
  }

  /// Milliseconds of a clock that is never set.
  private static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }
}
