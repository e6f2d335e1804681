import Kernels

/// The lists of a graph that is being built, with slots to spare on level 0.
final class GrowingGraph {
  /// Slots of a list on level 0.
  let slots: Int
  private let upper: UnsafeMutablePointer<UInt32>
  private let count: Int
  private let parameters: HNSWParameters
  private let levelZero: UnsafeMutablePointer<UInt32>
  private let upperCount: Int
  private let starts: UnsafeMutablePointer<UInt32>

  /// - Parameter levels: level of each node.
  init(levels: [UInt8], parameters: HNSWParameters) {
    self.parameters = parameters
    count = levels.count
    slots = parameters.M0 + parameters.M0 / 2
    var starts: [UInt32] = []
    starts.reserveCapacity(count)
    var blocks: UInt32 = 0
    for level in levels {
      starts.append(blocks)
      blocks += UInt32(level)
    }
    upperCount = Int(blocks) * (1 + parameters.M)
    upper = .allocate(capacity: max(1, upperCount))
    upper.initialize(repeating: 0, count: upperCount)
    levelZero = .allocate(capacity: max(1, count * (1 + slots)))
    levelZero.initialize(repeating: 0, count: count * (1 + slots))
    self.starts = .allocate(capacity: max(1, count))
    self.starts.initialize(from: starts, count: count)
  }

  deinit {
    upper.deallocate()
    levelZero.deallocate()
    starts.deallocate()
  }

  var view: GraphView {
    GraphView(
      slots: slots, upperSlots: parameters.M, levelZero: levelZero, upperStarts: starts,
      upper: upper)
  }

  func slots(level: Int) -> Int { level == 0 ? slots : parameters.M }

  /// The neighbours of a node: count first.
  func block(_ node: Ordinal, level: Int) -> UnsafeMutablePointer<UInt32> {
    UnsafeMutablePointer(mutating: view.block(node, level: level))
  }

  func write(_ neighbours: [Ordinal], of node: Ordinal, level: Int) {
    let block = block(node, level: level)
    block[0] = UInt32(neighbours.count)
    for (slot, neighbour) in neighbours.enumerated() { block[1 + slot] = neighbour }
    for slot in neighbours.count..<slots(level: level) { block[1 + slot] = 0 }
  }

  /// The block at which each node's upper levels start, shape `[count]`.
  var upperStarts: [UInt32] { Array(UnsafeBufferPointer(start: starts, count: count)) }

  /// Shape `[blocks, 1 + M]`.
  var upperBlocks: [UInt32] { Array(UnsafeBufferPointer(start: upper, count: upperCount)) }

  /// Level 0 without the slots to spare, shape `[count, 1 + M0]`; every list must fit.
  func compact() -> [UInt32] {
    var compacted: [UInt32] = []
    compacted.reserveCapacity(count * (1 + parameters.M0))
    for node in 0..<count {
      compacted.append(
        contentsOf: UnsafeBufferPointer(start: levelZero + node * (1 + slots), count: 1 + parameters.M0))
    }
    return compacted
  }
}
