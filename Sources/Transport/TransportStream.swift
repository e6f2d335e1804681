/// The head of an HTTP response, whatever its status, and its body while it arrives.
///
/// Letting go of the stream and of `body` ends the transfer.
package struct TransportStream: Sendable {
  /// Status and headers alone.
  struct Head: Hashable, Sendable {
    var status: Int
    var headers: TransportHeaders
  }

  package var status: Int
  package var headers: TransportHeaders
  package var body: TransportBody

  package init(status: Int, headers: TransportHeaders = [:], body: TransportBody) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// A stream that is all there already, as a fake transport wants it.
  package init(_ response: TransportResponse) {
    self.init(status: response.status, headers: response.headers, body: TransportBody([response.body]))
  }
}
