import Synchronization

/// Bytes of a response body as they arrive, decompressed; one reader, one pass.
///
/// Chunks are never empty, and their borders mean nothing. Bytes that aren't asked for stay with the server:
/// a `CurlTransport` stops reading when 256 KiB wait.
package struct TransportBody: AsyncSequence, Sendable {
  package typealias Element = [UInt8]
  package typealias Failure = TransportError

  private let pull: @Sendable () async throws(TransportError) -> [UInt8]?

  /// - Parameter pull: gives the next bytes, `nil` at the end and from then on.
  package init(_ pull: @escaping @Sendable () async throws(TransportError) -> [UInt8]?) {
    self.pull = pull
  }

  /// The bytes of `chunks`, and then `error` if there is one.
  package init(_ chunks: [[UInt8]], failingWith error: TransportError? = nil) {
    let rest = ChunkQueue(chunks.filter { !$0.isEmpty })
    self.init { () async throws(TransportError) -> [UInt8]? in
      if let chunk = rest.next() { return chunk }
      if let error { throw error }
      return nil
    }
  }

  package struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let body: TransportBody

    package mutating func next() async throws(TransportError) -> [UInt8]? {
      try await body.pull()
    }

    package mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(TransportError) -> [UInt8]? {
      try await body.pull()
    }
  }

  package func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(body: self)
  }

  /// All bytes up to the end.
  ///
  /// - Throws: `TransportError` with `.tooLarge` when there are more than `limit`, else what reading throws.
  package func collect(upTo limit: Int) async throws(TransportError) -> [UInt8] {
    var bytes: [UInt8] = []
    while let chunk = try await pull() {
      guard bytes.count + chunk.count <= limit else {
        throw TransportError.tooLarge(limit: limit, target: "the server")
      }
      if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
    }
    return bytes
  }
}

/// Chunks that are there already.
private final class ChunkQueue: Sendable {
  private let rest: Mutex<ArraySlice<[UInt8]>>

  init(_ chunks: [[UInt8]]) {
    rest = Mutex(chunks[...])
  }

  func next() -> [UInt8]? {
    rest.withLock { $0.popFirst() }
  }
}
