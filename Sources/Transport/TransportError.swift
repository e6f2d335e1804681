/// Why a request got no complete response, with what to do about it.
///
/// A response with an error status is a response, not an error. Messages name scheme, host, port and path;
/// user information, query, headers and bodies are never in them.
package struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// Not an absolute `http` or `https` URL.
    case badURL
    /// A header, or a credential's source, that cannot be used.
    case badRequest
    /// No address for the host or the proxy.
    case resolve
    /// Nobody accepts connections there.
    case connect
    /// No TLS session, or a certificate that isn't trusted.
    case tls
    case timeout(TransportDeadlines.Kind)
    /// The connection ended in the middle.
    case reset
    /// What came back isn't HTTP.
    case badResponse
    /// The task was cancelled, or the transport shut down.
    case cancelled
    /// More header or body bytes than allowed.
    case tooLarge
    /// Not sent: the circuit breaker is open.
    case circuitOpen
    case other
  }

  package var code: Code
  package var message: String
  /// libcurl's `CURLcode`, 0 where libcurl had no part.
  package var curlCode: Int32
  /// Whether the head of a response had come; if so the request must not be sent again.
  package var isAfterFirstByte: Bool

  package init(_ code: Code, _ message: String, curlCode: Int32 = 0, isAfterFirstByte: Bool = false) {
    self.code = code
    self.message = message
    self.curlCode = curlCode
    self.isAfterFirstByte = isAfterFirstByte
  }

  package var description: String { message }
}

extension TransportError {
  /// - Parameter target: where the request went, fit to be shown.
  static func tooLarge(limit: Int, target: String) -> TransportError {
    TransportError(
      .tooLarge,
      "\(target): the response is over the limit of \(limit) bytes. Ask for less, or raise the limit.",
      isAfterFirstByte: true)
  }

  static func timeout(
    _ kind: TransportDeadlines.Kind, target: String, limit: Duration?, isAfterFirstByte: Bool,
    curlCode: Int32 = 0
  ) -> TransportError {
    let what =
      switch kind {
      case .connect: "no connection"
      case .firstByte: "no response"
      case .idle: "no more bytes"
      case .total: "no complete response"
      }
    let time = limit.map { " after \($0)" } ?? " in time"
    return TransportError(
      .timeout(kind),
      "\(target): \(what)\(time). The server is slow or gone; raise the \(kind.rawValue) deadline if it needs longer.",
      curlCode: curlCode, isAfterFirstByte: isAfterFirstByte)
  }

  static func cancelled(target: String, isAfterFirstByte: Bool = false) -> TransportError {
    TransportError(.cancelled, "\(target): the request was cancelled.", isAfterFirstByte: isAfterFirstByte)
  }

  static func shutDown(target: String, isAfterFirstByte: Bool = false) -> TransportError {
    TransportError(
      .cancelled, "\(target): the transport was shut down. Send through one that is open.",
      isAfterFirstByte: isAfterFirstByte)
  }
}
