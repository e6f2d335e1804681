import Kernels
import Storage

/// `deletes-N.bin`: the ordinals of a segment that no longer answer.
enum DeletesFile {
  static func name(_ generation: Int) -> String { "deletes-\(generation).bin" }

  static func write(_ deleted: OrdinalSet, to path: String) throws(StorageError) -> FileSummary {
    var writer = try FramedFileWriter(path: path, kind: .deletes)
    try writer.append(contentsOf: RoaringBitmap.serialize(Array(deleted)))
    return try writer.finish()
  }

  /// The payload is small and always checked.
  static func read(_ path: String, chunkCount: Int) throws(StorageError) -> OrdinalSet {
    let file = try MappedFile(path: path, kind: .deletes)
    try file.verifyChecksum()
    let members = file.withPayload { RoaringBitmap.deserialize($0, limit: UInt32(chunkCount))?.members }
    guard let members else { throw .corrupted(path, "the bitmap cannot be read") }
    return OrdinalSet(universe: chunkCount, members)
  }
}
