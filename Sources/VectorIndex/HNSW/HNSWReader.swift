import Kernels
import Storage

/// What a search of the graph has cost, for `explain`.
package struct SearchStatistics: Hashable, Sendable {
  /// Rows whose distance was computed.
  package var distances = 0
  /// Whether every allowed row was scored instead of walking.
  package var isExact = false
}

/// A segment's graph and rows, mapped: approximate nearest neighbours.
///
/// Whoever opens it has checked the files' checksums; `verify()` checks the graph's inner order besides. Walking trusts
/// what lies in the payloads.
package final class HNSWReader: Sendable {
  package let rows: VectorRowsReader
  package let parameters: HNSWParameters
  private let file: MappedFile
  private let count: Int
  private let upperBlocks: Int
  private let entryPoint: Ordinal
  private let contexts: ContextPool

  /// Segments with fewer rows are scanned: that is faster than walking, and exact.
  private static let smallest = 1000

  /// - Parameter parameters: as recorded for the collection; those of the graph's shape must be the file's.
  /// - Throws: `StorageError`.
  package init(folder: String, rows: VectorRowsReader, parameters: HNSWParameters) throws(StorageError) {
    file = try MappedFile(path: folder + "/" + HNSWSerializer.name, kind: .graphHNSW)
    self.rows = rows
    self.parameters = parameters
    count = rows.count
    let payload = file.unsafePayload
    guard payload.count >= HNSWSerializer.headBytes else {
      throw .corrupted(file.path, "the head is cut off")
    }
    let blocks = payload.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    guard payload.loadUnaligned(fromByteOffset: 0, as: UInt64.self) == UInt64(count),
      payload.loadUnaligned(fromByteOffset: 24, as: UInt32.self) == UInt32(parameters.M),
      payload.loadUnaligned(fromByteOffset: 28, as: UInt32.self) == UInt32(parameters.M0),
      blocks <= UInt64(count) * 16
    else { throw .corrupted(file.path, "it is not the graph of these \(count) vectors") }
    upperBlocks = Int(blocks)
    entryPoint = payload.loadUnaligned(fromByteOffset: 36, as: UInt32.self)
    let bytes =
      HNSWSerializer.headBytes + count * (1 + parameters.M0) * 4 + count * 4
      + upperBlocks * (1 + parameters.M) * 4 + count
    guard payload.count == bytes, Int(entryPoint) < max(1, count) else {
      throw .corrupted(file.path, "the graph's parts do not fit the file")
    }
    contexts = ContextPool(count: count)
  }

  /// The nearest `k` rows, nearly always; exactly where few rows are allowed or the segment is small.
  ///
  /// The walk is over int8 rows and through rows that are not allowed; survivors are scored in float32.
  ///
  /// - Parameters:
  ///   - query: shape `[dimension]`.
  ///   - efSearch: breadth of the walk; `nil` takes the collection's.
  ///   - allowed: rows that may be returned; `nil` means all.
  /// - Returns: best first; fewer than `k` only where fewer are allowed.
  package func search(
    _ query: [Float], k: Int, efSearch: Int? = nil, allowed: OrdinalSet? = nil
  ) -> (hits: [ScoredOrdinal], statistics: SearchStatistics) {
    let ef = max(efSearch ?? parameters.efSearch, k)
    let allowedCount = allowed?.count ?? count
    // A walk that must collect ef rows out of a share p looks at about 20 × ef / p rows, a scan at p × n.
    let isScanCheaper = allowedCount * allowedCount <= 20 * ef * count
    if count < Self.smallest || isScanCheaper || allowedCount <= ef {
      return (
        FlatIndex(rows).search(query, k: k, allowed: allowed),
        SearchStatistics(distances: allowedCount, isExact: true)
      )
    }
    let breadth = min(count, ef * count / max(1, allowedCount))
    var statistics = SearchStatistics()
    let candidates = walk(rows.prepare(query), ef: ef, breadth: breadth, allowed: allowed, &statistics)
    let scores = FlatIndex(rows).scores(query, ordinals: candidates)
    var top = TopK(capacity: k)
    for (ordinal, score) in zip(candidates, scores) {
      top.offer(ScoredOrdinal(ordinal: ordinal, score: score))
    }
    return (top.sorted(), statistics)
  }

  /// The allowed rows among the nearest that a walk of the given breadth finds.
  private func walk(
    _ query: [Float], ef: Int, breadth: Int, allowed: OrdinalSet?, _ statistics: inout SearchStatistics
  ) -> [Ordinal] {
    var quantized = [Int8](repeating: 0, count: RowFormat.paddedBytes(rows.dimension))
    let scale = query.withUnsafeBufferPointer { source in
      quantized.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return Float(0) }
        return Quantizer.quantize(source, rows.dimension, into: target)
      }
    }
    var found = TopK(capacity: ef)
    var distances = 0
    withGraph { graph in
      rows.withQuantizedRows { vectors in
        quantized.withUnsafeBufferPointer { buffer in
          guard let query = buffer.baseAddress else { return }
          let distance = { (ordinal: Ordinal) in vectors.distance(query, scale: scale, ordinal) }
          contexts.use { context in
            var start = entryPoint
            for level in stride(from: level(of: entryPoint), to: 0, by: -1) {
              start = graph.descend(from: start, level: level, distance: distance)
            }
            graph.search(from: start, level: 0, ef: breadth, context: &context, distance: distance) {
              node, far in
              distances += 1
              if let allowed, allowed.contains(node) {
                found.offer(ScoredOrdinal(ordinal: node, score: -far))
              }
            }
            if allowed == nil {
              for entry in context.beam.entries {
                found.offer(ScoredOrdinal(ordinal: entry.ordinal, score: -entry.distance))
              }
            }
          }
        }
      }
    }
    statistics.distances = distances
    return found.sorted().map(\.ordinal)
  }

  /// Checks that the graph holds together: lists within their slots, neighbours that exist and are on the level.
  ///
  /// - Throws: `StorageError.corrupted`.
  /// - Complexity: O(edges).
  package func verify() throws(StorageError) {
    try rows.verify()
    guard count > 0 else { return }
    var expected: UInt32 = 0
    for node in 0..<Ordinal(count) {
      let own = level(of: node)
      let start = withGraph { $0.upperStarts[Int(node)] }
      guard own == parameters.level(of: node), own <= level(of: entryPoint), start == expected else {
        throw .corrupted(file.path, "node \(node) is not on its level")
      }
      expected += UInt32(own)
      guard Int(expected) <= upperBlocks else { throw .corrupted(file.path, "the upper levels are cut off") }
      for level in 0...own {
        let isRight = withGraph { graph in
          let block = graph.block(node, level: level)
          let limit = level == 0 ? parameters.M0 : parameters.M
          guard Int(block[0]) <= limit else { return false }
          return (0..<Int(block[0])).allSatisfy { slot in
            let neighbour = block[slot + 1]
            return Int(neighbour) < count && neighbour != node && self.level(of: neighbour) >= level
          }
        }
        if !isRight { throw .corrupted(file.path, "node \(node) has a neighbour that cannot be") }
      }
    }
  }

  private func level(of node: Ordinal) -> Int {
    Int(file.withPayload { $0[$0.count - count + Int(node)] })
  }

  private func withGraph<Result>(_ body: (GraphView) -> Result) -> Result {
    file.withPayload { payload in
      let zero = UnsafeRawBufferPointer(rebasing: payload[HNSWSerializer.headBytes...])
        .assumingMemoryBound(to: UInt32.self)
      guard let base = zero.baseAddress else { preconditionFailure("the head was checked at opening") }
      let starts = base + count * (1 + parameters.M0)
      return body(
        GraphView(
          count: count, M: parameters.M, M0: parameters.M0, levelZero: base, upperStarts: starts,
          upper: starts + count))
    }
  }
}
