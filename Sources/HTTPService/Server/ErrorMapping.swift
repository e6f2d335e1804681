import Embeddings
import Catalog
import Generation
import Hummingbird
import IndexStore
import Retrieval
import Storage
import Tracking
import Training

/// What a sender is told of an error. HTTP statuses are chosen here and nowhere else.
struct ErrorMapping {
  var status: HTTPResponse.Status
  var code: String
  var message: String
  var parameter: String?
  var retryAfter: Int?
  var allowed: [String] = []
  /// Values that don't fit a model's schema, column by column.
  var fields: [SchemaViolation] = []
  /// For our log alone: it may name files.
  var detail: String?

  init(_ error: any Error) {
    switch error {
    case let error as ServiceError: self = Self.service(error)
    case let error as AdmissionError where error.code == .deadlineTooShort:
      self.init(
        .badRequest, error.code.rawValue,
        "'deadline_ms' is shorter than this takes on a free server: give it more")
      parameter = "deadline_ms"
    case let error as AdmissionError:
      let why =
        error.code == .queueFull
        ? "as many requests wait as may wait" : "it would not be done by its deadline"
      self.init(
        .serviceUnavailable, error.code.rawValue,
        "the server is busy: \(why). Try again in \(error.retryAfter) s")
      retryAfter = error.retryAfter
    case let error as RetrievalError: self = Self.retrieval(error)
    case let error as IndexStoreError: self = Self.store(error)
    case let error as CatalogError: self = Self.store(IndexStoreError(error))
    case let error as StorageError: self = Self.store(IndexStoreError(error))
    case let error as GenerationError:
      self.init(.badGateway, "generation_failed", "the answer could not be made: \(error.message)")
    case let error as EmbeddingError: self = Self.embedding(error)
    case let error as TrackingError: self = Self.tracking(error)
    case let error as TrainingError: self = Self.training(error)
    case let error as DriftMonitorError: self.init(.conflict, error.code.rawValue, error.message)
    case let error as HTTPError: self = Self.http(error)
    case is CancellationError:
      // Nobody reads it: the client has gone.
      self.init(
        .init(code: 499, reasonPhrase: "Client Closed Request"), "cancelled",
        "the client closed the connection")
    default:
      self.init(
        .internalServerError, "internal",
        "something went wrong here, and it is not the request's fault. The log has the details under this request id"
      )
      detail = "\(error)"
    }
  }

  private init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  private static func service(_ error: ServiceError) -> ErrorMapping {
    let status: HTTPResponse.Status =
      switch error.code {
      case .invalidRequest: .badRequest
      case .unauthenticated: .unauthorized
      case .forbidden: .forbidden
      case .notFound, .documentMissing, .pageMissing, .collectionMissing, .jobMissing, .answerMissing,
        .modelMissing:
        .notFound
      case .methodNotAllowed: .methodNotAllowed
      case .requestTimeout: .requestTimeout
      case .conflict, .sourceChanged: .conflict
      case .sourceGone: .gone
      case .bodyTooLarge: .contentTooLarge
      case .unsupportedMediaType: .unsupportedMediaType
      case .rateLimited: .tooManyRequests
      case .notReady, .pageUnavailable: .serviceUnavailable
      }
    var mapping = ErrorMapping(status, error.code.rawValue, error.message)
    mapping.parameter = error.parameter
    mapping.retryAfter = error.retryAfter
    mapping.allowed = error.allowed
    return mapping
  }

  private static func retrieval(_ error: RetrievalError) -> ErrorMapping {
    if let store = error.underlying as? IndexStoreError { return Self.store(store) }
    switch error.code {
    case .invalidArgument: return ErrorMapping(.badRequest, "invalid_request", error.message)
    case .embeddingUnavailable:
      var mapping = ErrorMapping(.serviceUnavailable, "embedding_unavailable", error.message)
      mapping.retryAfter = 5
      return mapping
    case .rerankFailed: return ErrorMapping(.badGateway, "rerank_failed", error.message)
    case .storeFailed: return damaged(error.message)
    }
  }

  private static func store(_ error: IndexStoreError) -> ErrorMapping {
    switch error.code {
    case .collectionMissing: return ErrorMapping(.notFound, "collection_missing", error.message)
    case .invalidArgument: return ErrorMapping(.badRequest, "invalid_request", error.message)
    case .configurationMismatch: return ErrorMapping(.conflict, "configuration_mismatch", error.message)
    case .noSpace:
      var mapping = ErrorMapping(
        HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage"), "no_space",
        "the server's disk is full; nothing was changed")
      mapping.detail = error.message
      return mapping
    case .locked:
      var mapping = ErrorMapping(
        .serviceUnavailable, "locked", "another process is writing to this collection. Try again in 5 s")
      mapping.retryAfter = 5
      mapping.detail = error.message
      return mapping
    case .corrupted, .failed: return damaged(error.message)
    }
  }

