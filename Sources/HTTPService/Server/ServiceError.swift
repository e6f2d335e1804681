/// Why a request was not served, in words for its sender.
package struct ServiceError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case invalidRequest = "invalid_request"
    case unauthenticated
    case forbidden
    case notFound = "not_found"
    case documentMissing = "document_missing"
    /// There is no such page, or no picture of it.
    case pageMissing = "page_missing"
    /// The file that a document was read from holds something else now.
    case sourceChanged = "source_changed"
    case sourceGone = "source_gone"
    /// A page cannot be drawn.
    case pageUnavailable = "page_unavailable"
    case collectionMissing = "collection_missing"
    case jobMissing = "job_missing"
    case answerMissing = "answer_missing"
    case modelMissing = "model_not_found"
    case methodNotAllowed = "method_not_allowed"
    /// The body did not arrive in time.
    case requestTimeout = "request_timeout"
    case conflict
    case bodyTooLarge = "body_too_large"
    case unsupportedMediaType = "unsupported_media_type"
    case rateLimited = "rate_limited"
    case notReady = "not_ready"
  }

  package var code: Code
  package var message: String
  /// The member of the request that is wrong.
  package var parameter: String?
  /// When it is worth coming back, seconds.
  package var retryAfter: Int?
  /// Methods that the path knows, for `methodNotAllowed`.
  package var allowed: [String] = []

  package init(_ code: Code, _ message: String, parameter: String? = nil, retryAfter: Int? = nil) {
    self.code = code
    self.message = message
    self.parameter = parameter
    self.retryAfter = retryAfter
  }

  package var description: String { message }
}
