import Kernels

/// Collects the terms of a segment's chunks, one pass, in rising order of ordinals.
package struct LexicalIndexBuilder: ~Copyable {
  /// Postings of one term while they grow: pairs of ordinal distance and frequency as variable integers.
  struct GrowingList {
    var bytes: [UInt8] = []
    var lastOrdinal: Ordinal = 0
    var documentFrequency: UInt32 = 0
  }

  private let session: AnalyzerSession
  private var ids: [[UInt8]: Int] = [:]
  private(set) var terms: [[UInt8]] = []
  private(set) var lists: [GrowingList] = []
  /// Places of each term, as positions.bin has them; empty where they are not kept.
  private(set) var places: [[UInt8]] = []
  let storesPositions: Bool
  /// Terms of each chunk, by ordinal.
  private(set) var lengths: [UInt32] = []
  // Frequencies within the chunk at hand.
  private var frequencies: [UInt32] = []
  private var touched: [Int] = []

  package init(analyzer: Analyzer) {
    session = AnalyzerSession(analyzer.configuration)
    storesPositions = analyzer.configuration.storesPositions == true
  }

  /// Number of chunks so far; the next chunk's ordinal.
  package var documentCount: Int { lengths.count }

  /// Adds the next chunk.
  ///
  /// - Returns: its ordinal.
  /// - Complexity: O(text).
  @discardableResult
  package mutating func add(_ text: String) -> Ordinal {
    let ordinal = Ordinal(lengths.count)
    var length: UInt32 = 0
    var found: [Int] = []
    session.forEachTerm(in: text) { term, _ in
      length += 1
      found.append(id(of: term))
    }
    for id in found {
      if frequencies[id] == 0 { touched.append(id) }
      frequencies[id] += 1
    }
    if storesPositions { appendPlaces(found) }
    for id in touched {
      append(id: id, ordinal: ordinal, frequency: frequencies[id])
      frequencies[id] = 0
    }
    touched.removeAll(keepingCapacity: true)
    lengths.append(length)
    return ordinal
  }

  /// Adds chunks of another index, with their terms as they are there: the result is the same as if their texts had
  /// been added.
  ///
  /// - Parameter ordinals: chunks to keep, rising.
  /// - Complexity: O(postings of `reader`).
  package mutating func append(_ reader: LexicalIndexReader, keeping ordinals: [Ordinal]) {
    let base = Ordinal(lengths.count)
    var newOrdinals = [Ordinal?](repeating: nil, count: reader.documentCount)
    for (offset, ordinal) in ordinals.enumerated() {
      newOrdinals[Int(ordinal)] = base + Ordinal(offset)
      lengths.append(reader.length(of: ordinal))
    }
    let storesPositions = storesPositions
    precondition(
      !storesPositions || reader.storesPositions, "segments with and without places cannot be joined")
    reader.forEachTerm { term, postings in
      var termID: Int?
      reader.forEachPlaced(postings) { ordinal, frequency, bytes in
        guard let place = newOrdinals[Int(ordinal)] else { return }
        let id = termID ?? id(of: term)
        termID = id
        append(id: id, ordinal: place, frequency: frequency)
        if storesPositions, let bytes { places[id].append(contentsOf: bytes) }
      }
    }
  }

  private mutating func appendPlaces(_ found: [Int]) {
    var last: [Int: Int] = [:]
    for (place, id) in found.enumerated() {
      VariableInteger.append(UInt64(place - (last[id] ?? 0)), to: &places[id])
      last[id] = place
    }
  }

  private mutating func id(of term: [UInt8]) -> Int {
    if let known = ids[term] { return known }
    let id = terms.count
    ids[term] = id
    terms.append(term)
    lists.append(GrowingList())
    if storesPositions { places.append([]) }
    frequencies.append(0)
    return id
  }

  private mutating func append(id: Int, ordinal: Ordinal, frequency: UInt32) {
    let distance = lists[id].documentFrequency == 0 ? ordinal : ordinal - lists[id].lastOrdinal
    VariableInteger.append(UInt64(distance), to: &lists[id].bytes)
    VariableInteger.append(UInt64(frequency), to: &lists[id].bytes)
    lists[id].lastOrdinal = ordinal
    lists[id].documentFrequency += 1
  }
}
