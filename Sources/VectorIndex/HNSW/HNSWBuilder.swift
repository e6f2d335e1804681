import Kernels

/// Builds the graph, the same for any number of threads.
///
/// Nodes are inserted in batches. Every node of a batch searches the graph as it was before the batch, in parallel;
/// then the edges are applied: each node's own list, and for each target the new nodes that chose it, in rising order,
/// pruned by the heuristic when there are too many. No result depends on which thread did what.
///
/// - Source: Malkov, Yashunin 2020, algorithms 1 and 4; Dobson et al., "ParlayANN: Scalable and Deterministic Parallel
///   Graph-Based Approximate Nearest Neighbor Search Algorithms", PPoPP 2024, section 3 (batches).
package final class HNSWBuilder {
  let parameters: HNSWParameters
  let count: Int
  /// Shape `[count, 1 + M0]`.
  private(set) var levelZero: [UInt32]
  private(set) var upperStarts: [UInt32]
  private(set) var upper: [UInt32]
  private(set) var levels: [UInt8]
  private(set) var entryPoint: Ordinal = 0

  private let rows: VectorRowsBuilder

  /// A node and a neighbour list that it has found on a level.
  private struct Choice: Sendable {
    var level: Int
    var neighbours: [Ordinal]
  }

  /// New edges towards one node on one level.
  private struct Backlinks: Sendable {
    var target: Ordinal
    var level: Int
    var sources: [Ordinal]
  }

  /// - Complexity: O(n × log n × efConstruction × d), over `threads` threads.
  package init(_ rows: VectorRowsBuilder, parameters: HNSWParameters, threads: Int) {
    self.parameters = parameters
    self.rows = rows
    count = rows.count
    levels = (0..<UInt32(rows.count)).map { UInt8(parameters.level(of: $0)) }
    levelZero = [UInt32](repeating: 0, count: rows.count * (1 + parameters.M0))
    upperStarts = []
    var blocks: UInt32 = 0
    for level in levels {
      upperStarts.append(blocks)
      blocks += UInt32(level)
    }
    upper = [UInt32](repeating: 0, count: Int(blocks) * (1 + parameters.M))
    rows.withQuantizedRows { build($0, threads: threads) }
  }

  private func build(_ vectors: QuantizedRows, threads: Int) {
    guard count > 1 else { return }
    let contexts = ContextPool(count: count)
    var done = 1
    while done < count {
      // Small beside what is there already, so that few good neighbours are in the same batch.
      let batch = done..<min(count, done + max(1, min(4096, done / 32)))
      let choices = withGraph { graph in
        let top = Int(levels[Int(entryPoint)])
        return Parallel.map(batch.count, threads: threads) { [levels, entryPoint, parameters] index in
          let node = Ordinal(batch.lowerBound + index)
          return contexts.use { context in
            Self.choose(
              node, level: Int(levels[Int(node)]), from: entryPoint, top: top, graph: graph, vectors: vectors,
              parameters: parameters, context: &context)
          }
        }
      }
      apply(choices, batch: batch, vectors: vectors, threads: threads)
      for node in batch where levels[node] > levels[Int(entryPoint)] { entryPoint = Ordinal(node) }
      done = batch.upperBound
    }
  }

  /// The neighbour lists of a new node on all of its levels.
  private static func choose(
    _ node: Ordinal, level: Int, from entry: Ordinal, top: Int, graph: GraphView, vectors: QuantizedRows,
    parameters: HNSWParameters, context: inout WalkContext
  ) -> [Choice] {
    let distance = { (other: Ordinal) in vectors.distance(node, other) }
    var start = entry
    var choices: [Choice] = []
    for current in stride(from: top, through: 0, by: -1) {
      if current > level {
        start = graph.descend(from: start, level: current, distance: distance)
        continue
      }
      graph.search(
        from: start, level: current, ef: parameters.efConstruction, context: &context, distance: distance)
      let candidates = context.beam.entries.map { (ordinal: $0.ordinal, distance: $0.distance) }
      start = candidates.first?.ordinal ?? start
      choices.append(
        Choice(level: current, neighbours: select(candidates, limit: parameters.M, vectors: vectors)))
    }
    return choices
  }

  /// Keeps a candidate when it is nearer to the node than to any neighbour kept before it, nearest first; fills up with
  /// the nearest of the rest.
  ///
  /// - Source: Malkov, Yashunin 2020, algorithm 4, with `keepPrunedConnections`.
  private static func select(
    _ candidates: [(ordinal: Ordinal, distance: Float)], limit: Int, vectors: QuantizedRows
  ) -> [Ordinal] {
    if candidates.count <= limit { return candidates.map(\.ordinal) }
    var kept: [Ordinal] = []
    var pruned: [Ordinal] = []
    // Distances between rows carry both biases, a row's to the node only up to the node's own: compare like with like.
    for candidate in candidates {
      if kept.count == limit { break }
      let isDiverse = kept.allSatisfy { vectors.distance($0, candidate.ordinal) > candidate.distance }
      if isDiverse { kept.append(candidate.ordinal) } else { pruned.append(candidate.ordinal) }
    }
    for ordinal in pruned.prefix(limit - kept.count) { kept.append(ordinal) }
    return kept
  }

  private func apply(_ choices: [[Choice]], batch: Range<Int>, vectors: QuantizedRows, threads: Int) {
    var edges: [(level: Int, target: Ordinal, source: Ordinal)] = []
    for (index, lists) in choices.enumerated() {
      let node = Ordinal(batch.lowerBound + index)
      for choice in lists {
        write(choice.neighbours, of: node, level: choice.level)
        for neighbour in choice.neighbours { edges.append((choice.level, neighbour, node)) }
      }
    }
    edges.sort { ($0.level, $0.target, $0.source) < ($1.level, $1.target, $1.source) }
    var groups: [Backlinks] = []
    for edge in edges {
      if let last = groups.last, last.level == edge.level, last.target == edge.target {
        groups[groups.count - 1].sources.append(edge.source)
      } else {
        groups.append(Backlinks(target: edge.target, level: edge.level, sources: [edge.source]))
      }
    }
    let lists = withGraph { graph in
      Parallel.map(groups.count, threads: threads) { [groups, parameters] index in
        let group = groups[index]
        let block = graph.block(group.target, level: group.level)
        let limit = group.level == 0 ? parameters.M0 : parameters.M
        var all = (0..<Int(block[0])).map { block[$0 + 1] }
        all.append(contentsOf: group.sources)
        if all.count > limit {
          let ranked = all.map { (ordinal: $0, distance: vectors.distance(group.target, $0)) }
            .sorted { ($0.distance, $0.ordinal) < ($1.distance, $1.ordinal) }
          all = Self.select(ranked, limit: limit, vectors: vectors)
        }
        return all
      }
    }
    for (group, list) in zip(groups, lists) { write(list, of: group.target, level: group.level) }
  }

  private func write(_ neighbours: [Ordinal], of node: Ordinal, level: Int) {
    if level == 0 {
      let start = Int(node) * (1 + parameters.M0)
      levelZero[start] = UInt32(neighbours.count)
      for (slot, neighbour) in neighbours.enumerated() { levelZero[start + 1 + slot] = neighbour }
      for slot in neighbours.count..<parameters.M0 { levelZero[start + 1 + slot] = 0 }
    } else {
      let start = (Int(upperStarts[Int(node)]) + level - 1) * (1 + parameters.M)
      upper[start] = UInt32(neighbours.count)
      for (slot, neighbour) in neighbours.enumerated() { upper[start + 1 + slot] = neighbour }
      for slot in neighbours.count..<parameters.M { upper[start + 1 + slot] = 0 }
    }
  }

  private func withGraph<Result>(_ body: (GraphView) -> [Result]) -> [Result] {
    levelZero.withUnsafeBufferPointer { zero in
      upperStarts.withUnsafeBufferPointer { starts in
        upper.withUnsafeBufferPointer { upper in
          guard let zero = zero.baseAddress, let starts = starts.baseAddress else { return [] }
          // Without upper levels nothing is read from there.
          let above = upper.baseAddress ?? zero
          return body(
            GraphView(
              count: count, M: parameters.M, M0: parameters.M0, levelZero: zero, upperStarts: starts,
              upper: above))
        }
      }
    }
  }
}
