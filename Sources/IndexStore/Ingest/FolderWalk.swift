import Catalog
import Glibc
import Storage

/// Lists the files below a folder, in the order of their relative paths' bytes.
///
/// Left out: names that begin with a dot, what `.ragignore` files say, and links that lead out of the folder.
/// Links to folders are not followed.
package struct FolderWalk: Sendable {
  package struct File: Hashable, Sendable {
    /// Relative to the root, `/` between names.
    package var path: String
    package var stamp: SourceStamp
  }

  package let root: String
  package private(set) var files: [File] = []
  /// Folders and links that could not be read, with the reason.
  package private(set) var problems: [FailureRecord] = []

  private static let maximumDepth = 200

  /// - Parameter root: absolute path of a folder.
  /// - Complexity: O(entries × ignore rules).
  package init(root: String) {
    self.root = root
    walk("", rules: [], depth: 0)
    files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private mutating func walk(
    _ relative: String, rules inherited: [(base: String, rules: IgnoreRules)], depth: Int
  ) {
    let folder = relative.isEmpty ? root : root + "/" + relative
    guard depth < Self.maximumDepth else {
      problems.append(FailureRecord(path: folder, reason: "folders are nested too deeply"))
      return
    }
    let names: [String]
    do {
      names = try Folder.entries(folder)
    } catch {
      problems.append(FailureRecord(path: folder, reason: error.message))
      return
    }
    var rules = inherited
    if names.contains(".ragignore"),
      let bytes = try? Folder.readFile(folder + "/.ragignore", limit: 1 << 20)
    {
      rules.append((base: relative, rules: IgnoreRules(String(decoding: bytes, as: UTF8.self))))
    }
    for name in names where !name.hasPrefix(".") {
      let path = relative.isEmpty ? name : relative + "/" + name
      let absolute = root + "/" + path
      var status = stat()
      guard lstat(absolute, &status) == 0 else { continue }
      let isLink = status.st_mode & S_IFMT == S_IFLNK
      if isLink {
        guard leadsInside(absolute), stat(absolute, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
          continue
        }
      }
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      if Self.isIgnored(path, isFolder: isFolder, rules: rules) { continue }
      if isFolder {
        walk(path, rules: rules, depth: depth + 1)
      } else if status.st_mode & S_IFMT == S_IFREG {
        files.append(File(path: path, stamp: SourceStamp(status)))
      }
    }
  }

  private static func isIgnored(
    _ path: String, isFolder: Bool, rules: [(base: String, rules: IgnoreRules)]
  ) -> Bool {
    for (base, rules) in rules.reversed() {
      let relative = base.isEmpty ? path : String(path.dropFirst(base.count + 1))
      if let verdict = rules.verdict(relative, isFolder: isFolder) { return verdict }
    }
    return false
  }

  private func leadsInside(_ path: String) -> Bool {
    guard let resolved = Self.realPath(path), let top = Self.realPath(root) else { return false }
    return resolved.hasPrefix(top + "/")
  }

  /// The absolute path without links, or `nil` where there is no such file.
  package static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
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
  package init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(status)
  }
}
