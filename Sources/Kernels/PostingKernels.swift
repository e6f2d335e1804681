import CKernels

/// BM25 of one term in steps: whole numbers, so that sums do not depend on their order.
package struct BM25Term: @unchecked Sendable {
  // Unchecked: whoever makes one keeps the lengths.
  fileprivate let term: rag_bm25_term

  /// - Parameters:
  ///   - weight: of the term, in steps.
  ///   - base: `k1 × (1 − b)`.
  ///   - slope: `k1 × b / average length`.
  ///   - lengths: shape `[chunks]`; must stay where they are.
  package init(weight: Float, base: Float, slope: Float, lengths: UnsafeBufferPointer<UInt32>) {
    term = rag_bm25_term(
      weight: weight, base: base, slope: slope, lengths: lengths.baseAddress, count: UInt32(lengths.count))
  }

  /// `round(weight × f / (f + base + slope × length))`, at least 1.
  @inline(__always)
  package func steps(frequency: UInt32, length: UInt32) -> Int32 {
    withUnsafePointer(to: term) { rag_bm25_steps($0, frequency, length) }
  }
}

/// Work on blocks of postings, by the best instructions that the processor has; every level gives the same numbers.
package struct PostingKernels: @unchecked Sendable {
  // Unchecked: the table is a constant of the program.
  private let table: UnsafePointer<rag_postings_kernels>

  /// Most postings of a block, and the room that its arrays must have.
  package static let blockSize = Int(RAG_POSTINGS_BLOCK)

  /// The kernels for this processor, or those that `RAG_SIMD` forces.
  package static let current = PostingKernels(table: rag_postings_kernels_current())

  /// The kernels of each level that this processor runs, the reference first.
  package static var all: [PostingKernels] {
    (RAG_SIMD_SCALAR.rawValue...rag_simd_level_best().rawValue).map {
      PostingKernels(table: rag_postings_kernels_at(rag_simd_level(rawValue: $0)))
    }
  }

  private init(table: UnsafePointer<rag_postings_kernels>) {
    self.table = table
  }

  /// Unpacks `count` numbers of `bits` bits, which lie in `bytes` packed from the lowest bit.
  ///
  /// - Parameters:
  ///   - bytes: all that may be read; the numbers lie at the front.
  ///   - count: at most `blockSize`.
  ///   - bits: at most 32.
  package func unpack(
    _ bytes: UnsafeRawBufferPointer, count: Int, bits: Int, into values: UnsafeMutablePointer<UInt32>
  ) {
    table.pointee.unpack(
      bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, count, UInt32(bits), values)
  }

  /// Turns distances less one into ordinals, which count from `before`.
  package func addGaps(_ values: UnsafeMutablePointer<UInt32>, count: Int, before: UInt32) {
    table.pointee.add_gaps(values, count, before)
  }

  /// Steps of a block's postings; frequencies are given less one.
  package func score(
    _ term: BM25Term, _ ordinals: UnsafePointer<UInt32>, lessOne: UnsafePointer<UInt32>, count: Int,
    into steps: UnsafeMutablePointer<Int32>
  ) {
    withUnsafePointer(to: term.term) { table.pointee.score($0, ordinals, lessOne, count, steps) }
  }

  /// Ordinals and steps of a packed block.
  ///
  /// - Parameters:
  ///   - bytes: all that may be read; distances less one and behind them frequencies less one lie at the front, each
  ///     padded to whole bytes.
  ///   - count: at most `blockSize`.
  ///   - distanceBits: at most 32, as `countBits`.
  ///   - before: what ordinals count from.
  package func decode(
    _ bytes: UnsafeRawBufferPointer, count: Int, distanceBits: Int, countBits: Int, before: UInt32,
    _ term: BM25Term,
    ordinals: UnsafeMutablePointer<UInt32>, steps: UnsafeMutablePointer<Int32>
  ) {
    var block = rag_posting_block(
      bytes: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), readable: bytes.count, count: count,
      distance_bits: UInt32(distanceBits), count_bits: UInt32(countBits), before: before)
    withUnsafePointer(to: term.term) { table.pointee.decode(&block, $0, ordinals, steps) }
  }

  /// Finds the sums that are at least `least` (above 0) and zeros all.
  ///
  /// - Parameters:
  ///   - count: a multiple of 64.
  ///   - first: place of the first sum.
  ///   - places: as `values`, with room for 16 more than are found.
  /// - Returns: how many were found.
  package func collect(
    _ sums: UnsafeMutablePointer<Int32>, count: Int, least: Int32, first: Int,
    places: UnsafeMutablePointer<UInt32>, values: UnsafeMutablePointer<Int32>
  ) -> Int {
    table.pointee.collect(sums, count, least, UInt32(first), places, values)
  }
}
