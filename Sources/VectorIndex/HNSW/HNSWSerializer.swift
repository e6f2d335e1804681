import Kernels
import Storage

// graph.hnsw, payload (little-endian): count (8), upper blocks (8), seed (8), M (4), M0 (4), efConstruction (4), entry
// point (4), zeros to 64; level 0: `1 + M0` numbers (4 each) a node; start of each node's upper blocks (4 each); upper
// blocks: `1 + M` numbers (4 each); level of each node (1 each). A list is its count and its slots, unused ones 0.

/// Writes `graph.hnsw`.
package enum HNSWSerializer {
  package static let name = "graph.hnsw"
  static let headBytes = 64

  /// - Throws: `StorageError`.
  package static func write(_ graph: HNSWBuilder, to folder: String) throws(StorageError) -> FileSummary {
    var writer = try FramedFileWriter(path: folder + "/" + name, kind: .graphHNSW)
    let parameters = graph.parameters
    let upper = graph.upper
    var head: [UInt8] = []
    head.appendLittleEndian(UInt64(graph.count))
    head.appendLittleEndian(UInt64(upper.count / (1 + parameters.M)))
    head.appendLittleEndian(parameters.seed)
    head.appendLittleEndian(UInt32(parameters.M))
    head.appendLittleEndian(UInt32(parameters.M0))
    head.appendLittleEndian(UInt32(parameters.efConstruction))
    head.appendLittleEndian(graph.entryPoint)
    head.append(contentsOf: [UInt8](repeating: 0, count: headBytes - head.count))
    try writer.append(contentsOf: head)
    try writer.append(contentsOf: graph.levelZero)
    try writer.append(contentsOf: graph.upperStarts)
    try writer.append(contentsOf: upper)
    try writer.append(contentsOf: graph.levels)
    return try writer.finish()
  }
}
