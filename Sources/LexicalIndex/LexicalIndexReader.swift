import Kernels
import Storage

/// A segment's BM25 index, mapped.
///
/// Whoever opens it has checked the files' checksums; `verify()` checks their inner order besides. Reading trusts
/// what lies in the payloads.
package final class LexicalIndexReader: Sendable {
  private let dictionary: MappedFile
  private let postings: MappedFile
  private let norms: MappedFile
  /// `nil` where places of terms were not kept.
  private let positions: PositionsFile?
  package let termCount: Int
  let blockCount: Int
  package let documentCount: Int
  /// Terms in all chunks.
  package let totalLength: Int

  /// - Parameters:
  ///   - folder: holds the files.
  ///   - documentCount: chunks that the segment must have; `nil` takes as many as there are.
  /// - Throws: `StorageError`.
  package init(folder: String, documentCount wanted: Int? = nil) throws(StorageError) {
    dictionary = try MappedFile(
      path: folder + "/" + LexicalIndexSerializer.dictionaryName, kind: .termDictionary)
    postings = try MappedFile(path: folder + "/" + LexicalIndexSerializer.postingsName, kind: .postings)
    norms = try MappedFile(path: folder + "/" + LexicalIndexSerializer.normsName, kind: .norms)
    let lengths = norms.unsafePayload
    guard lengths.count >= 16 else { throw .corrupted(norms.path, "its head is cut off") }
    let documentCount = wanted ?? (lengths.count - 16) / 4
    self.documentCount = documentCount
    let head = dictionary.unsafePayload
    guard head.count >= 24 else { throw .corrupted(dictionary.path, "the dictionary's head is cut off") }
    let terms = head.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
    let blocks = head.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    let hasPositions = head.loadUnaligned(fromByteOffset: 16, as: UInt64.self) & 1 == 1
    guard terms <= UInt64(UInt32.max), blocks <= UInt64((head.count - 24) / 8),
      blocks == (terms + UInt64(PostingFormat.termsPerBlock) - 1) / UInt64(PostingFormat.termsPerBlock)
    else { throw .corrupted(dictionary.path, "the dictionary's block table does not fit") }
    termCount = Int(terms)
    blockCount = Int(blocks)
    guard lengths.count == 16 + documentCount * 4,
      lengths.loadUnaligned(fromByteOffset: 0, as: UInt64.self) == UInt64(documentCount)
    else { throw .corrupted(norms.path, "it does not hold \(documentCount) lengths") }
    totalLength = Int(clamping: lengths.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    positions = hasPositions ? try PositionsFile(folder: folder, termCount: termCount) : nil
  }

  package var storesPositions: Bool { positions != nil }

  /// The chunks that hold `term`.
  ///
  /// - Complexity: O(postings of the term).
  package func chunks(containing term: String) -> OrdinalSet {
    var set = OrdinalSet(universe: documentCount)
    list(of: term)?.forEach { ordinal, _ in set.insert(ordinal) }
    return set
  }

  /// Of `candidates`, the chunks that hold `phrase`, one term after another.
  ///
  /// - Parameters:
  ///   - phrase: analyzed; at least one term.
  ///   - candidates: chunks that hold all of the terms.
  /// - Returns: `nil` where places were not kept.
  /// - Complexity: O(postings and places of the terms).
  package func chunks(withPhrase phrase: [String], among candidates: OrdinalSet) -> OrdinalSet? {
    guard let positions else { return nil }
    // Places at which the phrase may begin, by chunk.
    var starts: [Ordinal: Set<UInt64>] = [:]
    for (offset, term) in phrase.enumerated() {
      guard let list = list(of: term) else { return OrdinalSet(universe: documentCount) }
      var next: [Ordinal: Set<UInt64>] = [:]
      positions.forEach(list) { ordinal, places in
        guard candidates.contains(ordinal) else { return }
        let begins = Set(places().lazy.filter { $0 >= UInt64(offset) }.map { $0 - UInt64(offset) })
        let kept = offset == 0 ? begins : begins.intersection(starts[ordinal] ?? [])
        if !kept.isEmpty { next[ordinal] = kept }
      }
      starts = next
    }
    return OrdinalSet(universe: documentCount, starts.keys)
  }

  /// Calls `body` with each posting of `list` and the bytes that hold its places, where they were kept.
  func forEachPlaced(
    _ list: PostingList, _ body: (Ordinal, _ frequency: UInt32, _ places: UnsafeRawBufferPointer?) -> Void
  ) {
    guard let positions else { return list.forEach { body($0, $1, nil) } }
    positions.forEachSlice(list, body)
  }

  /// Terms of a chunk.
  package func length(of ordinal: Ordinal) -> UInt32 {
    precondition(Int(ordinal) < documentCount, "ordinal \(ordinal) is not below \(documentCount)")
    return norms.withPayload { $0.loadUnaligned(fromByteOffset: 16 + Int(ordinal) * 4, as: UInt32.self) }
  }

  /// Chunks that hold `term`, deleted ones included.
  ///
  /// - Complexity: O(log terms).
  package func documentFrequency(of term: String) -> Int {
    list(of: term)?.documentFrequency ?? 0
  }

  /// The best `k` chunks for `terms`, equal to scoring every chunk.
  ///
  /// - Parameters:
  ///   - statistics: over all segments that are searched together.
  ///   - allowed: chunks that may be returned; `nil` means all.
  /// - Returns: chunks that hold at least one term, best first.
  package func search(
    _ terms: [QueryTerm], k: Int, parameters: BM25Parameters, statistics: CorpusStatistics,
    allowed: OrdinalSet? = nil
  ) -> [ScoredOrdinal] {
    guard documentCount > 0 else { return [] }
    let scale = BM25Scale(terms, parameters, statistics)
    return withLengths { lengths in
      let lists = terms.enumerated().compactMap { index, term in
        list(of: term.term).map { ($0, scale.term(index, lengths: lengths)) }
      }
      let hits = SearchScratch.with { scratch in
        var search = MaxScoreSearch(
          lists, documentCount: documentCount, k: k, allowed: allowed, scratch: scratch)
        return search.run()
      }
      return hits.map { ScoredOrdinal(ordinal: $0.ordinal, score: $0.score * scale.step) }
    }
  }

  /// BM25 scores of given chunks; 0 where no term matches.
  ///
  /// - Parameter ordinals: any order.
  /// - Returns: shape `[ordinals.count]`.
  /// - Complexity: O(terms × ordinals × log blocks).
  package func scores(
    _ terms: [QueryTerm], ordinals: [Ordinal], parameters: BM25Parameters, statistics: CorpusStatistics
  ) -> [Float] {
    let scale = BM25Scale(terms, parameters, statistics)
    return withLengths { lengths in
      var sums = [Int32](repeating: 0, count: ordinals.count)
      let order = ordinals.indices.sorted { ordinals[$0] < ordinals[$1] }
      for (index, term) in terms.enumerated() {
        guard let list = list(of: term.term) else { continue }
        let scorer = scale.term(index, lengths: lengths)
        var cursor = PostingCursor(list)
        for index in order {
          cursor.seek(ordinals[index])
          guard cursor.ordinal == ordinals[index] else { continue }
          sums[index] &+= scorer.steps(frequency: cursor.frequency, length: lengths[Int(ordinals[index])])
        }
      }
      return sums.map { Float($0) * scale.step }
    }
  }

  /// Calls `body` with every term, in byte order, and its postings.
  package func forEachTerm(_ body: (_ term: [UInt8], PostingList) -> Void) {
    for block in 0..<blockCount {
      forEachTerm(ofBlock: block) { term, list in
        body(term, list)
        return true
      }
    }
  }

  /// Checks that the files hold together: terms sorted, lists inside the file, ordinals rising and below the count.
  ///
  /// - Throws: `StorageError.corrupted`.
  /// - Complexity: O(postings).
  package func verify() throws(StorageError) {
    var previous: [UInt8]?
    var seen = 0
    var problem: String?
    for block in 0..<blockCount {
      let isWhole = forEachTerm(ofBlock: block) { term, list in
        if let previous, !previous.lexicographicallyPrecedes(term) { problem = "terms are not in order" }
        previous = term
        seen += 1
        var last: Int64 = -1
        var count = 0
        list.forEach { ordinal, frequency in
          if Int64(ordinal) <= last || Int(ordinal) >= documentCount || frequency == 0 {
            problem = "postings are not in order"
          }
          last = Int64(ordinal)
          count += 1
        }
        if count != list.documentFrequency { problem = "a list is not as long as the dictionary says" }
        if let positions, !positions.fits(list) { problem = "the places of a term do not fit its postings" }
        return problem == nil
      }
      if !isWhole { problem = problem ?? "an entry leads out of the file" }
      if let problem { throw .corrupted(dictionary.path, problem) }
    }
    if seen != termCount { throw .corrupted(dictionary.path, "it holds \(seen) of \(termCount) terms") }
  }

  private func withLengths<Result>(_ body: (UnsafeBufferPointer<UInt32>) -> Result) -> Result {
    defer { withExtendedLifetime(self) {} }
    return norms.withPayload { payload in
      body(UnsafeRawBufferPointer(rebasing: payload[16...]).assumingMemoryBound(to: UInt32.self))
    }
  }

  private func list(of term: String) -> PostingList? {
    var term = term
    return term.withUTF8 { list(of: UnsafeRawBufferPointer($0)) }
  }

  private func list(of term: UnsafeRawBufferPointer) -> PostingList? {
    // The last block whose first term is not behind the one looked for.
    var low = 0
    var high = blockCount
    while low < high {
      let middle = (low + high) / 2
      if isBefore(term, block: middle) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    guard low > 0 else { return nil }
    // Bytes that the term shares with the entry before.
    var matched = 0
    var found: PostingList?
    forEachEntry(ofBlock: low - 1) { entry in
      if entry.shared > matched { return true }
      if entry.shared < matched { return false }
      for byte in entry.further {
        guard matched < term.count, byte == term[matched] else {
          return matched < term.count && byte < term[matched]
        }
        matched += 1
      }
      if matched == term.count { found = entry.list }
      return matched < term.count
    }
    return found
  }

  private func blockOffset(_ block: Int) -> Int {
    dictionary.withPayload {
      Int(clamping: $0.loadUnaligned(fromByteOffset: 24 + block * 8, as: UInt64.self))
    }
  }

  /// Whether `term` comes before the first term of a block.
  private func isBefore(_ term: UnsafeRawBufferPointer, block: Int) -> Bool {
    withFirstTerm(ofBlock: block) { first in
      for (a, b) in zip(term, first) where a != b { return a < b }
      return term.count < first.count
    } ?? false
  }

  /// Whether the first term of a block begins with `prefix`.
  func begins(block: Int, with prefix: [UInt8]) -> Bool {
    withFirstTerm(ofBlock: block) { $0.starts(with: prefix) } ?? false
  }

  /// Calls `body` with the first term of a block, whose bytes stand there whole.
  ///
  /// - Returns: `nil` where it cannot be read.
  private func withFirstTerm<Result>(
    ofBlock block: Int, _ body: (Slice<UnsafeRawBufferPointer>) -> Result
  ) -> Result? {
    let payload = dictionary.unsafePayload
    defer { withExtendedLifetime(self) {} }
    var offset = blockOffset(block)
    guard VariableInteger.read(payload, &offset, limit: payload.count) != nil,
      let count = VariableInteger.read(payload, &offset, limit: payload.count),
      count <= UInt64(payload.count - offset)
    else { return nil }
    return body(payload[offset..<offset + Int(count)])
  }

  /// A term of the dictionary: bytes shared with the one before, the further ones, and its list.
  struct Entry {
    var shared: Int
    var further: UnsafeRawBufferPointer
    var list: PostingList
  }

  /// Calls `body` with the entries of a block until it returns false.
  ///
  /// - Returns: false where an entry cannot be read.
  @inline(__always)
  @discardableResult
  func forEachEntry(ofBlock block: Int, _ body: (Entry) -> Bool) -> Bool {
    let payload = dictionary.unsafePayload
    let lists = postings.unsafePayload
    defer { withExtendedLifetime(self) {} }
    var offset = blockOffset(block)
    let count = min(PostingFormat.termsPerBlock, termCount - block * PostingFormat.termsPerBlock)
    var length = 0
    for place in 0..<count {
      guard let shared = VariableInteger.read(payload, &offset, limit: payload.count),
        let further = VariableInteger.read(payload, &offset, limit: payload.count),
        shared <= UInt64(length), further <= UInt64(payload.count - offset)
      else { return false }
      length = Int(shared) + Int(further)
      let bytes = UnsafeRawBufferPointer(rebasing: payload[offset..<offset + Int(further)])
      offset += Int(further)
      guard let frequency = VariableInteger.read(payload, &offset, limit: payload.count),
        let start = VariableInteger.read(payload, &offset, limit: payload.count),
        let size = VariableInteger.read(payload, &offset, limit: payload.count),
        start <= UInt64(lists.count), size <= UInt64(lists.count) - start, frequency <= UInt64(documentCount)
      else { return false }
      let list = PostingList(
        documentFrequency: Int(frequency), termNumber: block * PostingFormat.termsPerBlock + place,
        bytes: UnsafeRawBufferPointer(rebasing: lists[Int(start)..<Int(start) + Int(size)]))
      if !body(Entry(shared: Int(shared), further: bytes, list: list)) { return true }
    }
    return true
  }

  /// Calls `body` with the terms of a block and their lists until it returns false.
  ///
  /// - Returns: false where an entry cannot be read.
  @discardableResult
  private func forEachTerm(ofBlock block: Int, _ body: ([UInt8], PostingList) -> Bool) -> Bool {
    var term: [UInt8] = []
    return forEachEntry(ofBlock: block) { entry in
      term.removeLast(term.count - entry.shared)
      term.append(contentsOf: entry.further)
      return body(term, entry.list)
    }
  }
}
