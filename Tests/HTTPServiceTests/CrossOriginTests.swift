import HTTPService
import HTTPTypes
import Testing

@Suite struct CrossOriginTests {
  private let preflight: HTTPFields = [.origin: "https://app.example", .accessControlRequestMethod: "POST"]

  @Test func pagesOfOtherPlacesAreShutOutUnlessNamed() async throws {
    let shut = try await TestServer()
    let refused = try await shut.send(
      .post, "/search", #"{"query": "drift"}"#, headers: [.origin: "https://app.example"])
    #expect(refused.status == 403)
    #expect(
      try await shut.send(.options, "/search", headers: preflight).headers[.accessControlAllowOrigin] == nil)

    let open = try await TestServer { $0.corsOrigins = ["https://app.example"] }
    let asked = try await open.send(.options, "/search", headers: preflight)
    #expect(asked.status == 204)
    #expect(asked.headers[.accessControlAllowOrigin] == "https://app.example")
    #expect(asked.headers[.accessControlAllowHeaders]?.contains("Authorization") == true)
    let served = try await open.send(
      .post, "/search", #"{"query": "drift"}"#, headers: [.origin: "https://app.example"])
    #expect(served.status == 200)
    #expect(served.headers[.accessControlAllowOrigin] == "https://app.example")
    let other = try await open.send(
      .post, "/search", #"{"query": "drift"}"#, headers: [.origin: "https://evil.example"])
    #expect(other.status == 403)
  }

  @Test func itsOwnPageMayCall() async throws {
    let server = try await TestServer()
    let reply = try await server.send(
      .post, "/search", #"{"query": "drift"}"#, headers: [.origin: "http://localhost"])
    #expect(reply.status == 200)
  }

  @Test func thePageHasAStrictPolicy() async throws {
    let server = try await TestServer()
    let page = try await server.get("/")
    #expect(page.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
    #expect(page.headers[.contentSecurityPolicy]?.contains("unsafe") == false)
    let tag = try #require(page.headers[.eTag])
    #expect(try await server.send(.get, "/", headers: [.ifNoneMatch: tag]).status == 304)
  }
}
