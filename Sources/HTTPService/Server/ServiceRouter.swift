import Catalog
import Foundation
import Hummingbird

extension RagService {
  /// The routes behind the layers that all requests go through.
  func router() -> Router<ServiceContext> {
    let router = Router(context: ServiceContext.self, options: [.autoGenerateHeadEndpoints])
    router.add(middleware: RequestObserver(service: self))
    var methods: [String: [HTTPRequest.Method]] = [:]
    for endpoint in endpoints where !endpoint.isPartOfAnother {
      methods[endpoint.routerPath.description, default: []].append(endpoint.method)
      router.on(endpoint.routerPath, method: endpoint.method) { [self] request, context in
        try await admit(endpoint, request, context)
      }
    }
    // A path that is there answers other methods too: which ones it knows.
    for (path, known) in methods {
      var all = known
      if known.contains(.get) { all.append(.head) }
      let allowed = (all + [.options]).map(\.rawValue).sorted()
      let others: [HTTPRequest.Method] =
        [.get, .head, .post, .put, .patch, .delete, .trace, .connect]
        + [HTTPRequest.Method("QUERY")].compactMap { $0 }
      for method in others where !all.contains(method) {
        router.on(RouterPath(path), method: method) { request, _ -> Response in
          let allowed = Self.narrowed(allowed, request)
          var error = ServiceError(.methodNotAllowed, "this path takes \(allowed.joined(separator: ", "))")
          error.allowed = allowed
          throw error
        }
      }
      router.on(RouterPath(path), method: .options) { request, _ in
        Response(
          status: .noContent, headers: [.allow: Self.narrowed(allowed, request).joined(separator: ", ")])
      }
    }
    return router
  }

  /// Of an open-ended path's methods those of the part that is asked for: parts are not deleted.
  private static func narrowed(_ allowed: [String], _ request: Request) -> [String] {
    DocumentPart.isPart(request.uri.path) ? allowed.filter { $0 != "DELETE" } : allowed
  }

  /// Asks who it is and whether they may, before the handler sees anything.
  private func admit(_ endpoint: Endpoint, _ request: Request, _ context: ServiceContext) async throws
    -> Response
  {
    try refuseForeignPages(request)
    if let scope = endpoint.scope {
      context.caller = try authenticate(request)
      guard context.caller.may(scope) else {
        metrics.registry.add(to: "rag_auth_failures_total", ["reason": "scope"])
        throw ServiceError(
          .forbidden,
          "this key has not the scope '\(scope.rawValue)'. Make one with 'rag keys create --scope'")
      }
      try limitRate(context.caller)
      context.span?.set("rag.key", .text(context.caller.key))
    }
    return try await endpoint.handler(request, context)
  }

  /// Keeps web pages of other places from using a browser that can reach this server: those that call it from their own
  /// origin, and those whose name was pointed at this machine.
  private func refuseForeignPages(_ request: Request) throws {
    let host = request.head.authority ?? ""
    if let origin = request.headers[.origin], origin != "null" || request.method != .get {
      let isOwn = origin == "http://" + host || origin == "https://" + host
      let allowed = configuration.corsOrigins
      guard isOwn || allowed.contains("*") || allowed.contains(origin) else {
        throw ServiceError(
          .forbidden, "pages of \(origin.prefix(100)) may not call this server. server.cors_origins lets them"
        )
      }
    }
    guard configuration.isLoopback, !host.isEmpty, try !keys.areNeeded() else { return }
    var name = host[...]
    if name.hasPrefix("[") {
      name = name.dropFirst().prefix { $0 != "]" }
    } else if let colon = name.lastIndex(of: ":") {
      name = name[..<colon]
    }
    guard name == "localhost" || name == "::1" || name.hasPrefix("127.") || name == configuration.host else {
      throw ServiceError(
        .forbidden,
        "without keys this server answers to localhost alone, not to '\(name.prefix(100))'. "
          + "'rag keys create' makes a key")
    }
  }

  private func limitRate(_ caller: Caller) throws(ServiceError) {
    let limit = caller.rateLimit ?? configuration.rateLimit
    guard let wait = rates.take(caller.key, limit: limit) else { return }
    metrics.registry.add(to: "rag_rate_limited_total")
    throw ServiceError(
      .rateLimited, "this key may send \(limit) requests a minute. Try again in \(wait) s", retryAfter: wait)
  }

  /// Whose request it is.
  ///
  /// - Throws: `ServiceError.unauthenticated` without a good key, where keys are set up.
  func authenticate(_ request: Request) throws -> Caller {
    guard let key = Self.credential(request) else {
      guard try keys.areNeeded() else { return .everybody }
      metrics.registry.add(to: "rag_auth_failures_total", ["reason": "missing"])
      throw ServiceError(
        .unauthenticated, "send a key: 'Authorization: Bearer rag_…'. 'rag keys create' makes one")
    }
    guard try keys.areNeeded() else { return .everybody }
    guard let caller = try keys.caller(of: key) else {
      metrics.registry.add(to: "rag_auth_failures_total", ["reason": "invalid"])
      throw ServiceError(.unauthenticated, "this key is not known, revoked, or past its time")
    }
    return caller
  }

  /// The key as the various clients send it.
  private static func credential(_ request: Request) -> String? {
    if let header = request.headers[.authorization] {
      let parts = header.split(separator: " ", maxSplits: 1)
      guard parts.count == 2 else { return "" }
      if parts[0].lowercased() == "basic" {
        let pair = Data(base64Encoded: String(parts[1])).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return pair.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).last.map(
          String.init)
      }
      return String(parts[1])
    }
    return request.headers[.xAPIKey] ?? request.headers[.apiKey]
  }

  /// Reads the members of a JSON body.
  func fields(_ request: Request, limit: Int = 8 << 20) async throws -> RequestFields {
    if let type = request.headers[.contentType]?.lowercased(), !type.hasPrefix("application/json"),
      !type.hasPrefix("text/plain"), !type.hasPrefix("application/x-www-form-urlencoded")
    {
      throw ServiceError(.unsupportedMediaType, "send JSON, with 'Content-Type: application/json'")
    }
    return try RequestFields(json: try await bodyReader.read(request, limit: limit))
  }

  var bodyReader: RequestBodyReader {
    RequestBodyReader(limit: configuration.maximumBodyBytes, timeout: .seconds(configuration.bodySeconds))
  }
}

extension Request {
  /// Query parameters, decoded; the last of a name counts.
  func parameter(_ name: String) -> String? {
    uri.queryParameters[name[...]].map { String($0).replacing("+", with: " ") }
  }

  /// A whole number out of the query.
  ///
  /// - Throws: `ServiceError.invalidRequest` for anything else.
  func integer(_ name: String, in range: ClosedRange<Int>) throws(ServiceError) -> Int? {
    guard let text = parameter(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw ServiceError(
        .invalidRequest, "'\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound)",
        parameter: name)
    }
    return number
  }

  /// What follows `prefix` in the path, decoded.
  ///
  /// - Throws: `ServiceError.invalidRequest` where it is no UTF-8.
  func rest(after prefix: String) throws(ServiceError) -> String {
    try Self.decoded(String(uri.path.dropFirst(prefix.count)))
  }

  static func decoded(_ text: String) throws(ServiceError) -> String {
    guard let decoded = text.removingPercentEncoding else {
      throw ServiceError(.invalidRequest, "the path must be UTF-8 in percent-encoding")
    }
    return decoded
  }
}
