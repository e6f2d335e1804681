/// A complete HTTP response, whatever its status.
package struct TransportResponse: Sendable {
  package var status: Int
  package var headers: TransportHeaders
  /// Decompressed, unless the request had an `Accept-Encoding` of its own.
  package var body: [UInt8]

  package init(status: Int, headers: TransportHeaders = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}
