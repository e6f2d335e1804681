import Synchronization

/// The border between the transport's thread and the task that reads one response.
final class TransferChannel: Sendable {
  let id: UInt64
  /// Where the request went, fit to be shown.
  let target: String
  private let mailbox: CurlMailbox
  private let state = Mutex(TransferStateMachine())

  init(id: UInt64, target: String, mailbox: CurlMailbox) {
    self.id = id
    self.target = target
    self.mailbox = mailbox
  }

  // Receiving side.

  func receive(head: TransportStream.Head) {
    perform(state.withLock { $0.received(head: head) })
  }

  enum Acceptance {
    case taken, pause, refused
  }

  func receive(_ data: UnsafeRawBufferPointer) -> Acceptance {
    switch state.withLock({ $0.received(data) }) {
    case .taken(let delivery):
      perform(delivery)
      return .taken
    case .pause: return .pause
    case .refused: return .refused
    }
  }

  func end(_ result: Result<Void, TransportError>) {
    perform(state.withLock { $0.ended(result) })
  }

  // Reading side.

  /// The next event; after the end, the end again.
  ///
  /// - Throws: `TransportError`; `.cancelled` at once when the task is cancelled.
  func next() async throws(TransportError) -> TransferStateMachine.Event {
    let reading = await withTaskCancellationHandler {
      await withCheckedContinuation { (reader: TransferStateMachine.Reader) in
        let demand = state.withLock { state in
          let demand = state.demanded()
          if case .wait = demand { state.wait(reader) }
          return demand
        }
        if case .give(let reading, let resume) = demand {
          if resume { mailbox.post(.resume(id)) }
          reader.resume(returning: reading)
        }
      }
    } onCancel: {
      cancel()
    }
    return try reading.get()
  }

  /// Ends the transfer if it hasn't ended.
  func cancel() {
    let (mustStop, delivery) = state.withLock { $0.cancelled(.cancelled(target: target)) }
    if mustStop { mailbox.post(.cancel(id)) }
    perform(delivery)
  }

  private func perform(_ delivery: TransferStateMachine.Delivery) {
    if case .wake(let reader, let reading) = delivery { reader.resume(returning: reading) }
  }
}

/// The reader's hold on a transfer: when the last one goes, the transfer ends.
final class TransferHold: Sendable {
  let channel: TransferChannel

  init(_ channel: TransferChannel) {
    self.channel = channel
  }

  deinit {
    channel.cancel()
  }
}
