/// Sends HTTP requests.
///
/// Decorators (`RetryingTransport`, `CircuitBreakingTransport`) and test fakes need `stream` alone.
package protocol HTTPTransport: Sendable {
  /// Sends `request` and reads the whole response.
  ///
  /// - Throws: `TransportError`; `.cancelled` when the task is cancelled, `.tooLarge` when the body has more than
  ///   `request.maximumBodyBytes`. A status of 400 or more is no error.
  func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse

  /// Sends `request` and returns when the head of the response is there; the body follows as it arrives.
  ///
  /// - Throws: `TransportError` for what goes wrong before the body; reading the body throws the rest.
  func stream(_ request: TransportRequest) async throws(TransportError) -> TransportStream
}

extension HTTPTransport {
  package func send(_ request: TransportRequest) async throws(TransportError) -> TransportResponse {
    let stream = try await stream(request)
    let body = try await stream.body.collect(upTo: request.maximumBodyBytes)
    return TransportResponse(status: stream.status, headers: stream.headers, body: body)
  }
}
