import Foundation
import GRDB

extension Catalog {
  /// Cached vectors by key; keys that are not there are left out.
  ///
  /// - Parameter keys: 32 bytes each, over model, role and text.
  package func cachedVectors(_ keys: [[UInt8]]) throws(CatalogError) -> [[UInt8]: [Float]] {
    try read { database in
      let statement = try database.makeStatement(sql: "SELECT vector FROM embedding_cache WHERE key = ?")
      var vectors: [[UInt8]: [Float]] = [:]
      for key in keys {
        guard let bytes = try Data.fetchOne(statement, arguments: [Data(key)]), bytes.count % 4 == 0 else {
          continue
        }
        vectors[key] = bytes.withUnsafeBytes { raw in
          (0..<raw.count / 4).map {
            Float(
              bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
          }
        }
      }
      return vectors
    }
  }

  package func cacheVectors(_ vectors: [(key: [UInt8], vector: [Float])]) throws(CatalogError) {
    try write { database in
      let statement = try database.makeStatement(
        sql: "INSERT OR REPLACE INTO embedding_cache (key, vector) VALUES (?, ?)")
      for item in vectors {
        var bytes = Data(capacity: item.vector.count * 4)
        for value in item.vector {
          withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
        try statement.execute(arguments: [Data(item.key), bytes])
      }
    }
  }

  /// Empties the cache: what is in it could come from text that was deleted since.
  package func clearEmbeddingCache() throws(CatalogError) {
    try write { try $0.execute(sql: "DELETE FROM embedding_cache") }
  }
}
