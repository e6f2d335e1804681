import Foundation
import Hummingbird
import IndexStore

/// A tool server for language model clients, over any stream of JSON-RPC messages.
///
/// - Source: Model Context Protocol, revisions 2024-11-05 to 2025-11-25; JSON-RPC 2.0.
package struct ToolServer: Sendable {
  private static let revisions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]

  private enum Code: Int {
    case parseError = -32700
    case invalidRequest = -32600
    case methodNotFound = -32601
    case invalidParameters = -32602
    case internalError = -32603
  }

  private let service: RagService
  private let context: CallContext

  /// Who calls, and on what.
  struct CallContext: Sendable {
    var caller: Caller
    var span: TraceSpan?
    var requestID: String
  }

  init(service: RagService, context: CallContext) {
    self.service = service
    self.context = context
  }

  /// For a caller on this machine, who may do all.
  package init(local service: RagService) {
    self.init(service: service, context: CallContext(caller: .everybody, span: nil, requestID: "stdio"))
  }

  /// Answers a message. Batches, which revision 2025-06-18 took out, are refused.
  ///
  /// - Returns: `nil` for a notification.
  package func answer(_ bytes: [UInt8]) async -> JSONValue? {
    let message: JSONValue
    do {
      message = try RequestFields.parse(bytes)
    } catch {
      return Self.failure(.parseError, error.message, id: .null)
    }
    return await answer(message)
  }

  private func answer(_ message: JSONValue) async -> JSONValue? {
    guard case .object = message, message["jsonrpc"]?.text == "2.0" else {
      return Self.failure(.invalidRequest, "the message is no JSON-RPC 2.0 object", id: .null)
    }
    let id = message["id"]
    guard let method = message["method"]?.text else {
      // An answer to something that we never ask.
      if message["result"] != nil || message["error"] != nil { return nil }
      return Self.failure(.invalidRequest, "the message has no method", id: id ?? .null)
    }
    guard let id else { return nil }
    switch id {
    case .string, .integer, .number: break
    default: return Self.failure(.invalidRequest, "the id must be a string or a number", id: .null)
    }
    let parameters = message["params"] ?? .object([])
    switch method {
    case "initialize":
      let wanted = parameters["protocolVersion"]?.text ?? ""
      let revision = Self.revisions.contains(wanted) ? wanted : "2025-11-25"
      return Self.success(
        .object([
          ("protocolVersion", .string(revision)), ("capabilities", .object([("tools", .object([]))])),
          (
            "serverInfo",
            .object([("name", .string("rag")), ("version", .string(service.configuration.version))])
          ),
        ]), id: id)
    case "ping": return Self.success(.object([]), id: id)
    case "tools/list":
      return Self.success(.object([("tools", .array(Tool.allCases.map(\.json)))]), id: id)
    case "tools/call": return await call(parameters, id: id)
    default: return Self.failure(.methodNotFound, "there is no method '\(method.prefix(100))'", id: id)
    }
  }

  private func call(_ parameters: JSONValue, id: JSONValue) async -> JSONValue {
    guard let name = parameters["name"]?.text, let tool = Tool(rawValue: name) else {
      let known = Tool.allCases.map(\.rawValue).joined(separator: ", ")
      return Self.failure(
        .invalidParameters,
        "there is no tool '\(parameters["name"]?.text?.prefix(100) ?? "")'. There are: \(known)",
        id: id)
    }
    do {
      let fields = try RequestFields(parameters["arguments"] ?? .object([]))
      let (text, structured) = try await run(tool, fields)
      return Self.success(
        .object([
          ("content", .array([.object([("type", .string("text")), ("text", .string(text))])])),
          ("structuredContent", structured), ("isError", .bool(false)),
        ]), id: id)
    } catch {
      let mapping = ErrorMapping(error)
      if let detail = mapping.detail {
        service.log.log(.error, "tool failed", [("tool", .string(name)), ("reason", .string(detail))])
      }
      return Self.success(
        .object([
          ("content", .array([.object([("type", .string("text")), ("text", .string(mapping.message))])])),
          ("isError", .bool(true)),
        ]), id: id)
    }
  }

  private func run(_ tool: Tool, _ fields: RequestFields) async throws -> (String, JSONValue) {
    let questions = QuestionReader(service: service, caller: context.caller)
    let reader = CollectionReader(home: service.home, view: service.view(of: context.caller))
    switch tool {
    case .search:
      var query = try questions.query(fields, text: "query")
      query.topK = try fields.integer("top_k", in: 1...100) ?? 5
      let open = try await service.collections.collection(try questions.collectionName(fields))
      let result = try await service.find(
        query, in: open, deadline: try questions.deadline(fields), span: context.span)
      let text = result.hits.enumerated().map { index, hit in
        "[\(index + 1)] \(hit.placeInWords)\n\(hit.content.shownText)"
      }.joined(separator: "\n\n")
      return (text.isEmpty ? "Nothing was found." : text, result.json)
    case .query:
      let question = try questions.question(fields)
      let open = try await service.collections.collection(try questions.collectionName(fields))
      let answered = try await service.ask(
        question, of: open, caller: context.caller, span: context.span, requestID: context.requestID)
      let sources = answered.answer.citations.map { citation in
        let columns = citation.header.map { "(\($0)) " } ?? ""
        return "[\(citation.marker)] \(citation.placeInWords): \(columns)\(citation.quote)"
      }
      let text = ([ChatCompletion.text(of: answered)] + sources).joined(separator: "\n")
      return (text, answered.json)
    case .getDocument:
      let id = try fields.requiredText("document_id", atMost: 1024)
      let record = try reader.record(try questions.collectionName(fields))
      let document = try reader.document(id, in: record)
      let text = try reader.text(of: document, in: record)
      return (
        text, .object(document.members + [("collection", .string(record.name)), ("text", .string(text))])
      )
    case .listCollections:
      let all = try service.home.catalog.collections().map { try reader.summary($0) }
      let text = all.map { "\($0.record.name): \($0.documents) documents, \($0.chunks) chunks" }
      return (
        text.isEmpty ? "There is no collection." : text.joined(separator: "\n"),
        .object([("collections", .array(all.map(\.json)))])
      )
    }
  }

  /// Whether a message was no message: over HTTP that is a bad request.
  static func isRefusal(_ answer: JSONValue) -> Bool {
    guard case .integer(let code) = answer["error"]?["code"] else { return false }
    return code == Code.parseError.rawValue || code == Code.invalidRequest.rawValue
  }

  private static func success(_ result: JSONValue, id: JSONValue) -> JSONValue {
    .object([("jsonrpc", .string("2.0")), ("id", id), ("result", result)])
  }

  private static func failure(_ code: Code, _ message: String, id: JSONValue) -> JSONValue {
    .object([
      ("jsonrpc", .string("2.0")), ("id", id),
      ("error", .object([("code", .integer(code.rawValue)), ("message", .string(message))])),
    ])
  }
}

