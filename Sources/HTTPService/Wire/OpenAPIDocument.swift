/// `/openapi.json`, made of the routes themselves.
///
/// - Source: OpenAPI 3.1.
struct OpenAPIDocument {
  private let endpoints: [Endpoint]
  private let version: String

  init(_ endpoints: [Endpoint], version: String) {
    self.endpoints = endpoints
    self.version = version
  }

  var json: JSONValue {
    var paths: [(String, [(String, JSONValue)])] = []
    for endpoint in endpoints {
      let operation = (endpoint.method.rawValue.lowercased(), Self.operation(endpoint))
      if let index = paths.firstIndex(where: { $0.0 == endpoint.path }) {
        paths[index].1.append(operation)
      } else {
        paths.append((endpoint.path, [operation]))
      }
    }
    return .object([
      ("openapi", .string("3.1.0")),
      (
        "info",
        .object([
          ("title", .string("rag")), ("version", .string(version)),
          ("description", .string("Answers from your own documents, with citations.")),
        ])
      ),
      ("paths", .object(paths.map { ($0.0, .object($0.1)) })),
      (
        "components",
        .object([
          ("schemas", .object(WireSchemas.all)),
          (
            "securitySchemes",
            .object([
              (
                "key",
                .object([
                  ("type", .string("http")), ("scheme", .string("bearer")),
                  ("description", .string("Made by 'rag keys create'; not needed while there is no key.")),
                ])
              )
            ])
          ),
        ])
      ),
    ])
  }

  private static func operation(_ endpoint: Endpoint) -> JSONValue {
    let description = endpoint.description
    var members: [(String, JSONValue)] = [
      ("summary", .string(description.summary)), ("tags", .array([.string(description.tag)])),
      ("operationId", .string(identifier(endpoint))),
    ]
    if !description.parameters.isEmpty {
      members.append(
        (
          "parameters",
          .array(
            description.parameters.map { parameter in
              .object([
                ("name", .string(parameter.name)), ("in", .string(parameter.place)),
                ("required", .bool(parameter.place == "path")), ("schema", parameter.schema),
                ("description", .string(parameter.text)),
              ])
            })
        ))
    }
    if !description.request.isEmpty {
      members.append(
        (
          "requestBody",
          .object([
            ("required", .bool(true)),
            ("content", .object(description.request.map { ($0.type, .object([("schema", $0.schema)])) })),
          ])
        ))
    }
    members.append(("responses", .object(responses(endpoint))))
    if endpoint.scope != nil {
      members.append(("security", .array([.object([("key", .array([]))]), .object([])])))
    }
    return .object(members)
  }

  private static func responses(_ endpoint: Endpoint) -> [(String, JSONValue)] {
    var byStatus: [(Int, [(String, JSONValue)])] = []
    for response in endpoint.description.responses {
      let content = (response.type, JSONValue.object([("schema", response.schema)]))
      if let index = byStatus.firstIndex(where: { $0.0 == response.status }) {
        byStatus[index].1.append(content)
      } else {
        byStatus.append((response.status, [content]))
      }
    }
    var all = byStatus.map { status, content in
      (
        String(status),
        JSONValue.object([
          ("description", .string(status < 300 ? "Done." : "Not now.")),
          ("content", .object(status == 202 && endpoint.path == "/mcp" ? [] : content)),
        ])
      )
    }
    all.append(
      (
        "default",
        .object([
          ("description", .string("What went wrong and what to do.")),
          (
            "content",
            .object([("application/json", .object([("schema", Schema.reference("Error"))]))])
          ),
        ])
      ))
    return all
  }

  private static func identifier(_ endpoint: Endpoint) -> String {
    let words = endpoint.path.split { !$0.isLetter && !$0.isNumber }
    return ([endpoint.method.rawValue.lowercased()] + words.map(String.init)).joined(separator: "_")
  }
}
