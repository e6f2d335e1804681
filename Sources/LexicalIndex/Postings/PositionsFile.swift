import Kernels
import Storage

/// `positions.bin`, mapped: where in its chunk each term stands.
struct PositionsFile: Sendable {
  private let file: MappedFile
  private let termCount: Int

  init(folder: String, termCount: Int) throws(StorageError) {
    file = try MappedFile(path: folder + "/" + LexicalIndexSerializer.positionsName, kind: .positions)
    self.termCount = termCount
    let isWhole = file.withPayload { payload in
      payload.count >= 8 + (termCount + 1) * 8
        && payload.loadUnaligned(fromByteOffset: 0, as: UInt64.self) == UInt64(termCount)
        && payload.loadUnaligned(fromByteOffset: 8 + termCount * 8, as: UInt64.self) == UInt64(payload.count)
    }
    guard isWhole else { throw .corrupted(file.path, "it does not hold the places of \(termCount) terms") }
  }

  /// Calls `body` with each posting and a function that gives its places.
  func forEach(_ list: PostingList, _ body: (Ordinal, _ places: () -> [UInt64]) -> Void) {
    forEachSlice(list) { ordinal, frequency, bytes in
      body(ordinal) {
        guard let bytes else { return [] }
        var places: [UInt64] = []
        var offset = 0
        var place: UInt64 = 0
        for _ in 0..<frequency {
          place &+= VariableInteger.read(bytes, &offset, limit: bytes.count) ?? 0
          places.append(place)
        }
        return places
      }
    }
  }

  /// Calls `body` with each posting and the bytes of its places; `nil` past the end of a damaged list.
  func forEachSlice(
    _ list: PostingList, _ body: (Ordinal, _ frequency: UInt32, _ places: UnsafeRawBufferPointer?) -> Void
  ) {
    withBytes(of: list) { bytes in
      var offset = 0
      list.forEach { ordinal, frequency in
        let start = offset
        var isWhole = true
        for _ in 0..<frequency where VariableInteger.read(bytes, &offset, limit: bytes.count) == nil {
          isWhole = false
        }
        body(ordinal, frequency, isWhole ? UnsafeRawBufferPointer(rebasing: bytes[start..<offset]) : nil)
      }
    }
  }

  /// Whether the term has exactly as many places as its frequencies say.
  func fits(_ list: PostingList) -> Bool {
    var read = 0
    var isWhole = true
    forEachSlice(list) { _, _, bytes in
      if let bytes { read += bytes.count } else { isWhole = false }
    }
    return isWhole && withBytes(of: list) { $0.count } == read
  }

  private func withBytes<Result>(
    of list: PostingList, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    file.withPayload { payload in
      func offset(_ term: Int) -> Int {
        Int(clamping: payload.loadUnaligned(fromByteOffset: 8 + term * 8, as: UInt64.self))
      }
      let start = offset(list.termNumber)
      let end = offset(list.termNumber + 1)
      guard start <= end, end <= payload.count else {
        return body(UnsafeRawBufferPointer(rebasing: payload[0..<0]))
      }
      return body(UnsafeRawBufferPointer(rebasing: payload[start..<end]))
    }
  }
}
