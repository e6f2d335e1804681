import Kernels

/// A query term's postings while they are searched, with bounds of what the term can add where.
///
/// Chunks lie in windows, which are scored one at a time, and windows in zones, which have bounds.
struct QueryList {
  static let zoneSize = 1 << 10
  static let zonesPerWindow = SearchScratch.windowSize / zoneSize

  let term: BM25Term
  private let list: PostingList
  /// Most steps in each zone.
  let bounds: UnsafeMutablePointer<Int32>
  /// For each window, the first block - or posting of a short list - that may lie in it, and the end.
  private let starts: UnsafeMutablePointer<Int32>
  /// Postings of a short list.
  private let ordinals: UnsafeMutablePointer<UInt32>
  private let steps: UnsafeMutablePointer<Int32>

  static func windows(_ documentCount: Int) -> Int {
    (documentCount + SearchScratch.windowSize - 1) / SearchScratch.windowSize
  }

  /// Numbers of scratch that a list takes.
  static func numbers(windows: Int) -> Int {
    windows * zonesPerWindow + windows + 1 + 2 * PostingKernels.blockSize
  }

  /// - Complexity: O(blocks + zones).
  init(_ list: PostingList, term: BM25Term, documentCount: Int, scratch: SearchScratch) {
    self.list = list
    self.term = term
    let windows = Self.windows(documentCount)
    let zones = windows * Self.zonesPerWindow
    bounds = scratch.take(zones)
    starts = scratch.take(windows + 1)
    steps = scratch.take(PostingKernels.blockSize)
    ordinals = UnsafeMutableRawPointer(scratch.take(PostingKernels.blockSize))
      .assumingMemoryBound(to: UInt32.self)
    bounds.initialize(repeating: 0, count: zones)
    var window = 0
    if list.isBlocked {
      var first = 0
      for block in 0..<list.blockCount {
        let last = min(Int(list.lastOrdinal(block)), documentCount - 1)
        let limits = list.limits(block)
        // Rounding may lift a score of the block over that of its limits by less than this.
        let most = term.steps(frequency: limits.frequency, length: limits.length)
        let bound = most &+ most >> 16 &+ 1
        while window <= last / SearchScratch.windowSize {
          starts[window] = Int32(block)
          window += 1
        }
        if first <= last {
          for zone in first / Self.zoneSize...last / Self.zoneSize { bounds[zone] = max(bounds[zone], bound) }
        }
        first = last + 1
      }
      while window <= windows {
        starts[window] = Int32(list.blockCount)
        window += 1
      }
    } else {
      let count = list.readShort(ordinals, scratch.frequencies)
      PostingKernels.current.score(term, ordinals, lessOne: scratch.frequencies, count: count, into: steps)
      for place in 0..<count {
        let ordinal = min(Int(ordinals[place]), documentCount - 1)
        while window <= ordinal / SearchScratch.windowSize {
          starts[window] = Int32(place)
          window += 1
        }
        bounds[ordinal / Self.zoneSize] = max(bounds[ordinal / Self.zoneSize], steps[place])
      }
      while window <= windows {
        starts[window] = Int32(count)
        window += 1
      }
    }
  }

  /// Postings that lie together.
  struct Run {
    /// Ordinals and steps, `count` of each.
    var ordinals: UnsafePointer<UInt32>
    var steps: UnsafePointer<Int32>
    var count: Int
    /// The chunks that count: `span` from `first` on.
    var first: UInt32
    var span: UInt32
    /// Bits of the zones in which they lie.
    var zones: UInt32
  }