/// The tools.
enum Tool: String, CaseIterable {
  case search, query
  case getDocument = "get_document"
  case listCollections = "list_collections"

  private var text: String {
    switch self {
    case .search: "Find passages of the documents by words and meaning, best first."
    case .query: "Answer a question from the documents, with citations; says so where they do not answer it."
    case .getDocument: "Read the whole text of a document by its id."
    case .listCollections: "List the collections of documents that can be asked."
    }
  }

  private var schema: JSONValue {
    func property(_ type: String, _ text: String) -> JSONValue {
      .object([("type", .string(type)), ("description", .string(text))])
    }
    let collection = (
      "collection", property("string", "Name of the collection; the standard one if left out.")
    )
    let filter = (
      "filter", property("string", "Condition on metadata, such as: language = 'de' and page > 3")
    )
    let count = ("top_k", property("integer", "Number of passages, 1 to 100."))
    switch self {
    case .search:
      return Schema.object(
        [("query", property("string", "What to look for.")), collection, count, filter], required: ["query"])
    case .query:
      return Schema.object(
        [("question", property("string", "The question.")), collection, count, filter], required: ["question"]
      )
    case .getDocument:
      return Schema.object(
        [("document_id", property("string", "Id as search shows it.")), collection], required: ["document_id"]
      )
    case .listCollections: return Schema.object([])
    }
  }

  var json: JSONValue {
    .object([
      ("name", .string(rawValue)), ("description", .string(text)), ("inputSchema", schema),
      (
        "annotations",
        .object([("readOnlyHint", .bool(true)), ("openWorldHint", .bool(false))])
      ),
    ])
  }
}

extension RagService {
  var toolEndpoints: [Endpoint] {
    [
      Endpoint(
        .post, "/mcp", scope: .query,
        EndpointDescription(
          "Model Context Protocol over streamable HTTP: one JSON-RPC message.", tag: "tools"
        )
        .takes(Schema.reference("RPCMessage"))
        .gives(Schema.reference("RPCMessage"))
        .gives(Schema.reference("RPCMessage"), status: 400)
        .gives(Schema.anything, status: 202)
      ) { [self] request, context in
        let body = try await bodyReader.read(request, limit: 4 << 20)
        let server = ToolServer(
          service: self,
          context: ToolServer.CallContext(
            caller: context.caller, span: context.span, requestID: context.requestID))
        guard let answer = await server.answer(body) else { return Response(status: .accepted) }
        return Response(status: ToolServer.isRefusal(answer) ? .badRequest : .ok, json: answer)
      }
    ]
  }
}
