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
  /// The terms; a term's id is its number.
  private(set) var terms = ByteTable()
  /// Words as they stand in texts, and behind each the ids of its terms: analysis meets most words again and again.
  private var words = ByteTable()
  private var wordEnds: [Int] = []
  private var wordTerms: [UInt32] = []
  private(set) var lists: [GrowingList] = []
  /// Places of each term, as positions.bin has them; empty where they are not kept.
  private(set) var places: [[UInt8]] = []
  let storesPositions: Bool
  /// Terms of each chunk, by ordinal.
  private(set) var lengths: [UInt32] = []
  // Frequencies within the chunk at hand.
  private var frequencies: [UInt32] = []
  private var touched: [Int] = []
  /// Terms of the chunk at hand, in order.
  private var found: [UInt32] = []

  /// Words that are remembered before the memory is emptied.
  private static let wordLimit = 1 << 20

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
    found.removeAll(keepingCapacity: true)
    if words.count >= Self.wordLimit { forgetWords() }
    var text = text
    text.withUTF8 { bytes in
      session.scan(
        bytes, word: { addWord(bytes, $0) },
        ideographs: { run in
          session.emitIdeographs(bytes, run) { term, _ in found.append(UInt32(id(of: term))) }
        })
    }
    for id in found {
      let id = Int(id)
      if frequencies[id] == 0 { touched.append(id) }
      frequencies[id] += 1
    }
    if storesPositions { appendPlaces(found) }
    for id in touched {
      append(id: id, ordinal: ordinal, frequency: frequencies[id])
      frequencies[id] = 0
    }
    touched.removeAll(keepingCapacity: true)
    lengths.append(UInt32(found.count))
    return ordinal
  }

  @inline(__always)
  private mutating func addWord(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    let (word, isNew) = words.number(
      of: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[range]))
    if isNew {
      session.emitWord(bytes, range) { term, _ in wordTerms.append(UInt32(id(of: term))) }
      wordEnds.append(wordTerms.count)
    }
    for place in (word == 0 ? 0 : wordEnds[word - 1])..<wordEnds[word] { found.append(wordTerms[place]) }
  }

  private mutating func forgetWords() {
    words.removeAll()
    wordEnds.removeAll()
    wordTerms.removeAll()
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

  private mutating func appendPlaces(_ found: [UInt32]) {
    var last: [Int: Int] = [:]
    for (place, id) in found.lazy.map(Int.init).enumerated() {
      VariableInteger.append(UInt64(place - (last[id] ?? 0)), to: &places[id])
      last[id] = place
    }
  }

  private mutating func id(of term: [UInt8]) -> Int {
    let (id, isNew) = term.withUnsafeBytes { terms.number(of: $0) }
    if isNew {
      lists.append(GrowingList())
      if storesPositions { places.append([]) }
      frequencies.append(0)
    }
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
