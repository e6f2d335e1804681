import Kernels
import Storage

/// `chunk-ids.bin`: 16 bytes for each ordinal.
struct ChunkIDsFile: Sendable {
  private let file: MappedFile
  let count: Int

  static func write(_ ids: [ChunkID], to path: String) throws(StorageError) -> FileSummary {
    var writer = try FramedFileWriter(path: path, kind: .chunkIDs)
    for id in ids { try writer.append(contentsOf: id.bytes) }
    return try writer.finish()
  }

  init(path: String, chunkCount: Int) throws(StorageError) {
    file = try MappedFile(path: path, kind: .chunkIDs)
    count = chunkCount
    guard file.payloadCount == chunkCount * 16 else {
      throw .corrupted(path, "it holds \(file.payloadCount / 16) ids for \(chunkCount) chunks")
    }
  }

  subscript(ordinal: Ordinal) -> ChunkID {
    precondition(Int(ordinal) < count, "ordinal \(ordinal) is not below \(count)")
    return file.withPayload { ChunkID(bytes: Array($0[Int(ordinal) * 16..<Int(ordinal) * 16 + 16])) }
  }
}
