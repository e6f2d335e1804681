import Catalog
import Kernels
import LexicalIndex
import Storage
import VectorIndex

/// A committed segment, mapped and checked: what a snapshot searches.
package final class SegmentReader: Sendable {
  let record: SegmentRecord
  private let folder: String
  private let manifest: SegmentManifest
  private let bm25: BM25Parameters
  let lexical: LexicalIndexReader
  private let graph: HNSWReader
  private let flat: FlatIndex
  let fields: SegmentFields
  private let ids: ChunkIDsFile

  package var chunkCount: Int { record.chunkCount }

  /// Its number in the collection.
  package var number: Int { record.number }

  /// Folder name and version of its tombstones, for lineage.
  package var name: String {
    SegmentFolder.name(record.number) + (record.deletesGeneration > 0 ? "-\(record.deletesGeneration)" : "")
  }

  /// Opens the folder of `record`.
  ///
  /// The manifest must be the catalog's; a file whose stamp is not the recorded one is read in full and its checksum
  /// compared, so that bytes which were changed since never answer.
  ///
  /// - Parameter trustStamps: false reads every file in full.
  /// - Throws: `StorageError`, naming the file.
  init(
    folder: String, record: SegmentRecord, configuration: CollectionConfiguration, trustStamps: Bool = true
  ) throws(StorageError) {
    self.record = record
    self.folder = folder
    let manifestPath = folder + "/" + SegmentFolder.manifest
    let bytes = try Folder.readFile(manifestPath, limit: 1 << 20)
    guard bytes == Array(record.manifest.utf8) else {
      throw .corrupted(manifestPath, "the manifest is not the one that was committed")
    }
    manifest = try SegmentManifest(json: record.manifest, path: manifestPath)
    try Self.check(manifest, folder: folder, trusted: trustStamps ? SegmentStamps(json: record.stamps) : nil)
    let count = record.chunkCount
    bm25 = configuration.bm25
    lexical = try LexicalIndexReader(folder: folder, documentCount: count)
    let rows = try VectorRowsReader(
      folder: folder, count: count, dimension: configuration.embedding.dimension, metric: configuration.metric
    )
    graph = try HNSWReader(folder: folder, rows: rows, parameters: configuration.hnsw)
    flat = FlatIndex(rows)
    fields = try SegmentFields(path: folder + "/" + SegmentFolder.fields, chunkCount: count)
    ids = try ChunkIDsFile(path: folder + "/" + SegmentFolder.chunkIDs, chunkCount: count)
  }

  package func chunkID(_ ordinal: Ordinal) -> ChunkID { ids[ordinal] }

  /// BM25's best chunks; see `LexicalIndexReader.search`.
  package func lexicalSearch(
    _ terms: [QueryTerm], k: Int, statistics: CorpusStatistics, allowed: OrdinalSet?
  ) -> [ScoredOrdinal] {
    lexical.search(terms, k: k, parameters: bm25, statistics: statistics, allowed: allowed)
  }

  /// BM25 scores of given chunks.
  package func lexicalScores(
    _ terms: [QueryTerm], ordinals: [Ordinal], statistics: CorpusStatistics
  ) -> [Float] {
    lexical.scores(terms, ordinals: ordinals, parameters: bm25, statistics: statistics)
  }

  /// The nearest chunks, by the graph or, with `isExact`, by a scan.
  package func denseSearch(
    _ query: [Float], k: Int, efSearch: Int?, isExact: Bool, allowed: OrdinalSet?
  ) -> [ScoredOrdinal] {
    isExact
      ? flat.search(query, k: k, allowed: allowed)
      : graph.search(query, k: k, efSearch: efSearch, allowed: allowed).hits
  }

  /// Exact vector scores of given chunks.
  package func denseScores(_ query: [Float], ordinals: [Ordinal]) -> [Float] {
    flat.scores(query, ordinals: ordinals)
  }

  /// Rows one after another, shape `[ordinals.count × dimension]`.
  package func vectors(_ ordinals: [Ordinal]) -> [Float] {
    ordinals.flatMap { graph.rows.vector($0) }
  }

  /// Checks the inner order of every index.
  ///
  /// - Throws: `StorageError.corrupted`.
  /// - Complexity: O(bytes).
  func verify() throws(StorageError) {
    try lexical.verify()
    try graph.verify()
    try fields.verify()
  }

  /// Stamps of the files as they are now; `nil` where one cannot be had.
  var currentStamps: String? {
    var stamps = SegmentStamps(files: [:])
    for file in manifest.files {
      guard let stamp = try? FileStamp(of: folder + "/" + file.name) else { return nil }
      stamps.files[file.name] = stamp
    }
    return stamps.json
  }

  private static func check(
    _ manifest: SegmentManifest, folder: String, trusted: SegmentStamps?
  ) throws(StorageError) {
    let kinds: [String: FileKind] = [
      VectorRowsSerializer.floatsName: .vectorsFloat32, VectorRowsSerializer.bytesName: .vectorsInt8,
      HNSWSerializer.name: .graphHNSW, LexicalIndexSerializer.dictionaryName: .termDictionary,
      LexicalIndexSerializer.postingsName: .postings, LexicalIndexSerializer.normsName: .norms,
      LexicalIndexSerializer.positionsName: .positions,
      SegmentFolder.fields: .fields, SegmentFolder.chunkIDs: .chunkIDs,
    ]
    for summary in manifest.files {
      let path = folder + "/" + summary.name
      guard let kind = kinds[summary.name] else {
        throw .corrupted(path, "the manifest names a file of no known kind")
      }
      if let stamp = trusted?.files[summary.name], stamp == (try FileStamp(of: path)) { continue }
      let file = try MappedFile(path: path, kind: kind)
      guard file.fileBytes == summary.bytes, file.recordedCRC == summary.crc32c else {
        throw .corrupted(path, "it is not the file that was committed")
      }
      try file.verifyChecksum()
    }
  }
}
