import Catalog
import Embeddings
import Storage

/// What `rag doctor` found.
package struct DoctorReport: Sendable {
  package struct Problem: Hashable, Sendable {
    package var place: String
    package var what: String
    /// A command, or what to do by hand.
    package var remedy: String

    package init(place: String, what: String, remedy: String) {
      self.place = place
      self.what = what
      self.remedy = remedy
    }
  }

  package struct CollectionFinding: Hashable, Sendable {
    package var name: String
    package var documents: Int
    package var chunks: Int
    package var segments: Int
    package var model: EmbeddingModelIdentity
    /// Files that were not taken, or not taken as they are: no fault of what is on disk here.
    package var failures: Int
    package var stale: Int
    package var skipped: Int
    package var notes: Int
  }

  package var collections: [CollectionFinding] = []
  /// Leftovers of crashes that were cleared away.
  package var removed: [String] = []
  package var problems: [Problem] = []
}

/// Checks a home: every row against every file, every checksum, the inner order of every index.
package struct Doctor {
  private let home: HomeFolder

  package init(home: HomeFolder) {
    self.home = home
  }

  /// - Throws: `IndexStoreError` where the catalog itself cannot be read.
  /// - Complexity: O(bytes on disk).
  package func examine() throws(IndexStoreError) -> DoctorReport {
    var report = DoctorReport()
    let collections: [CollectionRecord]
    do {
      for problem in try home.catalog.integrityProblems() {
        report.problems.append(
          DoctorReport.Problem(
            place: home.catalog.path, what: problem,
            remedy: "restore the catalog from a backup, or move the home folder away and ingest again"))
      }
      collections = try home.catalog.collections()
    } catch {
      throw IndexStoreError(error)
    }
    for collection in collections { try examine(collection, &report) }
    do {
      let known = Set(collections.map(\.name))
      for name in try Folder.entries(home.path)
      where !known.contains(name) && Folder.isFolder(home.path + "/" + name + "/segments") {
        report.problems.append(
          DoctorReport.Problem(
            place: home.path + "/" + name, what: "the folder belongs to no collection of the catalog",
            remedy: "rm -r '\(home.path)/\(name)'"))
      }
    } catch {
      throw IndexStoreError(error)
    }
    return report
  }

  private func examine(_ collection: CollectionRecord, _ report: inout DoctorReport) throws(IndexStoreError) {
    let configuration = try CollectionConfiguration(json: collection.configuration)
    let rebuild = "rag reindex --home '\(home.path)' --collection \(collection.name)"
    // Opening for writing clears away what a crash has left; a writer at work needs no such help.
    do {
      let writer = try CollectionWriter(collection.name, in: home, threads: 1, holder: "rag doctor")
      report.removed += writer.removedGarbage.map { collection.name + "/" + $0 }
    } catch  where error.code == .locked {
    }
    do {
      guard let state = try home.catalog.state(ofCollection: collection.name) else { return }
      for record in state.segments {
        for problem in try problems(of: record, state.collection, configuration) {
          report.problems.append(DoctorReport.Problem(place: collection.name, what: problem, remedy: rebuild))
        }
      }
      let counts = try home.catalog.counts(ofCollection: collection.id)
      let live = state.segments.reduce(0) { $0 + $1.chunkCount - $1.deletedCount }
      if live != counts.chunks {
        report.problems.append(
          DoctorReport.Problem(
            place: collection.name,
            what: "the segments hold \(live) live chunks, but the catalog \(counts.chunks)", remedy: rebuild))
      }
      report.collections.append(
        DoctorReport.CollectionFinding(
          name: collection.name, documents: counts.documents, chunks: counts.chunks,
          segments: state.segments.count, model: configuration.embedding,
          failures: try home.catalog.failures(of: collection.id).count,
          stale: try home.catalog.staleFiles(of: collection.id).count,
          skipped: try home.catalog.skipped(of: collection.id).count,
          notes: try home.catalog.notes(of: collection.id).count))
    } catch {
      throw IndexStoreError(error)
    }
  }

  /// What is wrong with a segment; refreshes its stamps where all is well.
  private func problems(
    of record: SegmentRecord, _ collection: CollectionRecord, _ configuration: CollectionConfiguration
  ) throws(CatalogError) -> [String] {
    let folder = SegmentFolder.path(record.number, in: home.folder(of: collection.name))
    let reader: SegmentReader
    do {
      reader = try SegmentReader(
        folder: folder, record: record, configuration: configuration, trustStamps: false)
      try reader.verify()
    } catch {
      return [error.description]
    }
    var problems: [String] = []
    var deleted = 0
    if record.deletesGeneration > 0 {
      do {
        let path = folder + "/" + DeletesFile.name(record.deletesGeneration)
        deleted = try DeletesFile.read(path, chunkCount: record.chunkCount).count
      } catch {
        return [error.description]
      }
      if deleted != record.deletedCount {
        problems.append(
          "\(folder): \(deleted) chunks are marked deleted, but the catalog says \(record.deletedCount)")
      }
    }
    let chunks = try home.catalog.chunks(inSegment: record.number, generation: collection.servingGeneration)
    for chunk in chunks
    where Int(chunk.ordinal) >= reader.chunkCount || reader.chunkID(chunk.ordinal).bytes != chunk.id {
      problems.append("\(folder): chunk \(Hex.string(chunk.id)) is not at ordinal \(chunk.ordinal)")
      break
    }
    if chunks.count != record.chunkCount - deleted {
      problems.append(
        "\(folder): \(record.chunkCount - deleted) live chunks, but \(chunks.count) rows in the catalog")
    }
    if problems.isEmpty, let stamps = reader.currentStamps, stamps != record.stamps {
      try home.catalog.updateStamps(stamps, ofSegmentRow: record.row)
    }
    return problems
  }
}
