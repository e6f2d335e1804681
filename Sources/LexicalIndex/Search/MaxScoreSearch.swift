import Kernels

/// Finds the best chunks window by window, and passes over what cannot be among them.
///
/// Of a window only the zones whose bounds reach the threshold are searched. The terms are split in two: only chunks
/// that hold one of the essential terms can reach the threshold, so theirs are summed; the other terms are looked up for
/// the chunks that may still reach it. The windows with the highest bounds come first, and before them the two best
/// zones, which set a threshold.
///
/// - Source: Turtle, Flood, "Query evaluation: strategies and optimizations", 1995 (MaxScore); Ding, Suel, "Faster
///   top-k document retrieval using block-max indexes", SIGIR 2011; Mackenzie, Petri, Moffat, "Anytime ranking on
///   document-ordered indexes", TOIS 2022 (order of the windows).
struct MaxScoreSearch {
  private let lists: [QueryList]
  private let documentCount: Int
  private let allowed: OrdinalSet?
  private let scratch: SearchScratch
  private let kernels = PostingKernels.current
  /// Scores are steps until the end.
  private var top: TopK
  /// Lists by rising bound in the range at hand.
  private var order: [(bound: Int32, index: Int)] = []
  /// Row `i` has, for each zone at hand, the sum of the bounds of the lists `order[..<i]`.
  private let sumsOfBounds: UnsafeMutablePointer<Int32>
  /// Sum of all bounds by zone; 0 where a zone was searched.
  private let zoneBounds: UnsafeMutablePointer<Int32>
  private let windows: Int

  private static let zoneSize = QueryList.zoneSize
  private static let zonesPerWindow = QueryList.zonesPerWindow
  /// Zones that are searched before the windows.
  private static let seeds = 2
  /// Below any sum.
  private static let closed: Int32 = -(1 << 28)

  /// - Parameters:
  ///   - lists: postings of the query's terms.
  ///   - documentCount: above 0.
  ///   - allowed: chunks that may be returned.
  init(
    _ lists: [(list: PostingList, term: BM25Term)], documentCount: Int, k: Int, allowed: OrdinalSet?,
    scratch: SearchScratch
  ) {
    self.documentCount = documentCount
    self.allowed = allowed
    self.scratch = scratch
    top = TopK(capacity: k)
    windows = QueryList.windows(documentCount)
    let zones = windows * Self.zonesPerWindow
    scratch.reserve(
      lists.count * QueryList.numbers(windows: windows) + zones + (lists.count + 1) * Self.zonesPerWindow)
    self.lists = lists.map {
      QueryList($0.list, term: $0.term, documentCount: documentCount, scratch: scratch)
    }
    sumsOfBounds = scratch.take((lists.count + 1) * Self.zonesPerWindow)
    zoneBounds = scratch.take(zones)
    zoneBounds.initialize(repeating: 0, count: zones)
    for list in self.lists {
      for zone in 0..<zones { zoneBounds[zone] &+= list.bounds[zone] }
    }
    if let allowed { close(zones, without: allowed) }
  }

  /// The best chunks, best first, their scores in steps.
  mutating func run() -> [ScoredOrdinal] {
    guard top.capacity > 0 else { return [] }
    let zones = windows * Self.zonesPerWindow
    var best = TopK(capacity: Self.seeds)
    for zone in 0..<zones {
      best.offer(ScoredOrdinal(ordinal: Ordinal(zone), score: Float(zoneBounds[zone])))
    }
    for seed in best.sorted() where zoneBounds[Int(seed.ordinal)] > 0 {
      search(Int(seed.ordinal)..<Int(seed.ordinal) + 1)
      zoneBounds[Int(seed.ordinal)] = 0
    }
    let bounds = (0..<windows).map { window in
      let start = window * Self.zonesPerWindow
      return (bound: (start..<start + Self.zonesPerWindow).reduce(0) { max($0, zoneBounds[$1]) }, window)
    }
    for (bound, window) in bounds.sorted(by: { ($0.bound, $1.1) > ($1.bound, $0.1) }) {
      if bound == 0 || bound < threshold { break }
      search(window * Self.zonesPerWindow..<(window + 1) * Self.zonesPerWindow)
    }
    return top.sorted()
  }

  /// Steps that a chunk must have to be kept.
  private var threshold: Int32 { top.count < top.capacity ? 0 : Int32(top.threshold) }

  private func close(_ zones: Int, without allowed: OrdinalSet) {
    let words = Self.zoneSize / 64
    for zone in 0..<zones {
      let range = min(zone * words, allowed.words.count)..<min((zone + 1) * words, allowed.words.count)
      if allowed.words[range].allSatisfy({ $0 == 0 }) { zoneBounds[zone] = 0 }
    }
  }

