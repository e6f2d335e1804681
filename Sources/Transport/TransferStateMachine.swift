/// What passes between the thread that receives a response and the task that reads it.
///
/// Pure but for the waiting reader that it holds: each method returns what the caller must do outside the lock.
/// One reader at a time; the head comes first, then bytes, then the end.
struct TransferStateMachine {
  enum Event: Sendable {
    case head(TransportStream.Head)
    /// Not empty.
    case bytes([UInt8])
    case end
  }

  typealias Reading = Result<Event, TransportError>
  typealias Reader = CheckedContinuation<Reading, Never>

  /// Bytes that may wait unread before the connection is paused.
  static let highWater = 256 << 10

  private var head: TransportStream.Head?
  private var bytes: [UInt8] = []
  private var ending: Result<Void, TransportError>?
  private var reader: Reader?
  private(set) var isPaused = false

  enum Delivery {
    case none
    case wake(Reader, Reading)
  }

  mutating func received(head: TransportStream.Head) -> Delivery {
    guard ending == nil else { return .none }
    if let reader = takeReader() { return .wake(reader, .success(.head(head))) }
    self.head = head
    return .none
  }

  enum Acceptance {
    case taken(Delivery)
    /// Nothing was taken: offer the same bytes again after `CurlMailbox.Command.resume`.
    case pause
    /// Nobody will read: end the transfer.
    case refused
  }

  mutating func received(_ data: UnsafeRawBufferPointer) -> Acceptance {
    guard ending == nil else { return .refused }
    if let reader = takeReader() { return .taken(.wake(reader, .success(.bytes(Array(data))))) }
    guard bytes.isEmpty || bytes.count + data.count <= Self.highWater else {
      isPaused = true
      return .pause
    }
    bytes.append(contentsOf: data)
    return .taken(.none)
  }

  mutating func ended(_ result: Result<Void, TransportError>) -> Delivery {
    guard ending == nil else { return .none }
    ending = result
    guard let reader = takeReader() else { return .none }
    return .wake(reader, result.map { .end })
  }

  enum Demand {
    case give(Reading, resume: Bool)
    case wait
  }

  /// The next event for a reader, if there is one.
  mutating func demanded() -> Demand {
    if let head {
      self.head = nil
      return .give(.success(.head(head)), resume: false)
    }
    if !bytes.isEmpty {
      let taken = bytes
      bytes = []
      return .give(.success(.bytes(taken)), resume: takePause())
    }
    if let ending { return .give(ending.map { .end }, resume: false) }
    return .wait
  }

  /// Registers the reader to be woken by the next event; call when `demanded` said to wait, under the same lock.
  mutating func wait(_ reader: Reader) {
    precondition(self.reader == nil, "a response body has one reader at a time")
    self.reader = reader
  }

  /// Ends the transfer with `error` from the reader's side and forgets what wasn't read; a body that had arrived
  /// but wasn't read to its end fails too, lest it pass for a shorter one.
  ///
  /// - Returns: whether the receiving side has to be told, and whom to wake.
  mutating func cancelled(_ error: TransportError) -> (mustStop: Bool, delivery: Delivery) {
    let mustStop = ending == nil
    let delivery = ended(.failure(error))
    if head != nil || !bytes.isEmpty { ending = .failure(error) }
    head = nil
    bytes = []
    return (mustStop, delivery)
  }

  private mutating func takeReader() -> Reader? {
    defer { reader = nil }
    return reader
  }

  private mutating func takePause() -> Bool {
    defer { isPaused = false }
    return isPaused
  }
}
