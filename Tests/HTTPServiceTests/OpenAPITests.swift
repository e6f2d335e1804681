import Foundation
import HTTPService
import HTTPTypes
import Testing

@Suite struct OpenAPITests {
  /// The document and the routes, both ways.
  @Test func isTrueToTheRoutes() async throws {
    let server = try await TestServer()
    let document = try await server.get("/openapi.json").json
    guard case .object(let paths) = document["paths"] else {
      Issue.record("no paths")
      return
    }
    var described: Set<String> = []
    for (path, operations) in paths {
      guard case .object(let operations) = operations else { continue }
      for (method, _) in operations { described.insert("\(method.uppercased()) \(path)") }
      // Each method that is described is served, and each that is not is refused with the list of those that are.
      let real = path.replacing("{id}", with: "some-id").replacing("{name}", with: "main")
        .replacing("{page}", with: "1")
      for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
        let reply = try await server.send(try #require(HTTPRequest.Method(method)), real)
        let isDescribed = operations.contains { $0.0 == method.lowercased() }
        #expect((reply.status != 405) == isDescribed, "\(method) \(real) gave \(reply.status)")
        if reply.status == 405 {
          let allowed = reply.headers[.allow]?.split(separator: ", ").map(String.init) ?? []
          for (name, _) in operations { #expect(allowed.contains(name.uppercased()), "\(path): \(allowed)") }
        }
        // A path that nobody serves answers this way, whatever the method.
        #expect(reply.code != "not_found", "\(method) \(real) is described and not served")
      }
    }
    #expect(described == Set(server.service.routes))
  }

  @Test func allReferencesResolve() async throws {
    let server = try await TestServer()
    let text = try await server.get("/openapi.json").body
    let document = try TestServer.parse(text)
    for part in text.components(separatedBy: "#/components/schemas/").dropFirst() {
      let name = String(part.prefix { $0 != "\"" })
      #expect(document["components"]?["schemas"]?[name] != nil, "\(name)")
    }
  }
}
