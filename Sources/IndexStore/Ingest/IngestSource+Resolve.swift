import Catalog
import Documents
import Foundation
import Storage

extension IngestSource {
  /// Resolves a folder or file that the user named.
  ///
  /// A folder is its own source, unless it lies in one that is known: then it is that part of it. A file that lies
  /// in no known source belongs to the source of its folder, which is then not taken for complete.
  ///
  /// - Parameter isDryRun: a new source is not recorded.
  /// - Throws: `IndexStoreError.invalidArgument` for a path that is not there.
  init(path: String, writer: CollectionWriter, isDryRun: Bool) throws(IndexStoreError) {
    guard let absolute = FolderWalk.realPath(path) else {
      throw IndexStoreError(.invalidArgument, "\(path): there is no such file or folder")
    }
    let isFolder = Folder.isFolder(absolute)
    let catalog = writer.home.catalog
    do {
      let known = try catalog.sources(of: writer.collection.id)
        .filter { absolute == $0.root || absolute.hasPrefix($0.root == "/" ? "/" : $0.root + "/") }
        .max { $0.root.utf8.count < $1.root.utf8.count }
      let root = known?.root ?? (isFolder ? absolute : Self.parent(of: absolute))
      let record: SourceRecord
      if let known {
        record = known
      } else {
        record = try Self.record(root, writer: writer, isDryRun: isDryRun)
      }
      let relative = absolute == root ? "" : String(absolute.dropFirst(root == "/" ? 1 : root.utf8.count + 1))
      source = record
      candidates = []
      problems = []
      isComplete = isFolder
      prefix = record.label + "/" + (relative.isEmpty ? "" : relative + (isFolder ? "/" : ""))
      let files: [FolderWalk.File]
      if isFolder {
        // From the source's root, so that its ignore rules hold.
        let walk = FolderWalk(root: root)
        problems = walk.problems
        files = relative.isEmpty ? walk.files : walk.files.filter { $0.path.hasPrefix(relative + "/") }
      } else if let stamp = SourceStamp(path: absolute) {
        files = [FolderWalk.File(path: relative, stamp: stamp)]
      } else {
        throw IndexStoreError(.invalidArgument, "\(path): it is neither a file nor a folder")
      }
      let now = Int64(Date().timeIntervalSince1970 * 1e9)
      candidates = files.map { file in
        let settled = max(file.stamp.modified, file.stamp.changed) < now - Self.settlingTime
        let absolute = (root == "/" ? "" : root) + "/" + file.path
        return Candidate(
          id: record.label + "/" + file.path, uri: absolute, content: .file(path: absolute),
          stamp: settled ? file.stamp : nil)
      }
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Reads a BEIR corpus whole; each line is a document under the id that it names.
  ///
  /// - Throws: `IndexStoreError.invalidArgument` where the file is not there or a line cannot be read.
  init(
    beirCorpus path: String, limits: ReadingLimits, writer: CollectionWriter, isDryRun: Bool
  ) throws(IndexStoreError) {
    var file = path
    if Folder.isFolder(path) { file = path + "/corpus.jsonl" }
    guard let absolute = FolderWalk.realPath(file) else {
      throw IndexStoreError(.invalidArgument, "\(file): there is no such file")
    }
    do {
      source = try Self.record(absolute, writer: writer, isDryRun: isDryRun)
      problems = []
      isComplete = true
      prefix = ""
      candidates = []
      var reader = BEIRReader(bytes: try Folder.readFile(absolute), limits: limits)
      while let line = try reader.next() {
        candidates.append(
          Candidate(
            id: line.id, uri: absolute + "#" + line.id,
            content: .record(title: line.title, text: line.text), stamp: nil))
      }
    } catch let error as DocumentError {
      throw IndexStoreError(.invalidArgument, "\(file): \(error.message)", underlying: error)
    } catch {
      throw IndexStoreError(error)
    }
  }

  private static func record(
    _ root: String, writer: CollectionWriter, isDryRun: Bool
  ) throws(CatalogError) -> SourceRecord {
    let catalog = writer.home.catalog
    let collection = writer.collection.id
    guard isDryRun else {
      return try catalog.source(root: root, preferredLabel: label(of: root), collection: collection)
    }
    return try catalog.sources(of: collection).first { $0.root == root }
      ?? SourceRecord(id: 0, label: label(of: root), root: root)
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  private static func label(of root: String) -> String {
    root.split(separator: "/").last.map(String.init) ?? "root"
  }
}
