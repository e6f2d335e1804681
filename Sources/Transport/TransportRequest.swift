/// One HTTP request.
package struct TransportRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
  }

  package var method: Method
  /// Absolute `http` or `https` URL, percent-encoded.
  package var url: String
  package var headers: TransportHeaders
  /// `nil` sends no body; POST then sends an empty one.
  package var body: [UInt8]?
  package var deadlines: TransportDeadlines
  /// Most bytes of response body, after decompression; more is `TransportError.Code.tooLarge`.
  package var maximumBodyBytes: Int
  /// Who signs it for Amazon's S3; `nil` leaves it unsigned.
  package var credentials: AWSCredentials?

  package init(
    _ method: Method, _ url: String, headers: TransportHeaders = [:], body: [UInt8]? = nil,
    deadlines: TransportDeadlines = TransportDeadlines(), maximumBodyBytes: Int = 64 << 20,
    credentials: AWSCredentials? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.deadlines = deadlines
    self.maximumBodyBytes = maximumBodyBytes
    self.credentials = credentials
  }
}

/// Shows neither user information, query nor header values of the request: they hold credentials.
extension TransportRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String {
    let target = (try? RequestTarget(url).display) ?? "(unreadable URL)"
    return "\(method.rawValue) \(target) \(headers) \(body?.count ?? 0) bytes"
  }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["request": description]) }
}
