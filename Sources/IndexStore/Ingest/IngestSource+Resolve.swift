import Catalog
import Documents
import Foundation
import Storage

extension IngestSource {
  /// Resolves a folder or file that the user named.
  ///
  /// A folder is its own source, unless it lies in one that was taken whole: then it is that part of it. It takes over
  /// what other sources have of it, so that one file has one identity. A file that lies in no such source belongs to the
  /// source of its folder, which is then not taken for complete.
  ///
  /// - Parameters:
  ///   - path: where nothing is there, what is known of it has gone.
  ///   - options: in a dry run nothing is recorded.
  /// - Throws: `IndexStoreError.invalidArgument` for a path that is not there and that nothing is known of.
  init(path: String, writer: CollectionWriter, options: IngestOptions) throws(IndexStoreError) {
    let isMissing = FolderWalk.realPath(path) == nil
    guard let absolute = FolderWalk.realPath(path) ?? Self.formerPath(path) else {
      throw Self.missing(path)
    }
    do {
      let catalog = writer.home.catalog
      let sources = try catalog.sources(of: writer.collection.id).filter { !Self.isNoFolder($0) }
      let isFolder = isMissing ? sources.contains { $0.root == absolute.text } : Folder.isFolder(absolute)
      let around = sources.filter { absolute.isWithin(DocumentPath($0.root)) }
        .sorted { $0.root.utf8.count < $1.root.utf8.count }
      // The widest root that was taken whole; else, for a file, the source that has it.
      var known = around.first(where: \.isWhole)
      if known == nil, !isFolder {
        known = try around.last {
          try catalog.file(Self.id(of: absolute, in: $0).text, collection: writer.collection.id) != nil
        }
      }
      if isMissing, known == nil { throw Self.missing(path) }
      let root = known.map { DocumentPath($0.root) } ?? (isFolder ? absolute : absolute.parent ?? "/")
      source = try known ?? Self.record(root, isWhole: isFolder, writer: writer, options: options)
      place = absolute.text
      isComplete = isFolder || isMissing
      scope = Self.id(of: absolute, in: source)
      if source.isWhole {
        try takeOver(from: sources.filter { $0.id != source.id }, writer: writer, options: options)
      }
      if isMissing {
        let files = try catalog.files(of: writer.collection.id, source: source.id)
        guard files.contains(where: { DocumentPath($0.id).isWithin(scope) }) else { throw Self.missing(path) }
        return
      }
      let files: [FolderWalk.File]
      let relative = absolute.relative(to: root) ?? ""
      if isFolder {
        let walk = FolderWalk(root: root, below: relative, access: options.access)
        problems = walk.problems
        skipped = walk.skipped
        unseen = walk.unseen.map { DocumentPath(source.label).appending($0) }
        files = walk.files
      } else if let stamp = SourceStamp(path: absolute) {
        files = [FolderWalk.File(path: relative, stamp: stamp)]
      } else {
        throw IndexStoreError(.invalidArgument, "\(path): it is neither a file nor a folder")
      }
      let now = Int64(Date().timeIntervalSince1970 * 1e9)
      candidates = files.map { file in
        let settled = max(file.stamp.modified, file.stamp.changed) < now - Self.settlingTime
        let absolute = root.appending(file.path)
        return Candidate(
          id: DocumentPath(source.label).appending(file.path), uri: absolute.text,
          content: .file(path: absolute), stamp: settled ? file.stamp : nil, bytes: file.stamp.bytes)
      }
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Makes files of other sources that lie in this one's root its own: they keep their chunks and vectors.
  private mutating func takeOver(
    from others: [SourceRecord], writer: CollectionWriter, options: IngestOptions
  ) throws {
    let root = DocumentPath(source.root)
    var emptied: [SourceRecord] = []
    var deletions: [(old: String, new: String)] = []
    for other in others {
      let folder = DocumentPath(other.root)
      guard folder.isWithin(root) || root.isWithin(folder) && !other.isWhole else { continue }
      let files = try writer.home.catalog.files(of: writer.collection.id, source: other.id)
      // A corpus whose file is gone looks like a folder.
      let isCorpus = files.contains { DocumentPath($0.uri) == DocumentPath(other.root + "#" + $0.id) }
      if isCorpus { continue }
      let inside = files.filter { DocumentPath($0.uri).isWithin(root) }
      takenOver += inside.map { file in
        FileMove(
          file: file, id: Self.id(of: DocumentPath(file.uri), in: source), uri: file.uri, source: source.id,
          stamp: file.stamp)
      }
      guard inside.count == files.count else { continue }
      emptied.append(other)
      for id in try writer.home.catalog.deletedDocuments(of: writer.collection.id) {
        guard let relative = id.relative(to: DocumentPath(other.label)) else { continue }
        let path = folder.appending(relative)
        if path.isWithin(root) { deletions.append((old: id.text, new: Self.id(of: path, in: source).text)) }
      }
      notes.append(
        NoteRecord(
          path: other.root,
          note: "its documents are now part of '\(source.label)': '\(other.label)/…' has become "
            + "'\(Self.id(of: folder, in: source))/…'. Change access rules and filters that name the old folder"
        ))
    }
    guard !options.dryRun, !takenOver.isEmpty || !emptied.isEmpty else { return }
    try writer.move(takenOver, deletions: deletions, emptied: emptied.map(\.id))
    takenOver = []
  }

  /// Reads a BEIR corpus whole; each line of the file is a document under the id that it names.
  ///
  /// - Throws: `IndexStoreError.invalidArgument` where the file is not there or a line cannot be read.
  init(
    beirCorpus path: String, writer: CollectionWriter, options: IngestOptions
  ) throws(IndexStoreError) {
    var file = path
    if Folder.isFolder(path) { file = path + "/corpus.jsonl" }
    guard let absolute = FolderWalk.realPath(file) else {
      throw IndexStoreError(.invalidArgument, "\(file): there is no such file")
    }
    do {
      source = try Self.record(absolute, isWhole: true, writer: writer, options: options)
      place = absolute.text
      isComplete = true
      var reader = BEIRReader(bytes: try Folder.readFile(absolute), limits: options.limits)
      while let line = try reader.next() {
        candidates.append(
          Candidate(
            id: DocumentPath(line.id), uri: absolute.text + "#" + line.id,
            content: .record(title: line.title, text: line.text), stamp: nil))
      }
    } catch let error as DocumentError {
      throw IndexStoreError(.invalidArgument, "\(file): \(error.message)", underlying: error)
    } catch {
      throw IndexStoreError(error)
    }
  }

  private static func record(
    _ root: DocumentPath, isWhole: Bool, writer: CollectionWriter, options: IngestOptions
  ) throws(CatalogError) -> SourceRecord {
    let catalog = writer.home.catalog
    let collection = writer.collection.id
    guard options.dryRun else {
      return try catalog.source(
        root: root.text, preferredLabel: label(of: root), isWhole: isWhole, collection: collection)
    }
    var known =
      try catalog.sources(of: collection).first { DocumentPath($0.root) == root }
      ?? SourceRecord(id: 0, label: label(of: root), root: root.text, isWhole: isWhole)
    known.isWhole = known.isWhole || isWhole
    return known
  }

  /// Identity of a file or folder of a source.
  static func id(of path: DocumentPath, in source: SourceRecord) -> DocumentPath {
    DocumentPath(source.label).appending(path.relative(to: DocumentPath(source.root)) ?? path)
  }

  /// Whether a source is no folder of files: what was sent, or a corpus.
  private static func isNoFolder(_ source: SourceRecord) -> Bool {
    source.root == uploadRoot || Folder.exists(source.root) && !Folder.isFolder(DocumentPath(source.root))
  }

  /// Where a path that is not there would be.
  private static func formerPath(_ path: String) -> DocumentPath? {
    let given = DocumentPath(path.hasSuffix("/") && path != "/" ? String(path.dropLast()) : path)
    guard let parent = FolderWalk.realPath(given.parent?.text ?? "."), given.name != "..", given.name != "."
    else { return nil }
    return parent.appending(given.name)
  }

  private static func missing(_ path: String) -> IndexStoreError {
    IndexStoreError(.invalidArgument, "\(path): there is no such file or folder")
  }

  private static func label(of root: DocumentPath) -> String {
    root.name.isEmpty ? "root" : root.name.text
  }
}
