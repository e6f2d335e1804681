import Catalog
import Kernels
import LexicalIndex
import Storage
import VectorIndex

/// Writes the folder of one segment: every index over the same ordinals.
struct SegmentBuilder: ~Copyable {
  let folder: String
  private let number: Int
  private let configuration: CollectionConfiguration
  private let threads: Int
  private var lexical: LexicalIndexBuilder
  private var fields = SegmentFieldsBuilder()
  private var ids: [ChunkID] = []

  /// - Parameters:
  ///   - folder: where the files go; made by `build`.
  ///   - threads: for the graph; its bytes do not depend on it.
  /// - Throws: `IndexStoreError` for an analyzer that cannot be made.
  init(
    folder: String, number: Int, configuration: CollectionConfiguration, threads: Int
  ) throws(IndexStoreError) {
    self.folder = folder
    self.number = number
    self.configuration = configuration
    self.threads = threads
    do {
      lexical = LexicalIndexBuilder(analyzer: try Analyzer(configuration: configuration.analyzer))
    } catch {
      throw IndexStoreError(.invalidArgument, error.message, underlying: error)
    }
  }

  /// Adds the next chunk.
  ///
  /// - Returns: its ordinal.
  mutating func add(id: ChunkID, indexedText: String, fields values: [(name: String, value: FieldValue)])
    -> Ordinal
  {
    let ordinal = lexical.add(indexedText)
    ids.append(id)
    fields.add(values, ordinal: ordinal)
    return ordinal
  }

  /// Adds chunks of a committed segment, with the terms that are in its index.
  ///
  /// - Parameters:
  ///   - ordinals: chunks to keep, rising; `ids` and `fields` go with them.
  /// - Returns: the ordinal of the first.
  mutating func append(
    _ segment: SegmentReader, keeping ordinals: [Ordinal], ids: [ChunkID],
    fields values: [[(name: String, value: FieldValue)]]
  ) -> Ordinal {
    let first = Ordinal(lexical.documentCount)
    lexical.append(segment.lexical, keeping: ordinals)
    self.ids.append(contentsOf: ids)
    for (offset, chunkFields) in values.enumerated() {
      fields.add(chunkFields, ordinal: first + Ordinal(offset))
    }
    return first
  }

  /// Writes and syncs all files.
  ///
  /// - Parameter vectors: shape `[chunks, dimension]`.
  /// - Throws: `StorageError`; the folder is then garbage.
  /// - Complexity: dominated by the graph.
  func build(vectors: Matrix) throws(StorageError) -> SegmentRecord {
    precondition(vectors.rows == ids.count, "\(vectors.rows) vectors for \(ids.count) chunks")
    try Folder.remove(folder)
    try Folder.create(folder)
    var files = try LexicalIndexSerializer.write(lexical, to: folder)
    let rows = VectorRowsBuilder(vectors, metric: configuration.metric)
    files += try VectorRowsSerializer.write(rows, to: folder)
    let graph = HNSWBuilder(rows, parameters: configuration.hnsw, threads: threads)
    files.append(try HNSWSerializer.write(graph, to: folder))
    files.append(try fields.write(to: folder + "/" + SegmentFolder.fields))
    files.append(try ChunkIDsFile.write(ids, to: folder + "/" + SegmentFolder.chunkIDs))
    let manifest = SegmentManifest(
      number: number, chunkCount: ids.count, configuration: configuration, files: files)
    try Folder.writeFile(Array(manifest.json.utf8), to: folder + "/" + SegmentFolder.manifest)
    try Folder.sync(folder)
    var stamps = SegmentStamps(files: [:])
    for file in manifest.files { stamps.files[file.name] = try FileStamp(of: folder + "/" + file.name) }
    return SegmentRecord(
      number: number, chunkCount: ids.count, manifest: manifest.json, stamps: stamps.json)
  }
}
