import Foundation
import Storage

/// What a segment folder holds, as `segment.json` and as the catalog keep it.
package struct SegmentManifest: Codable, Hashable, Sendable {
  static let formatVersion = 1

  package var formatVersion = SegmentManifest.formatVersion
  package var number: Int
  package var chunkCount: Int
  package var dimension: Int
  package var metric: String
  /// Names of what made the segment: model and its weights, chunker, analyzer, HNSW parameters.
  package var embeddingModel: String
  package var embeddingWeights: String
  package var chunker: String
  package var analyzer: String
  package var hnswM: Int
  package var hnswEfConstruction: Int
  package var hnswSeed: UInt64
  /// Sorted by name.
  package var files: [FileSummary]

  /// JSON with sorted keys: equal manifests give equal text.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  /// - Throws: `StorageError.corrupted` or `.wrongVersion`, for the file at `path`.
  init(json: String, path: String) throws(StorageError) {
    do {
      self = try JSONDecoder().decode(SegmentManifest.self, from: Data(json.utf8))
    } catch {
      throw .corrupted(path, "the manifest cannot be read")
    }
    guard formatVersion == Self.formatVersion else {
      throw StorageError(
        .wrongVersion, path: path,
        "segment format \(formatVersion), but this rag reads \(Self.formatVersion). Use the rag that wrote it, "
          + "or rebuild the index with 'rag reindex'")
    }
  }

  init(
    number: Int, chunkCount: Int, configuration: CollectionConfiguration, files: [FileSummary]
  ) {
    self.number = number
    self.chunkCount = chunkCount
    dimension = configuration.embedding.dimension
    metric = configuration.metric.rawValue
    embeddingModel = configuration.embedding.model
    embeddingWeights = configuration.embedding.weightsHash
    chunker = configuration.chunkerIdentity
    analyzer = configuration.analyzer.identity
    hnswM = configuration.hnsw.M
    hnswEfConstruction = configuration.hnsw.efConstruction
    hnswSeed = configuration.hnsw.seed
    self.files = files.sorted { $0.name < $1.name }
  }
}

/// Stamps of a segment's files, by name, when their checksums were last found right.
struct SegmentStamps: Codable, Hashable {
  var files: [String: FileStamp]

  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  init(files: [String: FileStamp]) { self.files = files }

  /// Text that cannot be read means that nothing is known, so that every file is checked.
  init(json: String) {
    self = (try? JSONDecoder().decode(SegmentStamps.self, from: Data(json.utf8))) ?? SegmentStamps(files: [:])
  }
}
