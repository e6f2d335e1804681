import Synchronization

/// Stops asking a service that keeps failing, for a while.
///
/// One for each service, outside its `RetryingTransport`. What counts is how the head of the response comes:
/// failures are status 408, 429 and 5xx, and errors but `.cancelled`, `.badURL`, `.badRequest` and `.tooLarge`.
package final class CircuitBreakingTransport: HTTPTransport {
  private let base: any HTTPTransport
  private let clock: any TransportClock
  private let breaker: Mutex<CircuitBreaker>

  package init(
    _ base: any HTTPTransport, limits: CircuitBreaker.Limits = CircuitBreaker.Limits(),
    clock: any TransportClock = SystemTransportClock()
  ) {
    self.base = base
    self.clock = clock
    breaker = Mutex(CircuitBreaker(limits))
  }

  package var state: CircuitBreaker.State { breaker.withLock { $0.state } }

  /// - Throws: `TransportError` with `.circuitOpen` without sending anything, else what the base throws.
  package func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream {
    let admission = breaker.withLock { $0.admit(at: clock.now) }
    guard case .allowed(let pass) = admission else {
      throw try Self.refusal(request, admission)
    }
    do {
      let stream = try await base.stream(request)
      let isFailure = stream.status == 408 || stream.status == 429 || stream.status >= 500
      record(isFailure ? .failure : .success, of: pass)
      return stream
    } catch {
      switch error.code {
      case .cancelled, .badURL, .badRequest, .tooLarge: record(.neither, of: pass)
      default: record(.failure, of: pass)
      }
      throw error
    }
  }

  private func record(_ result: CircuitBreaker.Result, of pass: CircuitBreaker.Pass) {
    breaker.withLock { $0.record(result, of: pass, at: clock.now) }
  }

  private static func refusal(
    _ request: TransportRequest, _ admission: CircuitBreaker.Admission
  ) throws(TransportError) -> TransportError {
    let wait = if case .refused(let wait) = admission { wait } else { Duration.zero }
    let target = try RequestTarget(request.url).display
    return TransportError(
      .circuitOpen,
      "\(target): not sent, as this service failed several times in a row. It is asked again in \(wait) at the latest."
    )
  }
}
