import Kernels

/// Builds the graph, the same for any number of threads.
///
/// Nodes are inserted in batches. Every node of a batch searches the graph as it was before the batch, in parallel, and
/// writes its own lists, which nothing reaches yet. Then the edges back are added: for each target the new nodes that
/// chose it, in rising order; a list that outgrows its slots is pruned by the heuristic. No result depends on which
/// thread did what. While the graph grows lists have slots to spare, so that pruning is seldom.
///
/// - Source: Malkov, Yashunin 2020, algorithms 1 and 4; Dobson et al., "ParlayANN: Scalable and Deterministic Parallel
///   Graph-Based Approximate Nearest Neighbor Search Algorithms", PPoPP 2024, section 3 (batches).
package final class HNSWBuilder {
  let parameters: HNSWParameters
  let count: Int
  let levels: [UInt8]
  private(set) var entryPoint: Ordinal = 0
  private let graph: GrowingGraph
  private let selection: NeighbourSelection

  /// - Complexity: O(n × log n × efConstruction × d), over `threads` threads.
  package init(_ rows: VectorRowsBuilder, parameters: HNSWParameters, threads: Int) {
    self.parameters = parameters
    count = rows.count
    levels = (0..<UInt32(rows.count)).map { UInt8(parameters.level(of: $0)) }
    graph = GrowingGraph(levels: levels, parameters: parameters)
    selection = NeighbourSelection(metric: rows.metric)
    precondition(count < WalkKeys.mostNodes, "\(count) nodes are too many for one graph")
    rows.withQuantizedRows { build($0, threads: threads) }
  }

  /// Shape `[count, 1 + M0]`.
  var levelZero: [UInt32] { graph.compact() }
  var upperStarts: [UInt32] { graph.upperStarts }
  /// Shape `[blocks, 1 + M]`.
  var upper: [UInt32] { graph.upperBlocks }

  private func build(_ rows: QuantizedRows, threads: Int) {
    guard count > 1 else { return }
    let contexts = ContextPool(count: count, degree: max(graph.slots, parameters.M))
    let highest = Int(levels.max() ?? 0)
    let order = parameters.insertionOrder(count)
    entryPoint = order[0]
    var done = 1
    while done < count {
      // Small beside what is there already, so that few good neighbours are in the same batch.
      let batch = arranged(
        order[done..<min(count, done + max(1, min(4096, done / 32)))], rows, contexts, threads: threads)
      Parallel.forEach(batch.count, threads: threads) { index in
        contexts.use { insert(batch[index], rows, $0) }
      }
      for level in 0...highest { addBacklinks(of: batch, level: level, rows, threads: threads) }
      for node in batch where levels[Int(node)] > levels[Int(entryPoint)] { entryPoint = node }
      done += batch.count
    }
    let tooLong = (0..<Ordinal(count)).filter { graph.block($0, level: 0)[0] > UInt32(parameters.M0) }
    Parallel.forEach(tooLong.count, threads: threads) { index in
      prune(tooLong[index], level: 0, adding: [], rows)
    }
  }

  /// The nodes of a batch so that those that will search the same region come one after another: its rows are in the cache
  /// then. That changes no result, since all of them search the same graph.
  private func arranged(
    _ batch: ArraySlice<Ordinal>, _ rows: QuantizedRows, _ contexts: ContextPool, threads: Int
  ) -> [Ordinal] {
    let view = graph.view
    let regions = Parallel.map(batch.count, threads: threads) { index in
      let node = batch[batch.startIndex + index]
      return contexts.use { context in
        var start = entryPoint
        var region = UInt64(0)
        for level in stride(from: Int(levels[Int(entryPoint)]), to: 0, by: -1) {
          start = view.descend(from: start, level: level, to: rows.vector(node), in: rows, context)
          if level <= 2 { region = region << 32 | UInt64(start) }
        }
        return (region: region, node: node)
      }
    }
    return regions.sorted { $0 < $1 }.map(\.node)
  }

  /// Finds and writes the neighbour lists of a new node on all of its levels.
  private func insert(_ node: Ordinal, _ rows: QuantizedRows, _ context: WalkContext) {
    let view = graph.view
    let vector = rows.vector(node)
    let level = Int(levels[Int(node)])
    let keys = WalkKeys(salt: parameters.salt(of: node))
    var start = entryPoint
    for current in stride(from: Int(levels[Int(entryPoint)]), through: 0, by: -1) {
      if current > level {
        start = view.descend(from: start, level: current, to: vector, in: rows, context)
        continue
      }
      view.search(
        from: start, level: current, ef: parameters.efConstruction, to: vector, in: rows, keys: keys, context)
      let candidates = (0..<context.beam.count).map { context.beam[$0] }
      start = keys.ordinal(candidates[0])
      // The paper gives a new node M neighbours on level 0 too; with M0 walks need fewer distances for the same recall.
      let limit = current == 0 ? parameters.M0 : parameters.M
      let kept = selection.select(candidates, for: node, keys: keys, limit: limit, rows)
      graph.write(kept, of: node, level: current)
    }
  }

  /// Adds the edges from the targets of a batch's edges on one level back to their sources.
  private func addBacklinks(of batch: [Ordinal], level: Int, _ rows: QuantizedRows, threads: Int) {
    // Target and source: sorting them makes groups, and order within a group.
    var edges: [UInt64] = []
    for node in batch where levels[Int(node)] >= level {
      let block = graph.block(node, level: level)
      for slot in 0..<Int(block[0]) { edges.append(UInt64(block[1 + slot]) << 32 | UInt64(node)) }
    }
    edges.sort()
    var starts = edges.indices.filter { $0 == 0 || edges[$0] >> 32 != edges[$0 - 1] >> 32 }
    starts.append(edges.count)
    Parallel.forEach(starts.count - 1, threads: threads) { [edges, starts] group in
      let target = Ordinal(edges[starts[group]] >> 32)
      let sources = edges[starts[group]..<starts[group + 1]].map { Ordinal(truncatingIfNeeded: $0) }
      let block = graph.block(target, level: level)
      let used = Int(block[0])
      if used + sources.count <= graph.slots(level: level) {
        for (offset, source) in sources.enumerated() { block[1 + used + offset] = source }
        block[0] = UInt32(used + sources.count)
      } else {
        prune(target, level: level, adding: sources, rows)
      }
    }
  }

  /// Keeps the best of a node's neighbours and of those to be added.
  private func prune(_ node: Ordinal, level: Int, adding sources: [Ordinal], _ rows: QuantizedRows) {
    let block = graph.block(node, level: level)
    let all = (0..<Int(block[0])).map { block[1 + $0] } + sources
    let keys = WalkKeys(salt: parameters.salt(of: node))
    let ranked = selection.ranked(all, for: node, keys: keys, rows)
    let limit = level == 0 ? parameters.M0 : parameters.M
    graph.write(selection.select(ranked, for: node, keys: keys, limit: limit, rows), of: node, level: level)
  }
}

extension HNSWBuilder: @unchecked Sendable {
  // Unchecked: it is shared only while `build` runs, whose threads write to lists of their own nodes.
}
