import Kernels
import Storage

/// What a search of the graph has cost, for `explain`.
package struct SearchStatistics: Hashable, Sendable {
  /// Rows whose distance was computed.
  package var distances = 0
  /// Whether every allowed row was scored in float32.
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
    contexts = ContextPool(count: count, degree: max(parameters.M0, parameters.M))
  }

  /// The nearest `k` rows, nearly always; exactly where few rows are allowed or the segment is small.
  ///
  /// Where many rows are allowed, a walk over int8 rows and through rows that are not allowed finds them; where fewer
  /// are, a scan of the allowed int8 rows. Survivors are scored in float32.
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
    if count < Self.smallest || allowedCount <= max(ef, Self.smallest) {
      return (
        FlatIndex(rows).search(query, k: k, allowed: allowed),
        SearchStatistics(distances: allowedCount, isExact: true)
      )
    }
    let prepared = rows.prepare(query)
    let keep = min(allowedCount, Self.survivors(k))
    let found: (ordinals: [Ordinal], distances: Int) = rows.withQuantized(prepared) { target in
      // Collecting ef rows out of a share p, a walk takes ef / p steps; scanning takes p × n, each 60 times as fast.
      if let allowed, allowedCount * allowedCount <= 60 * ef * count {
        return (QuantizedScan(rows).nearest(keep, to: target, allowed: allowed), allowedCount)
      }
      let breadth = min(count, ef * count / max(1, allowedCount))
      return walk(to: target, breadth: breadth, keep: keep, allowed: allowed)
    }
    let scores = FlatIndex(rows).scores(query, ordinals: found.ordinals)
    var top = TopK(capacity: k)
    for (ordinal, score) in zip(found.ordinals, scores) {
      top.offer(ScoredOrdinal(ordinal: ordinal, score: score))
    }
    return (top.sorted(), SearchStatistics(distances: found.distances))
  }

  /// Rows that are scored in float32 to find the best `k`: int8 rows order neighbours that lie close together wrongly.
  private static func survivors(_ k: Int) -> Int { k + max(k / 2, 10) }

  /// The allowed rows among the nearest that a walk of the given breadth finds, and the distances that it computed.
  private func walk(
    to target: QuantizedVector, breadth: Int, keep: Int, allowed: OrdinalSet?
  ) -> (ordinals: [Ordinal], distances: Int) {
    withGraph { graph in
      rows.withQuantizedRows { vectors in
        contexts.use { context in
          var start = entryPoint
          for level in stride(from: level(of: entryPoint), to: 0, by: -1) {
            start = graph.descend(from: start, level: level, to: target, in: vectors, context)
          }
          guard let allowed else {
            graph.search(from: start, level: 0, ef: breadth, to: target, in: vectors, context)
            let nearest = (0..<min(keep, context.beam.count)).map { WalkKeys().ordinal(context.beam[$0]) }
            return (nearest, context.distanceCount)
          }
          allowed.words.withUnsafeBufferPointer { words in
            graph.search(
              from: start, level: 0, ef: breadth, to: target, in: vectors, allowed: words.baseAddress, context
            )
          }
          context.allowed.sort()
          return (context.allowed.prefix(keep).map(WalkKeys().ordinal), context.distanceCount)
        }
      }
    }
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
          guard Int(block[0]) <= limit, (Int(block[0])..<limit).allSatisfy({ block[$0 + 1] == 0 }) else {
            return false
          }
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
          slots: parameters.M0, upperSlots: parameters.M, levelZero: base, upperStarts: starts,
          upper: starts + count))
    }
  }
}
