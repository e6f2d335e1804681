import CCurl
import Synchronization

/// Commands for the transport's thread, from any thread.
///
/// Sendable because the multi handle is only woken here, which libcurl allows from every thread, and only
/// while the phase, read under the lock, is `open`: the thread frees the handle after it has read another.
final class CurlMailbox: @unchecked Sendable {
  enum Command: Sendable {
    case start(TransportRequest, RequestTarget, TransferChannel, at: ContinuousClock.Instant)
    case resume(UInt64)
    case cancel(UInt64)
  }

  private enum Phase {
    case open, stopping, closed
  }

  private struct State {
    var phase = Phase.open
    var commands: [Command] = []
    var lastID: UInt64 = 0
    var waitingForClose: [CheckedContinuation<Void, Never>] = []
  }

  let multi: UnsafeMutableRawPointer
  private let state = Mutex(State())

  /// - Parameter multi: a libcurl multi handle, freed by `CurlLoop` before `close`.
  init(multi: UnsafeMutableRawPointer) {
    self.multi = multi
  }

  func makeID() -> UInt64 {
    state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
  }

  /// Hands `command` to the thread.
  ///
  /// - Returns: `false` when the transport shuts down and nobody will carry it out.
  @discardableResult
  func post(_ command: Command) -> Bool {
    state.withLock { state in
      guard state.phase == .open else { return false }
      state.commands.append(command)
      // A command before this one has woken the thread, which takes all that are there.
      if state.commands.count == 1 { curl_multi_wakeup(multi) }
      return true
    }
  }

  /// Asks the thread to end.
  func stop() {
    state.withLock { state in
      guard state.phase == .open else { return }
      state.phase = .stopping
      curl_multi_wakeup(multi)
    }
  }

  /// Returns when the thread has freed everything.
  func waitUntilClosed() async {
    await withCheckedContinuation { continuation in
      let isClosed = state.withLock { state in
        if state.phase != .closed { state.waitingForClose.append(continuation) }
        return state.phase == .closed
      }
      if isClosed { continuation.resume() }
    }
  }

  // The thread's side.

  /// What was posted since the last call, in order, and whether to end after it.
  func take() -> (commands: [Command], isStopping: Bool) {
    state.withLock { state in
      defer { state.commands = [] }
      return (state.commands, state.phase != .open)
    }
  }

  /// Everything is freed.
  func close() {
    let waiting = state.withLock { state in
      state.phase = .closed
      defer { state.waitingForClose = [] }
      return state.waitingForClose
    }
    for continuation in waiting { continuation.resume() }
  }
}