  private static func training(_ error: TrainingError) -> ErrorMapping {
    switch error.code {
    case .schema:
      var mapping = ErrorMapping(.unprocessableContent, "schema_mismatch", error.message)
      mapping.fields = error.violations
      return mapping
    case .invalidArgument: return ErrorMapping(.badRequest, "invalid_request", error.message)
    case .unfit, .leakage: return ErrorMapping(.unprocessableContent, error.code.rawValue, error.message)
    case .damaged, .failed:
      var mapping = ErrorMapping(
        .serviceUnavailable, "model_unavailable",
        "the model cannot be loaded: its files are not what was registered")
      mapping.detail = error.message
      return mapping
    }
  }

  private static func damaged(_ detail: String) -> ErrorMapping {
    var mapping = ErrorMapping(
      .internalServerError, "store_failed",
      "the collection cannot be read. Whoever runs the server should look with 'rag doctor'")
    mapping.detail = detail
    return mapping
  }

  private static func embedding(_ error: EmbeddingError) -> ErrorMapping {
    switch error.code {
    case .invalidInput: return ErrorMapping(.badRequest, "invalid_request", error.message)
    case .modelMismatch: return ErrorMapping(.conflict, "configuration_mismatch", error.message)
    case .modelMissing, .modelInvalid, .providerFailed, .providerUnavailable:
      var mapping = ErrorMapping(
        .serviceUnavailable, "embedding_unavailable", "the embedding model cannot be used now")
      mapping.retryAfter = 5
      mapping.detail = error.message
      return mapping
    }
  }

  /// Statuses are MLflow's: what exists already is a wrong parameter.
  private static func tracking(_ error: TrackingError) -> ErrorMapping {
    if error.code == .failed, let store = error.underlying as? CatalogError {
      return Self.store(IndexStoreError(store))
    }
    switch error.code {
    case .missing: return ErrorMapping(.notFound, "RESOURCE_DOES_NOT_EXIST", error.message)
    case .exists: return ErrorMapping(.badRequest, "RESOURCE_ALREADY_EXISTS", error.message)
    case .invalid: return ErrorMapping(.badRequest, "INVALID_PARAMETER_VALUE", error.message)
    case .conflict: return ErrorMapping(.conflict, "RESOURCE_CONFLICT", error.message)
    case .damaged, .failed:
      var mapping = ErrorMapping(
        .internalServerError, "INTERNAL_ERROR", "the store of runs and models cannot be used")
      mapping.detail = error.message
      return mapping
    }
  }

  /// MLflow's word for it.
  private var errorCode: String {
    if code == code.uppercased() { return code }
    return switch status.code {
    case 400, 413, 415, 422: "INVALID_PARAMETER_VALUE"
    case 401: "UNAUTHENTICATED"
    case 403: "PERMISSION_DENIED"
    case 404, 405:
      code == "not_found" || code == "method_not_allowed" ? "ENDPOINT_NOT_FOUND" : "RESOURCE_DOES_NOT_EXIST"
    case 429: "REQUEST_LIMIT_EXCEEDED"
    case 503: "TEMPORARILY_UNAVAILABLE"
    default: "INTERNAL_ERROR"
    }
  }

  private static func http(_ error: HTTPError) -> ErrorMapping {
    switch error.status {
    case .notFound:
      ErrorMapping(.notFound, "not_found", "there is nothing at this path. /openapi.json lists what there is")
    case .contentTooLarge:
      ErrorMapping(.contentTooLarge, "body_too_large", error.body ?? "the body is too large")
    default: ErrorMapping(error.status, "invalid_request", error.body ?? error.status.reasonPhrase)
    }
  }

  /// OpenAI's word for the kind of error.
  private var type: String {
    switch status.code {
    case 401: "authentication_error"
    case 403: "permission_error"
    case 429: "rate_limit_error"
    case 500...: "server_error"
    default: "invalid_request_error"
    }
  }

  /// One shape for all protocols: OpenAI's `error` object, and Cohere's `message` and MLflow's `error_code` beside it.
  func json(requestID: String) -> JSONValue {
    var error: [(String, JSONValue)] = [
      ("message", .string(message)), ("type", .string(type)), ("param", JSONValue(parameter)),
      ("code", .string(code)), ("request_id", .string(requestID)),
    ]
    if !fields.isEmpty {
      let list = fields.map { field -> JSONValue in
        .object([
          ("column", .string(field.column)), ("row", JSONValue(field.row)),
          ("message", .string(field.message)),
        ])
      }
      error.append(("fields", .array(list)))
    }
    return .object([
      ("error", .object(error)), ("message", .string(message)), ("error_code", .string(errorCode)),
    ])
  }

  func response(requestID: String) -> Response {
    var response = Response(status: status, json: json(requestID: requestID))
    if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
    if status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer realm=\"rag\"" }
    if !allowed.isEmpty { response.headers[.allow] = allowed.joined(separator: ", ") }
    // What was not read would be taken for the next request.
    if status == .contentTooLarge || status == .requestTimeout { response.headers[.connection] = "close" }
    return response
  }
}

extension Response {
  init(status: HTTPResponse.Status = .ok, json: JSONValue) {
    self.init(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
  }
}
