import Catalog
import Hummingbird

/// A route with all that is said about it: the router, the check of keys and `/openapi.json` are made of these.
struct Endpoint: Sendable {
  typealias Handler = @Sendable (Request, ServiceContext) async throws -> Response

  var method: HTTPRequest.Method
  /// As in OpenAPI: `/api/v1/jobs/{id}`. A parameter at the end may hold slashes where `isOpenEnded`.
  var path: String
  var isOpenEnded = false
  /// Its requests go to the open-ended route that its path begins with, which tells them apart.
  var isPartOfAnother = false
  /// What a key must allow; `nil` is open to everybody.
  var scope: KeyScope?
  var description: EndpointDescription
  var handler: Handler

  init(
    _ method: HTTPRequest.Method, _ path: String, scope: KeyScope?, isOpenEnded: Bool = false,
    isPartOfAnother: Bool = false, _ description: EndpointDescription, handler: @escaping Handler
  ) {
    self.method = method
    self.path = path
    self.scope = scope
    self.isOpenEnded = isOpenEnded
    self.isPartOfAnother = isPartOfAnother
    self.description = description
    self.handler = handler
  }

  /// The path in the router's words.
  var routerPath: RouterPath {
    let segments = path.split(separator: "/").map { segment in
      segment.hasPrefix("{") ? ":" + segment.dropFirst().dropLast() : String(segment)
    }
    guard isOpenEnded, !segments.isEmpty else { return RouterPath("/" + segments.joined(separator: "/")) }
    return RouterPath("/" + (segments.dropLast() + ["**"]).joined(separator: "/"))
  }
}

/// What `/openapi.json` says of a route.
struct EndpointDescription: Sendable {
  struct Parameter: Sendable {
    var name: String
    var place: String
    var schema: JSONValue
    var text: String
  }

  var summary: String
  var tag: String
  var parameters: [Parameter] = []
  /// By content type.
  var request: [(type: String, schema: JSONValue)] = []
  /// By status and content type.
  var responses: [(status: Int, type: String, schema: JSONValue)] = []

  init(_ summary: String, tag: String) {
    self.summary = summary
    self.tag = tag
  }

  func query(_ name: String, _ schema: JSONValue, _ text: String) -> EndpointDescription {
    adding(Parameter(name: name, place: "query", schema: schema, text: text))
  }

  func path(_ name: String, _ text: String) -> EndpointDescription {
    adding(Parameter(name: name, place: "path", schema: Schema.text, text: text))
  }

  func header(_ name: String, _ text: String) -> EndpointDescription {
    adding(Parameter(name: name, place: "header", schema: Schema.text, text: text))
  }

  private func adding(_ parameter: Parameter) -> EndpointDescription {
    var copy = self
    copy.parameters.append(parameter)
    return copy
  }

  func takes(_ schema: JSONValue, as type: String = "application/json") -> EndpointDescription {
    var copy = self
    copy.request.append((type, schema))
    return copy
  }

  func gives(_ schema: JSONValue, status: Int = 200, as type: String = "application/json")
    -> EndpointDescription
  {
    var copy = self
    copy.responses.append((status, type, schema))
    return copy
  }
}
