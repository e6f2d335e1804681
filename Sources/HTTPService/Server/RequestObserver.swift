import Foundation
import Hummingbird

/// The outermost layer: gives a request its id, and sees to it that each has an answer, a line in the log, and its place
/// in metrics and traces.
struct RequestObserver: RouterMiddleware {
  let service: RagService

  func handle(
    _ request: Request, context: ServiceContext, next: (Request, ServiceContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.requestID = Self.requestID(request)
    let start = ContinuousClock.now
    service.metrics.requestBegan()
    let method = Self.shownMethod(request)
    context.span = service.traces?.begin("\(method)", traceparent: request.headers[.traceparent])
    var response: Response
    do {
      if request.method == .options, let preflight = preflight(request) {
        response = preflight
      } else {
        response = try await next(request, context)
      }
    } catch {
      let mapping = ErrorMapping(error)
      service.metrics.refused(error)
      response = mapping.response(requestID: context.requestID)
      if let detail = mapping.detail {
        service.log.log(
          .error, "request failed",
          [
            ("request_id", .string(context.requestID)), ("code", .string(mapping.code)),
            ("reason", .string(detail)),
          ])
      }
    }
    decorate(&response, request, context)
    let ended = end(request, context, status: response.status.code, method: method, start: start)
    guard response.body.contentLength == nil else {
      ended()
      return response
    }
    // A stream is over when its last byte is written.
    let body = response.body
    response.body = ResponseBody { writer in
      defer { ended() }
      try await body.write(writer)
    }
    return response
  }

  /// The caller's own id, where it is harmless in a header and a log.
  private static func requestID(_ request: Request) -> String {
    if let id = request.headers[.requestID], (1...64).contains(id.utf8.count),
      id.utf8.allSatisfy({ byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
          || byte == 95
      })
    {
      return id
    }
    return UUID().uuidString.lowercased()
  }

  /// Methods are the caller's words: only known ones may become labels of metrics.
  private static func shownMethod(_ request: Request) -> String {
    let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
    return known.contains(request.method) ? request.method.rawValue : "other"
  }

  private func decorate(_ response: inout Response, _ request: Request, _ context: ServiceContext) {
    response.headers[.requestID] = context.requestID
    response.headers[.contentTypeOptions] = "nosniff"
    response.headers[.referrerPolicy] = "no-referrer"
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    if let origin = allowedOrigin(request) {
      response.headers[.accessControlAllowOrigin] = origin
      response.headers[.vary] = "Origin"
      response.headers[.accessControlExposeHeaders] = "X-Request-Id, Retry-After, Location"
    }
  }

  /// The caller's origin, where the configuration lets it in.
  private func allowedOrigin(_ request: Request) -> String? {
    guard let origin = request.headers[.origin] else { return nil }
    let allowed = service.configuration.corsOrigins
    return allowed.contains("*") || allowed.contains(origin) ? origin : nil
  }

  private func preflight(_ request: Request) -> Response? {
    guard request.headers[.accessControlRequestMethod] != nil, allowedOrigin(request) != nil else {
      return nil
    }
    return Response(
      status: .noContent,
      headers: [
        .accessControlAllowMethods: "GET, POST, DELETE",
        .accessControlAllowHeaders: "Authorization, Content-Type, Idempotency-Key, X-Request-Id, traceparent",
        .accessControlMaxAge: "600",
      ])
  }

  private func end(
    _ request: Request, _ context: ServiceContext, status: Int, method: String, start: ContinuousClock.Instant
  ) -> @Sendable () -> Void {
    let service = service
    return {
      let milliseconds = start.duration(to: .now).milliseconds
      // The pattern, not the path: ids would make endless series, and may tell more than a log should.
      let route = RouteNames.shown(context.coreContext.endpointPath.value)
      service.metrics.requestEnded(method: method, route: route, status: status, seconds: milliseconds / 1000)
      service.recent.add(milliseconds: milliseconds, isError: status >= 500)
      if let span = context.span {
        span.set("http.request.method", .text(method))
        span.set("http.route", .text(route))
        span.set("http.response.status_code", .integer(status))
        span.set("rag.request_id", .text(context.requestID))
        span.end(error: status >= 500 ? "status \(status)" : nil)
      }
      guard service.log.writes(.info) else { return }
      service.log.log(
        .info, "request",
        [
          ("request_id", .string(context.requestID)), ("method", .string(method)), ("route", .string(route)),
          ("status", .integer(status)), ("ms", .number((milliseconds * 100).rounded() / 100)),
          ("key", .string(context.caller.key)),
        ])
    }
  }
}

/// Routes as they are shown in metrics and logs.
enum RouteNames {
  static func shown(_ path: String?) -> String {
    guard let path, path != "NotFound" else { return "none" }
    return path.hasPrefix("/") ? path : "/" + path
  }
}
