/// Sends requests again as a `RetryPolicy` says, inside their total deadline.
///
/// A retry ends when the head of a response that isn't to be retried is there: what its body does later is the
/// reader's, as text may have been passed on.
package struct RetryingTransport: HTTPTransport {
  private let base: any HTTPTransport
  private let policy: RetryPolicy
  private let clock: any TransportClock
  private let random: @Sendable () -> Double

  /// - Parameter random: gives numbers in `0..<1`.
  package init(
    _ base: any HTTPTransport, policy: RetryPolicy = RetryPolicy(),
    clock: any TransportClock = SystemTransportClock(),
    random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
  ) {
    self.base = base
    self.policy = policy
    self.clock = clock
    self.random = random
  }

  /// - Throws: what the last attempt threw; an error status of the last attempt is returned.
  package func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
    let start = clock.now
    var attempt = 1
    while true {
      var ofAttempt = request
      if let total = request.deadlines.total {
        ofAttempt.deadlines.total = max(total - (clock.now - start), .zero)
      }
      let result: Result<TransportStream, TransportError>
      do {
        result = .success(try await base.stream(ofAttempt))
      } catch {
        result = .failure(error)
      }
      let action = policy.action(
        after: Self.outcome(result), attempt: attempt,
        remaining: request.deadlines.total.map { $0 - (clock.now - start) }, unixTime: clock.unixTime,
        random: random())
      guard case .retry(let wait) = action else { return try result.get() }
      guard await pause(wait, reading: try? result.get()) else {
        throw TransportError(.cancelled, "The request was cancelled while it waited to be sent again.")
      }
      attempt += 1
    }
  }

  private static func outcome(_ result: Result<TransportStream, TransportError>) -> RetryPolicy.Outcome {
    switch result {
    case .success(let stream): .response(status: stream.status, headers: stream.headers)
    case .failure(let error): .failure(error)
    }
  }

  /// Waits, and meanwhile reads what is left of a refused response, so that its connection can be used again.
  ///
  /// - Returns: `false` when the task was cancelled.
  private func pause(_ wait: Duration, reading stream: TransportStream?) async -> Bool {
    await withTaskGroup(of: Void.self) { group in
      if let stream {
        group.addTask { _ = try? await stream.body.collect(upTo: 64 << 10) }
      }
      defer { group.cancelAll() }
      do {
        try await clock.sleep(for: wait)
        return !Task.isCancelled
      } catch {
        return false
      }
    }
  }
}
