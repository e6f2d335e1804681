import Catalog
import Hummingbird
import Tracking

/// MLflow's REST: its clients of versions 2.22 and 3 work with their tracking URI set to this server.
extension RagService {
  static let mlflowPrefix = "/api/2.0/mlflow"
  /// Bytes; its clients send at most 1 MB a batch.
  private static let mlflowBodyLimit = 16 << 20

  var mlflowEndpoints: [Endpoint] {
    experimentEndpoints + runEndpoints + loggedModelEndpoints + registeredModelEndpoints
      + modelVersionEndpoints
      + artifactEndpoints + [
        plain("/health", "Whether the server lives, in MLflow's words.", "OK"),
        plain("/version", "The version of MLflow's REST that is spoken.", "3.9.0"),
      ]
  }

  private func plain(_ path: String, _ summary: String, _ text: String) -> Endpoint {
    Endpoint(
      .get, path, scope: nil, EndpointDescription(summary, tag: "mlflow").gives(Schema.text, as: "text/plain")
    ) {
      _, _ in
      Response(
        status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
  }

  /// A route that takes members and gives an object; of a GET they are in the query.
  func mlflow(
    _ method: HTTPRequest.Method, _ path: String, scope: KeyScope, _ summary: String,
    _ handler: @escaping @Sendable (RagService, MLflowFields, Caller) throws -> JSONValue
  ) -> Endpoint {
    let description = EndpointDescription(summary, tag: "mlflow")
    return Endpoint(
      method, Self.mlflowPrefix + path, scope: scope,
      (method == .get ? description : description.takes(Schema.anything)).gives(Schema.anything)
    ) { [self] request, context in
      let caller = context.caller
      if method == .get { return Response(json: try handler(self, MLflowFields(query: request), caller)) }
      let body = try await bodyReader.read(request, limit: Self.mlflowBodyLimit)
      // The database waits for the disk: not on the threads that answer others.
      let answer = try await BackgroundThread.run(niceness: 0) {
        try handler(self, MLflowFields(json: body), caller)
      }
      return Response(json: answer)
    }
  }

  static var done: JSONValue { .object([]) }
}
