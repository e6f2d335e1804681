import Documents
import Foundation
import Storage

/// Looks into some documents to tell which language most of them are written in.
package struct LanguageSample {
  /// ISO 639-1 code; `nil` where no language could be told, or none is that of most.
  package let language: String?

  /// Documents that are read.
  static let size = 48

  /// - Parameter paths: files and folders, as they would be ingested; files that cannot be read are passed over.
  /// - Complexity: O(files of the folders), and reading of `size` of them.
  package init(paths: [String]) {
    var files: [DocumentPath] = []
    for path in paths {
      guard let absolute = FolderWalk.realPath(path) else { continue }
      if Folder.isFolder(absolute) {
        files += FolderWalk(root: absolute).files.map { absolute.appending($0.path) }
      } else {
        files.append(absolute)
      }
    }
    // Spread over the whole: folders are often of one language each.
    let step = max(1, files.count / Self.size)
    var counts: [String: Int] = [:]
    var told = 0
    for index in stride(from: 0, to: files.count, by: step).prefix(Self.size) {
      guard let code = Self.language(ofFile: files[index]) else { continue }
      counts[code, default: 0] += 1
      told += 1
    }
    let best = counts.min { ($1.value, $0.key) < ($0.value, $1.key) }
    language = best.flatMap { $0.value * 2 > told ? $0.key : nil }
  }

  private static func language(ofFile path: DocumentPath) -> String? {
    if path.text.hasSuffix(".jsonl") {
      // A record a line: the first ones are enough, and the file may be large.
      guard let handle = FileHandle(forReadingAtPath: path.text) else { return nil }
      defer { try? handle.close() }
      let head = (try? handle.read(upToCount: 64 << 10)) ?? Data()
      return detectLanguage(String(decoding: head, as: UTF8.self))
    }
    guard let bytes = try? Folder.readFile(path, limit: 16 << 20),
      let parsed = try? readDocument(SourceFile(name: path.text, bytes: bytes))
    else { return nil }
    return detectLanguage(parsed.text)
  }
}
