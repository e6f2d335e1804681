// How a collection changes.
//
// Invariants:
// 1. One writer at a time, over all processes: a writer holds `writer.lock` from `init` to its end.
// 2. A segment folder is written in `building/`, synced, and renamed into `segments/`; then one transaction of the
//    catalog makes it part of the collection. That COMMIT is the commit.
// 3. A segment folder without a row is garbage (a crash before the COMMIT, or after the COMMIT of a merge that
//    replaced it) and is removed when a writer opens. A row without a folder is corruption.
// 4. Tombstones are a new file `deletes-N.bin`, N being the commit's version, in place before the COMMIT that names
//    it; files of other N are garbage.
// 5. Committed files are never changed. Rows of segments name their files' sizes and checksums.
//
// States of a segment: building → in place → committed → replaced → removed. A crash in any state leaves one that
// `init` knows how to mend.

import Catalog
import Documents
import Embeddings
import Kernels
import Storage
import Synchronization

/// A point between two steps of a commit; tests stop there.
package enum CommitStep: String, CaseIterable, Sendable {
  case segmentBuilt, segmentInPlace, tombstonesWritten, committed
}

/// The one writer of a collection.
package final class CollectionWriter {
  package let home: HomeFolder
  package let name: String
  package private(set) var collection: CollectionRecord
  package let configuration: CollectionConfiguration
  private var segments: [SegmentRecord]
  private var lock: WriterLock?
  private let threads: Int
  private let policy: MergePolicy
  private let onStep: (CommitStep) throws -> Void
  /// Garbage that was removed at opening, for the report of `rag doctor`.
  package private(set) var removedGarbage: [String] = []

  package var segmentCount: Int { segments.count }

  private var folder: String { home.folder(of: name) }

  /// Opens `name` for writing, and clears away what a crash has left.
  ///
  /// - Parameters:
  ///   - holder: names this writer to others that find the collection locked.
  ///   - onStep: called between the steps of a commit; what it throws stops the commit there.
  /// - Throws: `IndexStoreError` `.locked`, `.collectionMissing`, `.corrupted`, `.failed`.
  package init(
    _ name: String, in home: HomeFolder, threads: Int, holder: String, policy: MergePolicy = MergePolicy(),
    onStep: @escaping (CommitStep) throws -> Void = { _ in }
  ) throws(IndexStoreError) {
    self.home = home
    self.name = name
    self.threads = threads
    self.policy = policy
    self.onStep = onStep
    do {
      guard try home.catalog.collection(named: name) != nil else {
        throw HomeFolder.missing(name, in: home.catalog)
      }
      try Folder.create(home.folder(of: name))
      lock = try WriterLock(path: home.lockPath(of: name), holder: holder)
      guard let state = try home.catalog.state(ofCollection: name) else {
        throw HomeFolder.missing(name, in: home.catalog)
      }
      collection = state.collection
      segments = state.segments
      configuration = try CollectionConfiguration(json: state.collection.configuration)
      try removeGarbage()
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Gives the right to write back at once, and not when the last reference to this goes: tasks that have ended may hold one
  /// for a moment. Nothing is written through this from then on.
  package func close() { lock = nil }

  /// Adds files with the vectors of their documents, replacing older versions, as one commit.
  ///
  /// - Parameter vectors: shape `[chunks of all documents, dimension]`, in order.
  /// - Throws: `IndexStoreError`; then nothing has changed.
  package func commit(_ files: [PreparedFile], vectors: Matrix) throws(IndexStoreError) {
    do {
      var change = CatalogChange(collection: collection.id, generation: collection.servingGeneration)
      change.removedFiles = files.compactMap(\.replaces)
      var builder = try newBuilder()
      var row = 0
      for file in files {
        var documents: [CatalogChange.NewDocument] = []
        for document in file.documents {
          var chunks: [(id: [UInt8], ordinal: UInt32, chunk: Chunk)] = []
          for (chunk, text) in zip(document.chunks, document.indexedTexts) {
            let id = chunkID(chunk, of: document.record)
            let ordinal = builder.add(id: id, indexedText: text, fields: document.record.fields(of: chunk))
            chunks.append((id: id.bytes, ordinal: ordinal, chunk: chunk))
            row += 1
          }
          documents.append(
            CatalogChange.NewDocument(record: document.record, text: document.text, chunks: chunks))
        }
        change.newFiles.append(
          CatalogChange.NewFile(record: file.record, documents: documents, notes: file.notes))
      }
      precondition(row == vectors.rows, "\(vectors.rows) vectors for \(row) chunks")
      if row > 0 { change.newSegment = try place(builder, vectors: vectors) }
      change.tombstones = try writeTombstones(removing: documents(of: change.removedFiles))
      try finish(change)
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Deletes files with their documents as one commit: from then on nothing of them answers.
  ///
  /// - Parameters:
  ///   - rows: row numbers of files.
  ///   - documents: row numbers of documents that go alone, out of files that stay.
  package func remove(files rows: [Int64], documents: [Int64] = []) throws(IndexStoreError) {
    guard !rows.isEmpty || !documents.isEmpty else { return }
    do {
      var change = CatalogChange(collection: collection.id, generation: collection.servingGeneration)
      change.removedFiles = rows
      change.removedDocuments = documents
      change.tombstones = try writeTombstones(removing: self.documents(of: rows) + documents)
      try finish(change)
      try home.catalog.clearEmbeddingCache()
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Gives files other identities as one commit: their chunks go into a new segment, with the vectors and terms that they
  /// have.
  ///
  /// Identities are in chunk ids and in the fields that filters ask, so that the segments that have them now cannot stay
  /// as they are for these chunks.
  ///
  /// - Parameters:
  ///   - deletions: identities of documents that were deleted by hand, which change with them.
  ///   - emptied: rows of sources that have no file left.
  /// - Complexity: that of building a segment of the chunks.
  package func move(
    _ moves: [FileMove], deletions: [(old: String, new: String)] = [], emptied: [Int64] = []
  ) throws(IndexStoreError) {
    guard !moves.isEmpty || !deletions.isEmpty || !emptied.isEmpty else { return }
    do {
      var change = CatalogChange(collection: collection.id, generation: collection.servingGeneration)
      change.renamedDeletions = deletions
      change.removedSources = emptied
      var records: [Int64: DocumentRecord] = [:]
      for move in moves {
        var documents: [CatalogChange.Move.Document] = []
        for var record in try home.catalog.documents(ofFile: move.file.row) {
          let suffix = DocumentPath(record.id).relative(to: DocumentPath(move.file.id)) ?? ""
          record.uri =
            move.uri + String(decoding: record.uri.utf8.dropFirst(move.file.uri.utf8.count), as: UTF8.self)
          record.id = move.id.appending(suffix).text
          records[record.row] = record
          documents.append(CatalogChange.Move.Document(row: record.row, id: record.id, uri: record.uri))
        }
        change.moves.append(CatalogChange.Move(record: move.moved, documents: documents))
      }
      var builder = try newBuilder()
      var values: [Float] = []
      for segment in segments {
        let chunks = try home.catalog.chunks(
          inSegment: segment.number, generation: collection.servingGeneration
        ).filter { records[$0.document] != nil }
        if chunks.isEmpty { continue }
        let reader = try SegmentReader(
          folder: SegmentFolder.path(segment.number, in: folder), record: segment,
          configuration: configuration)
        let named = chunks.compactMap { chunk in records[chunk.document].map { (chunk: chunk, record: $0) } }
        let ids = named.map { chunkID($0.chunk.chunk, of: $0.record) }
        values.append(contentsOf: reader.vectors(chunks.map(\.ordinal)))
        let first = builder.append(
          reader, keeping: chunks.map(\.ordinal), ids: ids,
          fields: named.map { $0.record.fields(of: $0.chunk.chunk) })
        for (offset, chunk) in chunks.enumerated() {
          change.movedChunks.append(
            CatalogChange.MovedChunk(id: chunk.id, ordinal: first + Ordinal(offset), newID: ids[offset].bytes)
          )
        }
      }
      if !change.movedChunks.isEmpty {
        change.newSegment = try place(
          builder,
          vectors: Matrix(
            rows: change.movedChunks.count, columns: configuration.embedding.dimension, values: values))
        change.tombstones = try writeTombstones(removing: records.keys.sorted())
      }
      try finish(change)
    } catch {
      throw IndexStoreError(error)
    }
  }

  private func chunkID(_ chunk: Chunk, of document: DocumentRecord) -> ChunkID {
    ChunkID(
      document: document.id, contentHash: document.contentHash, chunker: configuration.chunkerIdentity,
      index: chunk.index)
  }

  /// Rows of the documents of files.
  private func documents(of files: [Int64]) throws -> [Int64] {
    try files.flatMap { try home.catalog.documents(ofFile: $0).map(\.row) }
  }

  /// Merges until the policy is content.
  ///
  /// - Returns: number of merges.
  @discardableResult
  package func mergeWhereDue() throws(IndexStoreError) -> Int {
    var merges = 0
    while true {
      let due = policy.nextMerge(
        segments.map {
          MergePolicy.Segment(number: $0.number, chunkCount: $0.chunkCount, deletedCount: $0.deletedCount)
        })
      if due.isEmpty { return merges }
      try merge(due)
      merges += 1
    }
  }

  /// Merges everything into one segment and overwrites deleted bytes in the catalog.
  package func compact() throws(IndexStoreError) {
    if segments.count > 1 || segments.contains(where: { $0.deletedCount > 0 }) {
      try merge(segments.map(\.number))
    }
    do {
      try home.catalog.clearEmbeddingCache()
      try home.catalog.purgeFreedBytes()
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Makes one segment of several, without their deleted chunks.
  private func merge(_ numbers: [Int]) throws(IndexStoreError) {
    do {
      let merged = segments.filter { numbers.contains($0.number) }
      var change = CatalogChange(collection: collection.id, generation: collection.servingGeneration)
      change.replacedSegments = numbers
      var builder = try newBuilder()
      var values: [Float] = []
      for record in merged {
        let path = SegmentFolder.path(record.number, in: folder)
        let reader = try SegmentReader(folder: path, record: record, configuration: configuration)
        let kept = try home.catalog.chunks(
          inSegment: record.number, generation: collection.servingGeneration)
        let source = try ChunkSource(kept, catalog: home.catalog)
        values.append(contentsOf: reader.vectors(kept.map(\.ordinal)))
        let first = builder.append(
          reader, keeping: kept.map(\.ordinal), ids: kept.map { ChunkID(bytes: $0.id) },
          fields: try kept.map { chunk in try source.fields(of: chunk) })
        for (offset, chunk) in kept.enumerated() {
          change.movedChunks.append(
            CatalogChange.MovedChunk(id: chunk.id, ordinal: first + Ordinal(offset)))
        }
      }
      let dimension = configuration.embedding.dimension
      let rows = change.movedChunks.count
      if rows > 0 {
        let vectors = Matrix(rows: rows, columns: dimension, values: values)
        change.newSegment = try place(builder, vectors: vectors)
      }
      try finish(change)
      for number in numbers { try Folder.remove(SegmentFolder.path(number, in: folder)) }
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Writes a segment's files again from the catalog's text and new embeddings, in place of what is there.
  ///
  /// A segment from which nothing was deleted gets the same bytes as before.
  ///
  /// - Parameters:
  ///   - chunker: the collection's, with its model's count of tokens.
  ///   - embed: texts in, vectors out, in order.
  /// - Returns: how many segments there are, and how many have the bytes that they had.
  package func rebuild(
    chunker: Chunker, embed: ([String]) async throws -> Matrix
  ) async throws(IndexStoreError) -> (segments: Int, identical: Int) {
    do {
      var identical = 0
      let all = segments
      for record in all {
        let kept = try home.catalog.chunks(
          inSegment: record.number, generation: collection.servingGeneration)
        let source = try ChunkSource(kept, catalog: home.catalog)
        let texts = try kept.map { try source.indexedText(of: $0, chunker: chunker) }
        let vectors = try await embed(texts)
        if record.deletedCount == 0, try restore(record, kept, source, texts, vectors) {
          identical += 1
          continue
        }
        var builder = try newBuilder()
        var change = CatalogChange(collection: collection.id, generation: collection.servingGeneration)
        change.replacedSegments = [record.number]
        for (chunk, text) in zip(kept, texts) {
          let ordinal = builder.add(
            id: ChunkID(bytes: chunk.id), indexedText: text, fields: try source.fields(of: chunk))
          change.movedChunks.append(CatalogChange.MovedChunk(id: chunk.id, ordinal: ordinal))
        }
        if !kept.isEmpty { change.newSegment = try place(builder, vectors: vectors) }
        try finish(change)
        try Folder.remove(SegmentFolder.path(record.number, in: folder))
      }
      return (all.count, identical)
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// Builds a segment again under its own number, and puts it in place if it has the recorded bytes.
  ///
  /// - Returns: whether it had.
  private func restore(
    _ record: SegmentRecord, _ kept: [ChunkRecord], _ source: ChunkSource, _ texts: [String],
    _ vectors: Matrix
  ) throws -> Bool {
    guard kept.count == record.chunkCount else { return false }
    var builder = try SegmentBuilder(
      folder: folder + "/building/" + SegmentFolder.name(record.number), number: record.number,
      configuration: configuration, threads: threads)
    for (chunk, text) in zip(kept, texts) {
      _ = builder.add(id: ChunkID(bytes: chunk.id), indexedText: text, fields: try source.fields(of: chunk))
    }
    let rebuilt = try builder.build(vectors: vectors)
    guard rebuilt.manifest == record.manifest else {
      try Folder.remove(builder.folder)
      return false
    }
    try Folder.create(folder + "/segments")
    let target = SegmentFolder.path(record.number, in: folder)
    if Folder.exists(target) {
      try Folder.exchange(builder.folder, with: target)
      try Folder.remove(builder.folder)
    } else {
      try Folder.move(builder.folder, to: target)
    }
    try home.catalog.replaceRebuiltSegment(
      rebuilt, collection: collection.id, generation: collection.servingGeneration)
    return true
  }

  /// A builder for the next segment.
  private func newBuilder() throws(IndexStoreError) -> SegmentBuilder {
    try SegmentBuilder(
      folder: folder + "/building/" + SegmentFolder.name(collection.nextSegment),
      number: collection.nextSegment, configuration: configuration, threads: threads)
  }

  /// Builds a segment in `building/` and moves it into `segments/`: in place, not yet committed.
  private func place(_ builder: borrowing SegmentBuilder, vectors: Matrix) throws -> SegmentRecord {
    let segment = try builder.build(vectors: vectors)
    try onStep(.segmentBuilt)
    try Folder.create(folder + "/segments")
    let target = SegmentFolder.path(segment.number, in: folder)
    try Folder.remove(target)
    try Folder.move(builder.folder, to: target)
    try onStep(.segmentInPlace)
    return segment
  }

  /// Writes the tombstones that come with the removal of documents.
  private func writeTombstones(removing rows: [Int64]) throws -> [CatalogChange.Tombstones] {
    guard !rows.isEmpty else { return [] }
    let places = try home.catalog.chunkPlaces(documents: rows, generation: collection.servingGeneration)
    let generation = Int(collection.version) + 1
    var tombstones: [CatalogChange.Tombstones] = []
    for record in segments {
      let gone = places.filter { $0.segment == record.number }.map(\.ordinal)
      if gone.isEmpty { continue }
      let path = SegmentFolder.path(record.number, in: folder)
      var deleted = OrdinalSet(universe: record.chunkCount)
      if record.deletesGeneration > 0 {
        deleted = try DeletesFile.read(
          path + "/" + DeletesFile.name(record.deletesGeneration), chunkCount: record.chunkCount)
      }
      for ordinal in gone { deleted.insert(ordinal) }
      _ = try DeletesFile.write(deleted, to: path + "/" + DeletesFile.name(generation))
      try Folder.sync(path)
      tombstones.append(
        CatalogChange.Tombstones(
          segment: record.number, deletesGeneration: generation, deletedCount: deleted.count))
    }
    try onStep(.tombstonesWritten)
    return tombstones
  }

  /// The COMMIT, and the new state of this writer.
  private func finish(_ change: CatalogChange) throws {
    try home.catalog.commit(change)
    guard let state = try home.catalog.state(ofCollection: name) else {
      throw HomeFolder.missing(name, in: home.catalog)
    }
    let old = segments
    collection = state.collection
    segments = state.segments
    try onStep(.committed)
    // Tombstone files that the new ones replace.
    for item in change.tombstones {
      if let before = old.first(where: { $0.number == item.segment })?.deletesGeneration, before > 0 {
        try Folder.remove(SegmentFolder.path(item.segment, in: folder) + "/" + DeletesFile.name(before))
      }
    }
  }

  /// Removes what no row of the catalog names.
  private func removeGarbage() throws {
    for name in try Folder.entries(folder + "/building") {
      removedGarbage.append("building/" + name)
      try Folder.remove(folder + "/building/" + name)
    }
    try Folder.create(folder + "/building")
    let known = Dictionary(uniqueKeysWithValues: segments.map { (SegmentFolder.name($0.number), $0) })
    for name in try Folder.entries(folder + "/segments") {
      let path = folder + "/segments/" + name
      guard let record = known[name] else {
        removedGarbage.append("segments/" + name)
        try Folder.remove(path)
        continue
      }
      for file in try Folder.entries(path)
      where file.hasPrefix("deletes-")
        && (record.deletesGeneration == 0 || file != DeletesFile.name(record.deletesGeneration))
      {
        removedGarbage.append("segments/" + name + "/" + file)
        try Folder.remove(path + "/" + file)
      }
    }
  }
}
