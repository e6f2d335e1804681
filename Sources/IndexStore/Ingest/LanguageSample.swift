import Documents
import Foundation
import Storage

/// Looks into some documents to tell which language most of them are written in.
package struct LanguageSample {
  /// ISO 639-1 code; `nil` where no language could be told, or none is that of most.
  package let language: String?

  /// Documents that are read.
  static let size = 48

  /// Documents of which a page is recognised, where no document has text of its own: each takes seconds.
  static let scans = 4

  /// - Parameters:
  ///   - paths: files and folders, as they would be ingested; files that cannot be read are passed over.
  ///   - limits: how they are read.
  /// - Complexity: O(files of the folders), and reading of `size` of them.
  package init(paths: [String], limits: ReadingLimits = ReadingLimits()) {
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
    let sample = Array(stride(from: 0, to: files.count, by: step).prefix(Self.size).map { files[$0] })
    var quick = limits
    quick.recognition.isEnabled = false
    var codes = sample.compactMap { Self.language(ofFile: $0, quick) }
    if codes.isEmpty, limits.recognition.isEnabled {
      quick.recognition = limits.recognition
      quick.recognition.mostPages = 1
      codes = sample.prefix(Self.scans).compactMap { Self.language(ofFile: $0, quick) }
    }
    let counts = Dictionary(codes.map { ($0, 1) }) { $0 + $1 }
    let best = counts.min { ($1.value, $0.key) < ($0.value, $1.key) }
    language = best.flatMap { $0.value * 2 > codes.count ? $0.key : nil }
  }

  private static func language(ofFile path: DocumentPath, _ limits: ReadingLimits) -> String? {
    if path.text.hasSuffix(".jsonl") {
      // A record a line: the first ones are enough, and the file may be large.
      guard let handle = FileHandle(forReadingAtPath: path.text) else { return nil }
      defer { try? handle.close() }
      let head = (try? handle.read(upToCount: 64 << 10)) ?? Data()
      return detectLanguage(String(decoding: head, as: UTF8.self))
    }
    guard let bytes = try? Folder.readFile(path, limit: 16 << 20),
      let parsed = try? readDocument(SourceFile(name: path.text, bytes: bytes), limits: limits)
    else { return nil }
    return detectLanguage(parsed.text)
  }
}
