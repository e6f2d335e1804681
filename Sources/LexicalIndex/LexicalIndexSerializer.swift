import Kernels
import Storage

/// Writes what a builder has collected.
package enum LexicalIndexSerializer {
  package static let dictionaryName = "terms.dict"
  package static let postingsName = "postings.bin"
  package static let normsName = "norms.bin"
  package static let positionsName = "positions.bin"

  /// Writes the files into `folder`.
  ///
  /// - Throws: `StorageError`.
  /// - Complexity: O(postings + terms × log terms).
  package static func write(
    _ builder: borrowing LexicalIndexBuilder, to folder: String
  ) throws(StorageError) -> [FileSummary] {
    let lengths = builder.lengths
    let terms = builder.terms.strings
    let order = terms.indices.sorted { terms[$0].lexicographicallyPrecedes(terms[$1]) }

    var postings = try FramedFileWriter(path: folder + "/" + postingsName, kind: .postings)
    var blocks: [UInt8] = []
    var blockOffsets: [Int] = []
    var previous: [UInt8] = []
    for (position, id) in order.enumerated() {
      let list = builder.lists[id]
      let encoded = encode(list, lengths: lengths)
      let offset = postings.payloadCount
      try postings.append(contentsOf: encoded)
      if position % PostingFormat.termsPerBlock == 0 {
        blockOffsets.append(blocks.count)
        previous = []
      }
      let term = terms[id]
      let shared = zip(previous, term).prefix { $0 == $1 }.count
      VariableInteger.append(UInt64(shared), to: &blocks)
      VariableInteger.append(UInt64(term.count - shared), to: &blocks)
      blocks.append(contentsOf: term[shared...])
      VariableInteger.append(UInt64(list.documentFrequency), to: &blocks)
      VariableInteger.append(UInt64(offset), to: &blocks)
      VariableInteger.append(UInt64(encoded.count), to: &blocks)
      previous = term
    }
    let postingsSummary = try postings.finish()

    var dictionary = try FramedFileWriter(path: folder + "/" + dictionaryName, kind: .termDictionary)
    let start = 24 + blockOffsets.count * 8
    var head: [UInt8] = []
    head.appendLittleEndian(UInt64(terms.count))
    head.appendLittleEndian(UInt64(blockOffsets.count))
    head.appendLittleEndian(UInt64(builder.storesPositions ? 1 : 0))
    for offset in blockOffsets { head.appendLittleEndian(UInt64(start + offset)) }
    try dictionary.append(contentsOf: head)
    try dictionary.append(contentsOf: blocks)
    let dictionarySummary = try dictionary.finish()

    var norms = try FramedFileWriter(path: folder + "/" + normsName, kind: .norms)
    try norms.append(littleEndian: UInt64(lengths.count))
    try norms.append(littleEndian: lengths.reduce(UInt64(0)) { $0 + UInt64($1) })
    try norms.append(contentsOf: lengths)
    var summaries = [dictionarySummary, postingsSummary, try norms.finish()]
    if builder.storesPositions { summaries.append(try writePositions(builder, order: order, to: folder)) }
    return summaries
  }

  private static func writePositions(
    _ builder: borrowing LexicalIndexBuilder, order: [Int], to folder: String
  ) throws(StorageError) -> FileSummary {
    var file = try FramedFileWriter(path: folder + "/" + positionsName, kind: .positions)
    var head: [UInt8] = []
    head.appendLittleEndian(UInt64(order.count))
    var offset = 8 + (order.count + 1) * 8
    for id in order {
      head.appendLittleEndian(UInt64(offset))
      offset += builder.places[id].count
    }
    head.appendLittleEndian(UInt64(offset))
    try file.append(contentsOf: head)
    for id in order { try file.append(contentsOf: builder.places[id]) }
    return try file.finish()
  }

  private static func encode(_ list: LexicalIndexBuilder.GrowingList, lengths: [UInt32]) -> [UInt8] {
    let count = Int(list.documentFrequency)
    if count < PostingFormat.blockSize { return list.bytes }
    var ordinals: [UInt32] = []
    var frequencies: [UInt32] = []
    list.bytes.withUnsafeBytes { bytes in
      var offset = 0
      var ordinal: UInt64 = 0
      while let distance = VariableInteger.read(bytes, &offset, limit: bytes.count),
        let frequency = VariableInteger.read(bytes, &offset, limit: bytes.count)
      {
        ordinal += distance
        ordinals.append(UInt32(ordinal))
        frequencies.append(UInt32(frequency))
      }
    }
    var headers: [UInt8] = []
    var blocks: [UInt8] = []
    var before: Int64 = -1
    for start in stride(from: 0, to: count, by: PostingFormat.blockSize) {
      let range = start..<min(count, start + PostingFormat.blockSize)
      var distances: [UInt32] = []
      for index in range {
        distances.append(UInt32(Int64(ordinals[index]) - before - 1))
        before = Int64(ordinals[index])
      }
      let counts = frequencies[range].map { $0 - 1 }
      headers.appendLittleEndian(ordinals[range.upperBound - 1])
      headers.appendLittleEndian(UInt32(blocks.count))
      headers.appendLittleEndian((counts.max() ?? 0) + 1)
      headers.appendLittleEndian(range.map { lengths[Int(ordinals[$0])] }.min() ?? 0)
      let distanceBits = PostingFormat.bits(distances.max() ?? 0)
      let countBits = PostingFormat.bits(counts.max() ?? 0)
      blocks.append(UInt8(distanceBits))
      blocks.append(UInt8(countBits))
      PostingFormat.pack(distances, bits: distanceBits, into: &blocks)
      PostingFormat.pack(counts, bits: countBits, into: &blocks)
    }
    return headers + blocks
  }
}