  /// Searches zones of one window, all of it or one.
  private mutating func search(_ zones: Range<Int>) {
    let threshold = threshold
    var open: UInt32 = 0
    for (place, zone) in zones.enumerated() where zoneBounds[zone] >= max(threshold, 1) {
      open |= 1 << UInt32(place)
    }
    let firstEssential = arrange(zones, open, threshold: threshold)
    guard firstEssential < order.count else { return }
    let start = zones.lowerBound * Self.zoneSize
    let range = UInt32(start)..<UInt32(min(zones.upperBound * Self.zoneSize, documentCount))
    let row = sumsOfBounds + firstEssential * Self.zonesPerWindow
    var count: Int
    if firstEssential == order.count - 1, threshold > 0 {
      count = select(lists[order[firstEssential].index], range, open, row, threshold)
    } else {
      count = collect(accumulate(order[firstEssential...], range, open), row, threshold)
    }
    if let allowed { count = keep(count) { place, _ in allowed.contains(range.lowerBound + place) } }
    for rank in stride(from: firstEssential - 1, through: 0, by: -1) where count > 0 {
      lists[order[rank].index]
        .add(to: scratch.places, scratch.values, count: count, range: range, scratch: scratch)
      let row = sumsOfBounds + rank * Self.zonesPerWindow
      count = keep(count) { place, value in value &+ row[Int(place) / Self.zoneSize] >= threshold }
    }
    for index in 0..<count where Float(scratch.values[index]) >= top.threshold {
      top.offer(
        ScoredOrdinal(
          ordinal: range.lowerBound + scratch.places[index], score: Float(scratch.values[index])))
    }
  }

  /// Sorts the lists and sums their bounds.
  ///
  /// - Parameter open: bits of the zones that are searched.
  /// - Returns: how many of the lists cannot together reach `threshold`.
  private mutating func arrange(_ zones: Range<Int>, _ open: UInt32, threshold: Int32) -> Int {
    order.removeAll(keepingCapacity: true)
    for (index, list) in lists.enumerated() {
      var bound: Int32 = 0
      for (place, zone) in zones.enumerated() where open >> UInt32(place) & 1 == 1 {
        bound = max(bound, list.bounds[zone])
      }
      if bound > 0 { order.append((bound, index)) }
    }
    order.sort { ($0.bound, $0.index) < ($1.bound, $1.index) }
    for place in 0..<zones.count { sumsOfBounds[place] = open >> UInt32(place) & 1 == 1 ? 0 : Self.closed }
    for rank in order.indices {
      let row = sumsOfBounds + rank * Self.zonesPerWindow
      let next = row + Self.zonesPerWindow
      let bounds = lists[order[rank].index].bounds + zones.lowerBound
      var most: Int32 = 0
      for place in 0..<zones.count {
        next[place] = row[place] &+ bounds[place]
        most = max(most, next[place])
      }
      if most >= max(threshold, 1) { return rank }
    }
    return order.count
  }

  /// Candidates of the only essential list.
  private func select(
    _ list: QueryList, _ range: Range<UInt32>, _ open: UInt32, _ row: UnsafePointer<Int32>, _ threshold: Int32
  ) -> Int {
    let places = scratch.places
    let values = scratch.values
    var found = 0
    list.forEachRun(in: range, open, scratch: scratch) { run in
      for posting in 0..<run.count {
        let offset = run.ordinals[posting] &- run.first
        guard offset < run.span, found < SearchScratch.windowSize else { continue }
        let place = run.first &- range.lowerBound &+ offset
        places[found] = place
        values[found] = run.steps[posting]
        found += run.steps[posting] &+ row[Int(place) / Self.zoneSize] >= threshold ? 1 : 0
      }
    }
    return found
  }

  /// - Returns: bits of the zones that have sums.
  private func accumulate(
    _ essential: ArraySlice<(bound: Int32, index: Int)>, _ range: Range<UInt32>, _ open: UInt32
  ) -> UInt32 {
    var touched: UInt32 = 0
    for (_, index) in essential {
      lists[index].forEachRun(in: range, open, scratch: scratch) { run in
        let sums = scratch.sums + Int(run.first &- range.lowerBound)
        for posting in 0..<run.count {
          let offset = run.ordinals[posting] &- run.first
          if offset < run.span { sums[Int(offset)] &+= run.steps[posting] }
        }
        touched |= run.zones
      }
    }
    return touched
  }

  /// Candidates among the sums of some zones, which are zeros behind it.
  private func collect(_ zones: UInt32, _ row: UnsafePointer<Int32>, _ threshold: Int32) -> Int {
    var found = 0
    var zones = zones
    while zones != 0 {
      let zone = zones.trailingZeroBitCount
      zones &= zones - 1
      found += kernels.collect(
        scratch.sums + zone * Self.zoneSize, count: Self.zoneSize, least: max(1, threshold &- row[zone]),
        first: zone * Self.zoneSize, places: scratch.places + found, values: scratch.values + found)
    }
    return found
  }

  /// Keeps the candidates for which `isKept` holds, in order.
  @inline(__always)
  private func keep(_ count: Int, _ isKept: (UInt32, Int32) -> Bool) -> Int {
    let places = scratch.places
    let values = scratch.values
    var kept = 0
    for index in 0..<count {
      let place = places[index]
      let value = values[index]
      places[kept] = place
      values[kept] = value
      kept += isKept(place, value) ? 1 : 0
    }
    return kept
  }
}
