import Catalog
import Glibc
import Storage

/// Lists the files below a folder, in the order of their relative paths' bytes, and names all that it leaves out.
///
/// Left out: names that begin with a dot, what `.ragignore` files say, links that lead out of the folder or to a file that
/// is taken by its own name, and what is no file: pipes, sockets, devices. Links to folders are not followed.
package struct FolderWalk: Sendable {
  package struct File: Hashable, Sendable {
    /// Relative to the root, `/` between names.
    package var path: DocumentPath
    package var stamp: SourceStamp
  }

  package let root: DocumentPath
  package private(set) var files: [File] = []
  /// Folders and entries that could not be looked at, with the reason.
  package private(set) var problems: [FailureRecord] = []
  /// Their paths, relative to the root: nothing is known of what is there and below.
  package private(set) var unseen: [DocumentPath] = []
  package private(set) var skipped: [SkippedRecord] = []

  private let access: FileAccess
  private var links: [(path: DocumentPath, target: DocumentPath, stamp: SourceStamp)] = []

  private typealias Rules = (base: DocumentPath, rules: IgnoreRules)

  private static let maximumDepth = 200
  /// More entries of one folder that are left out for the same reason are one line.
  private static let linesForEach = 3

  /// - Parameters:
  ///   - root: absolute path of a folder, without links.
  ///   - below: the part of it that is listed, relative to it; the rules of the folders above it hold.
  /// - Complexity: O(entries × ignore rules).
  package init(root: DocumentPath, below: DocumentPath = "", access: FileAccess = .system) {
    self.root = root
    self.access = access
    var rules: [Rules] = []
    var folder: DocumentPath = ""
    for name in below.text.split(separator: "/").map({ DocumentPath(String($0)) }) {
      rules += Self.rules(of: folder, root: root, access: access)
      let path = folder.appending(name)
      if let reason = Self.leftOut(path, isFolder: true, rules: rules) {
        skipped.append(SkippedRecord(path: root.appending(path).text, reason: reason))
        return
      }
      folder = path
    }
    walk(folder, rules: rules, depth: 0)
    takeLinks()
    files.sort { $0.path < $1.path }
    skipped.sort { DocumentPath($0.path) < DocumentPath($1.path) }
  }

  private mutating func walk(_ relative: DocumentPath, rules inherited: [Rules], depth: Int) {
    let folder = root.appending(relative)
    guard depth < Self.maximumDepth else {
      miss(relative, "folders are nested too deeply")
      return
    }
    let names: [DocumentPath]
    do {
      names = try access.list(folder)
    } catch {
      miss(relative, "the folder cannot be listed: " + error.reasonForReader)
      return
    }
    let rules =
      names.contains(".ragignore")
      ? inherited + Self.rules(of: relative, root: root, access: access) : inherited
    var leftOut: [(name: DocumentPath, reason: String)] = []
    for name in names where name != ".ragignore" {
      let path = relative.appending(name)
      let absolute = root.appending(path)
      var status = stat()
      guard lstat(absolute.systemPath, &status) == 0 else {
        let error = errno
        // What was removed since it was listed is gone.
        if error != ENOENT { miss(path, "it cannot be looked at: " + String(cString: strerror(error))) }
        continue
      }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      if let reason = Self.leftOut(path, isFolder: isFolder, rules: rules) {
        leftOut.append((name, reason))
        continue
      }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: walk(path, rules: rules, depth: depth + 1)
      case S_IFREG: files.append(File(path: path, stamp: SourceStamp(status)))
      case S_IFLNK: follow(path)
      case S_IFIFO: skip(path, "a pipe, not a file")
      case S_IFSOCK: skip(path, "a socket, not a file")
      default: skip(path, "a device, not a file")
      }
    }
    name(leftOut, in: folder)
  }

  private mutating func miss(_ path: DocumentPath, _ reason: String) {
    unseen.append(path)
    problems.append(FailureRecord(path: root.appending(path).text, reason: reason))
  }

  private mutating func skip(_ path: DocumentPath, _ reason: String) {
    skipped.append(SkippedRecord(path: root.appending(path).text, reason: reason))
  }

  /// Names what was left out of a folder: each entry where they are few, else their number and the first of them.
  private mutating func name(_ leftOut: [(name: DocumentPath, reason: String)], in folder: DocumentPath) {
    for (reason, entries) in Dictionary(grouping: leftOut, by: \.reason).sorted(by: { $0.key < $1.key }) {
      if entries.count <= Self.linesForEach {
        for entry in entries {
          skipped.append(SkippedRecord(path: folder.appending(entry.name).text, reason: reason))
        }
      } else {
        let first = entries.prefix(Self.linesForEach).map(\.name.text).joined(separator: ", ")
        skipped.append(
          SkippedRecord(
            path: folder.text,
            reason:
              "\(entries.count) entries: \(reason) (\(first) and \(entries.count - Self.linesForEach) more)"))
      }
    }
  }

  /// Looks where a link leads; those to files inside are decided on when all files are known.
  private mutating func follow(_ path: DocumentPath) {
    let absolute = root.appending(path)
    guard let target = Self.realPath(bytesOf: absolute) else {
      skip(path, "a link that leads nowhere")
      return
    }
    guard let inside = target.relative(to: root) else {
      skip(path, "a link that leads out of the folder, to \(target): ingest that by its own path")
      return
    }
    var status = stat()
    guard stat(target.systemPath, &status) == 0 else {
      skip(path, "a link that leads nowhere")
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: skip(path, "a link to the folder \(target), whose files are taken there")
    case S_IFREG: links.append((path, inside, SourceStamp(status)))
    default: skip(path, "a link to \(target), which is no file")
    }
  }

  /// A file is one document: a link to it is taken only where the file itself is left out, such as in a hidden folder, and
  /// of several links the first.
  private mutating func takeLinks() {
    var taken = Set(files.map(\.path))
    for link in links.sorted(by: { $0.path < $1.path }) {
      if taken.contains(link.target) || !isLeftOut(link.target) {
        skip(link.path, "a link to \(root.appending(link.target)), which is taken by its own name")
      } else {
        taken.insert(link.target)
        files.append(File(path: link.path, stamp: link.stamp))
      }
    }
  }

  /// Whether a file of the root would not be taken by its own name.
  private func isLeftOut(_ path: DocumentPath) -> Bool {
    var rules: [Rules] = []
    var current: DocumentPath = ""
    let names = path.text.split(separator: "/")
    for (index, name) in names.enumerated() {
      rules += Self.rules(of: current, root: root, access: access)
      current = current.appending(DocumentPath(String(name)))
      if Self.leftOut(current, isFolder: index < names.count - 1, rules: rules) != nil { return true }
    }
    return false
  }

  private static func rules(of folder: DocumentPath, root: DocumentPath, access: FileAccess) -> [Rules] {
    guard let bytes = try? access.read(root.appending(folder).appending(".ragignore"), 1 << 20) else {
      return []
    }
    return [(base: folder, rules: IgnoreRules(bytes))]
  }

  /// Why an entry is left out; `nil` where it is not.
  private static func leftOut(_ path: DocumentPath, isFolder: Bool, rules: [Rules]) -> String? {
    if path.name.text.utf8.first == UInt8(ascii: ".") { return "hidden: the name begins with a dot" }
    for (base, rules) in rules.reversed() {
      guard let relative = path.relative(to: base), let verdict = rules.verdict(relative, isFolder: isFolder)
      else { continue }
      return verdict ? "left out by the rules of \(base.appending(".ragignore"))" : nil
    }
    return nil
  }

  /// The absolute path without links, or `nil` where there is no such file.
  ///
  /// - Parameter path: as a user wrote it: a name that is not UTF-8 may be given as it is shown.
  package static func realPath(_ path: String) -> DocumentPath? {
    if let resolved = resolve(path) { return resolved }
    return realPath(bytesOf: DocumentPath(path))
  }

  private static func realPath(bytesOf path: DocumentPath) -> DocumentPath? { resolve(path.systemPath) }

  private static func resolve(_ path: UnsafePointer<CChar>) -> DocumentPath? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return DocumentPath(
      fileBytes: UnsafeBufferPointer(start: resolved, count: strlen(resolved)).map { UInt8(bitPattern: $0) })
  }
}

extension SourceStamp {
  init(_ status: stat) {
    self.init(
      inode: Int64(bitPattern: UInt64(status.st_ino)), bytes: Int64(status.st_size),
      modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec),
      changed: Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec))
  }

  /// The stamp of the regular file at `path`, or `nil`.
  package init?(path: DocumentPath) {
    var status = stat()
    guard stat(path.systemPath, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(status)
  }
}