  /// Calls `body` with the postings in `range` that lie in open zones, and some around them.
  ///
  /// - Parameters:
  ///   - range: of a window, from the first chunk of a zone on.
  ///   - open: bits of the zones in `range`.
  @inline(__always)
  func forEachRun(
    in range: Range<UInt32>, _ open: UInt32, scratch: SearchScratch, _ body: (Run) -> Void
  ) {
    let window = Int(range.lowerBound) / SearchScratch.windowSize
    var place = Int(starts[window])
    guard list.isBlocked else {
      let end = Int(starts[window + 1])
      let span = UInt32(range.count)
      var zones: UInt32 = 0
      for place in place..<max(place, end) {
        let offset = ordinals[place] &- range.lowerBound
        if offset < span { zones |= 1 << (offset / UInt32(Self.zoneSize)) }
      }
      if zones & open != 0 {
        body(
          Run(
            ordinals: ordinals + place, steps: steps + place, count: end - place, first: range.lowerBound,
            span: span, zones: zones))
      }
      return
    }
    while place < list.blockCount, list.lastOrdinal(place) < range.lowerBound { place += 1 }
    while place < list.blockCount {
      let first = max(list.firstOrdinal(place), range.lowerBound)
      if first >= range.upperBound { return }
      let last = min(list.lastOrdinal(place), range.upperBound - 1)
      if first <= last {
        let zones = Self.zones(from: first - range.lowerBound, through: last - range.lowerBound)
        if zones & open != 0 {
          let count = list.decode(place, term, scratch.ordinals, scratch.steps)
          body(
            Run(
              ordinals: scratch.ordinals, steps: scratch.steps, count: count, first: first,
              span: last - first + 1, zones: zones))
        }
      }
      place += 1
    }
  }

  /// Bits of the zones of two chunks of a window and of those between them.
  @inline(__always)
  private static func zones(from first: UInt32, through last: UInt32) -> UInt32 {
    let size = UInt32(zoneSize)
    return UInt32.max &<< (first / size) & UInt32.max &>> (31 - last / size)
  }

  /// Adds the term's steps to the candidates of a window that hold it.
  ///
  /// - Parameters:
  ///   - range: begins with the chunk of place 0.
  ///   - places: `count`, rising, with their `values`.
  func add(
    to places: UnsafePointer<UInt32>, _ values: UnsafeMutablePointer<Int32>, count: Int,
    range: Range<UInt32>, scratch: SearchScratch
  ) {
    let window = Int(range.lowerBound) / SearchScratch.windowSize
    let base = range.lowerBound
    var next = Int(starts[window])
    var index = 0
    guard list.isBlocked else {
      let end = Int(starts[window + 1])
      while index < count, next < end {
        let ordinal = base + places[index]
        if ordinals[next] < ordinal {
          next += 1
        } else {
          if ordinals[next] == ordinal { values[index] &+= steps[next] }
          index += 1
        }
      }
      return
    }
    let span = UInt32(range.count)
    let sums = scratch.sums
    while index < count {
      while next < list.blockCount, list.lastOrdinal(next) < base + places[index] { next += 1 }
      guard next < list.blockCount else { return }
      let last = list.lastOrdinal(next)
      let first = list.firstOrdinal(next)
      while index < count, base + places[index] < first { index += 1 }
      var end = index
      while end < count, base + places[end] <= last { end += 1 }
      if end - index > Self.fewCandidates {
        let filled = list.decode(next, term, scratch.ordinals, scratch.steps)
        for posting in 0..<filled {
          let place = scratch.ordinals[posting] &- base
          if place < span { sums[Int(place)] = scratch.steps[posting] }
        }
        while index < end {
          values[index] &+= sums[Int(places[index])]
          index += 1
        }
        for posting in 0..<filled {
          let place = scratch.ordinals[posting] &- base
          if place < span { sums[Int(place)] = 0 }
        }
      } else if index < end {
        lookUp(places, values, index..<end, base: base, block: next, scratch: scratch)
        index = end
      }
      next += 1
    }
  }

  /// Candidates in a block from which on the whole block is scored.
  private static let fewCandidates = 8

  private func lookUp(
    _ places: UnsafePointer<UInt32>, _ values: UnsafeMutablePointer<Int32>, _ indices: Range<Int>,
    base: UInt32, block: Int, scratch: SearchScratch
  ) {
    let filled = list.readOrdinals(block, scratch.ordinals)
    var hasFrequencies = false
    for index in indices {
      let ordinal = base + places[index]
      // The last posting that is not behind it.
      var low = 0
      var count = filled
      while count > 1 {
        let half = count / 2
        low = scratch.ordinals[low + half] <= ordinal ? low + half : low
        count -= half
      }
      guard filled > 0, scratch.ordinals[low] == ordinal else { continue }
      if !hasFrequencies {
        list.readFrequencies(block, scratch.frequencies)
        PostingKernels.current.score(
          term, scratch.ordinals, lessOne: scratch.frequencies, count: filled, into: scratch.steps)
        hasFrequencies = true
      }
      values[index] &+= scratch.steps[low]
    }
  }
}
