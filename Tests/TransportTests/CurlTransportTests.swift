import Synchronization
import TestSupport
import Testing
import Transport

/// What a transfer throws, `nil` when it succeeds.
func failure(_ body: () async throws(TransportError) -> Void) async -> TransportError? {
  do {
    try await body()
    return nil
  } catch {
    return error
  }
}

@Suite struct CurlTransportTests {
  static func open() throws(TransportError) -> CurlTransport {
    try CurlTransport(.init(proxy: .direct))
  }

  @Test(
    arguments: [
      (TransportRequest.Method.get, nil), (.head, nil), (.post, nil), (.post, "abc"), (.put, "put"),
      (.patch, "p"),
      (.delete, nil), (.delete, "{}"), (.options, nil), (.get, "query in a body"),
    ] as [(TransportRequest.Method, String?)])
  func sendsMethodHeadersAndBody(method: TransportRequest.Method, body: String?) async throws {
    try await FaultServer.with({ _, _ in
      [.response(201, [("X-One", "1"), ("x-one", " 2 "), ("Empty", "")], "ok")]
    }) {
      server in
      let transport = try Self.open()
      let response = try await transport.send(
        TransportRequest(
          method, server.url + "/a%20b?c=d", headers: ["X-A": "é", "x-b": "", "Authorization": "Bearer k"],
          body: body.map { Array($0.utf8) }))
      #expect(response.status == 201)
      #expect(response.headers["X-ONE"] == "1")
      #expect(response.headers.values(of: "x-one") == ["1", "2"])
      #expect(response.headers["empty"] == "")
      #expect(response.headers["none"] == nil)
      #expect(response.body == (method == .head ? [] : Array("ok".utf8)))
      let request = try #require(server.requests.first)
      #expect(request.method == method.rawValue)
      #expect(request.uri == "/a%20b?c=d")
      #expect(request.body == Array((body ?? "").utf8))
      #expect(request.header("x-a") == "é")
      #expect(request.header("x-b") == "")
      #expect(request.header("authorization") == "Bearer k")
      #expect(request.header("content-type") == nil)
      #expect(request.header("expect") == nil)
    }
  }

  @Test func sendsAndReadsLargeBodiesUnchanged() async throws {
    let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
    try await FaultServer.with({ request, _ in [.head(length: request.body.count), .bytes(request.body)] }) {
      server in
      let response = try await Self.open().send(TransportRequest(.post, server.url, body: body))
      #expect(response.body == body)
    }
  }

  @Test func readsPastInterimResponses() async throws {
    let reply = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    try await FaultServer.with({ _, _ in [.text(reply), .response(200, [("A", "1")], "ok")] }) { server in
      let response = try await Self.open().send(TransportRequest(.get, server.url))
      #expect(response.status == 200)
      #expect(response.headers["link"] == nil)
      #expect(response.headers["a"] == "1")
    }
  }

  @Test(arguments: [false, true])
  func unpacksCompressedBodies(isDamaged: Bool) async throws {
    // gzip of "hello " six times.
    var packed: [UInt8] = [
      0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8,
      0xC0, 0x4B, 0x02, 0x00, 0x25, 0x69, 0xE6, 0x1C, 0x24, 0x00, 0x00, 0x00,
    ]
    if isDamaged { packed[packed.count - 6] ^= 1 }
    let reply = [
      FaultServer.Step.head(200, [("Content-Encoding", "gzip")], length: packed.count), .bytes(packed),
    ]
    try await FaultServer.with({ _, _ in reply }) { server in
      var body: [UInt8] = []
      let error = await failure { () async throws(TransportError) in
        body = try await Self.open().send(TransportRequest(.get, server.url)).body
      }
      #expect(error?.code == (isDamaged ? .badResponse : nil))
      #expect(body == (isDamaged ? [] : Array(String(repeating: "hello ", count: 6).utf8)))
      #expect(server.requests.first?.header("accept-encoding") == "gzip, deflate")
    }
  }

  @Test func doesNotFollowRedirects() async throws {
    try await FaultServer.with({ _, _ in [.response(302, [("Location", "/elsewhere")])] }) { server in
      let response = try await Self.open().send(TransportRequest(.get, server.url))
      #expect(response.status == 302)
      #expect(server.requests.count == 1)
    }
  }

  @Test func usesConnectionsAgain() async throws {
    try await FaultServer.with({ _, _ in [.response(200, [], "ok")] }) { server in
      let transport = try Self.open()
      for _ in 0..<20 { _ = try await transport.send(TransportRequest(.post, server.url, body: [1])) }
      #expect(server.requests.count == 20)
      #expect(server.connectionCount == 1)
    }
  }

  @Test(arguments: [
    "", "127.0.0.1/x", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://a b/",
    "http://a/\r\nX: y",
    "http://a/\u{0}b", "gopher://127.0.0.1", "http://127.0.0.1:99999/", "javascript:alert(1)",
  ])
  func refusesOtherURLs(url: String) async throws {
    let error = await failure { () async throws(TransportError) in
      _ = try await Self.open().send(TransportRequest(.get, url))
    }
    #expect(error?.code == .badURL)
  }

  @Test(arguments: [
    ("A\r\nB", "x"), ("A", "x\r\nB: y"), ("", "x"), ("A B", "x"), ("A:", "x"), ("A", "x\u{0}"), ("é", "x"),
  ])
  func refusesHeadersThatBreakOut(name: String, value: String) async throws {
    try await FaultServer.with({ _, _ in [.response()] }) { server in
      let error = await failure { () async throws(TransportError) in
        _ = try await Self.open().send(
          TransportRequest(.get, server.url, headers: TransportHeaders([.init(name, value)])))
      }
      #expect(error?.code == .badRequest)
      #expect(server.requests.isEmpty)
    }
  }

  @Test func showsNoSecrets() async throws {
    let port = try await FaultServer.refusedPort()
    let request = TransportRequest(
      .get, "http://user:secret@127.0.0.1:\(port)/path?key=secret#secret",
      headers: ["Authorization": "Bearer secret"],
      body: Array("secret".utf8))
    var dumped = ""
    dump(request, to: &dumped)
    let error = await failure { () async throws(TransportError) in
      _ = try await Self.open().send(request)
    }
    #expect(error?.message.contains("http://127.0.0.1:\(port)/path:") == true)
    for text in ["\(request)", String(reflecting: request), dumped, "\(String(describing: error))"] {
      #expect(!text.contains("secret"))
    }
  }

  @Test func manyRequestsAtOnce() async throws {
    try await FaultServer.with({ request, _ in [.wait(.milliseconds(50)), .response(200, [], request.uri)] })
    { server in
      let transport = try Self.open()
      let url = server.url
      let bodies = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
        for index in 0..<64 {
          group.addTask { (index, try await transport.send(TransportRequest(.get, "\(url)/\(index)")).body) }
        }
        return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
      }
      #expect(bodies.count == 64)
      for (index, body) in bodies { #expect(body == Array("/\(index)".utf8)) }
    }
  }
}
