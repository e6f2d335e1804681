import Synchronization
import Transport

/// Answers by a script, without a network; the script's last entry repeats.
final class FakeTransport: HTTPTransport {
  typealias Reply = Result<TransportStream, TransportError>

  private let replies: [Reply]
  private let log = Mutex<[TransportRequest]>([])

  init(_ replies: [Reply]) {
    self.replies = replies
  }

  var requests: [TransportRequest] { log.withLock { $0 } }

  func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
    let index = log.withLock { log in
      log.append(request)
      return log.count - 1
    }
    return try replies[min(index, replies.count - 1)].get()
  }
}

extension FakeTransport.Reply {
  static func status(_ status: Int, _ headers: TransportHeaders = [:], body: String = "") -> Self {
    .success(TransportStream(TransportResponse(status: status, headers: headers, body: Array(body.utf8))))
  }

  static func failed(_ code: TransportError.Code, isAfterFirstByte: Bool = false) -> Self {
    .failure(TransportError(code, "scripted", isAfterFirstByte: isAfterFirstByte))
  }
}

/// Time that moves by its sleepers alone.
final class FakeClock: TransportClock {
  private struct State {
    var now = Duration.zero
    var sleeps: [Duration] = []
  }

  private let state = Mutex(State())

  var now: Duration { state.withLock { $0.now } }
  /// 6 November 1994, 08:49:37 GMT, the example of RFC 9110, when `now` is zero.
  var unixTime: Double { 784_111_777 + Double(now.components.seconds) }
  var sleeps: [Duration] { state.withLock { $0.sleeps } }

  func advance(by duration: Duration) {
    state.withLock { $0.now += duration }
  }

  func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    state.withLock { state in
      state.now += duration
      state.sleeps.append(duration)
    }
  }
}
