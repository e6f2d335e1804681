import HTTPTypes

extension HTTPField.Name {
  static let requestID = known("X-Request-Id")
  static let traceparent = known("traceparent")
  static let idempotencyKey = known("Idempotency-Key")
  /// Tells a proxy not to hold a stream back.
  static let accelBuffering = known("X-Accel-Buffering")
  static let apiKey = known("api-key")
  static let xAPIKey = known("x-api-key")
  static let contentTypeOptions = known("X-Content-Type-Options")
  static let referrerPolicy = known("Referrer-Policy")

  private static func known(_ name: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no name of a header") }
    return name
  }
}
