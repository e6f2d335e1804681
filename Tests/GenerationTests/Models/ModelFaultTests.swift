import Generation
import TestSupport
import Testing
import Transport

/// What becomes of a question when the language model's server is down, slow, overloaded or talks nonsense.
@Suite struct ModelFaultTests {
  static let deadlines = TransportDeadlines(
    connect: .seconds(2), firstByte: .seconds(2), idle: .seconds(2), total: .seconds(5))

  struct Refusal: Sendable, CustomTestStringConvertible {
    var status: Int
    var body: String
    /// Requests that the server sees.
    var requests: Int
    var advice: String
    var testDescription: String { "\(status)" }
  }

  static let refusals = [
    Refusal(
      status: 401, body: #"{"error":{"message":"Incorrect API key k-secret"}}"#, requests: 1,
      advice: ": Incorrect API key [key]. Check the key"),
    Refusal(status: 403, body: "", requests: 1, advice: "403. Check the key"),
    Refusal(
      status: 404, body: #"{"error":"model 'm' not found"}"#, requests: 1,
      advice: ": model 'm' not found. Check base URL and model"),
    Refusal(
      status: 400, body: #"{"message":"prompt too long"}"#, requests: 1, advice: ": prompt too long. Check"),
    Refusal(status: 307, body: "", requests: 1, advice: "Check base URL and model"),
    Refusal(status: 500, body: "<html>oops</html>", requests: 4, advice: "500. It is overloaded or down"),
    Refusal(
      status: 503, body: #"{"detail":"loading model"}"#, requests: 4,
      advice: ": loading model. It is overloaded or down"),
    Refusal(
      status: 529, body: #"{"type":"error","error":{"message":"Overloaded"}}"#, requests: 4,
      advice: ": Overloaded. It is overloaded or down"),
  ]

  @Test(arguments: refusals, ScriptedProvider.allCases)
  func refuses(_ test: Refusal, provider: ScriptedProvider) async throws {
    try await FaultServer.with({ _, _ in [.response(test.status, [], test.body)] }) { server in
      let key = try APIKey(from: .environment("KEY"), environment: ["KEY": "k-secret"])
      let reply = await CollectedReply.of(
        provider.model(server.url, key: key, transport: try Transports.retrying()))
      #expect(reply.error?.code == .modelFailed)
      #expect(reply.error?.status == test.status)
      #expect(reply.error?.message.contains(test.advice) == true, "\(String(describing: reply.error))")
      #expect(reply.error?.message.contains("k-secret") == false)
      #expect(reply.text.isEmpty && reply.finish == nil)
      #expect(server.requests.count == test.requests)
    }
  }

  @Test(arguments: [500, 503, 529], ScriptedProvider.allCases)
  func asksAgainBeforeTheFirstWord(status: Int, provider: ScriptedProvider) async throws {
    try await FaultServer.with({ _, index in
      index < 2 ? [.response(status)] : provider.reply([provider.stream(["abc"])])
    }) { server in
      let reply = await CollectedReply.of(provider.model(server.url, transport: try Transports.retrying()))
      #expect(reply.text == "abc")
      #expect(reply.error == nil)
      #expect(server.requests.count == 3)
    }
  }

  @Test(arguments: ScriptedProvider.allCases, [FaultServer.Step.close, .reset])
  func neverAsksAgainAfterAWord(provider: ScriptedProvider, cut: FaultServer.Step) async throws {
    let steps: [FaultServer.Step] = [
      .head(200, [("Content-Type", provider.contentType)], length: nil), .chunk(provider.piece("abc")),
      .wait(.milliseconds(30)), cut,
    ]
    try await FaultServer.with({ _, _ in steps }) { server in
      let reply = await CollectedReply.of(provider.model(server.url, transport: try Transports.retrying()))
      #expect(reply.text == "abc")
      #expect(reply.finish == nil)
      #expect((reply.error?.underlying as? TransportError)?.code == .reset)
      #expect(server.requests.count == 1)
    }
  }

  @Test func refusedPort() async throws {
    let port = try await FaultServer.refusedPort()
    let reply = await CollectedReply.of(
      ScriptedProvider.openAI.model("http://127.0.0.1:\(port)", transport: try Transports.retrying()))
    #expect(reply.error?.code == .modelFailed)
    #expect(reply.error?.status == nil)
    #expect(reply.error?.message.contains("no connection (Connection refused)") == true)
  }

  @Test func waitsAsLongAsTheServerAsks() async throws {
    let provider = ScriptedProvider.openAI
    try await FaultServer.with({ _, index in
      index == 0 ? [.response(429, [("Retry-After", "1")])] : provider.reply([provider.stream(["abc"])])
    }) { server in
      let reply = await CollectedReply.of(
        provider.model(server.url, transport: try Transports.retrying()), deadline: .seconds(4))
      #expect(reply.text == "abc")
      #expect(reply.time >= .seconds(1) && reply.time < .seconds(2))
      #expect(server.requests.count == 2)
    }
  }

  @Test func doesNotWaitPastTheDeadline() async throws {
    try await FaultServer.with({ _, _ in [.response(429, [("Retry-After", "120")])] }) { server in
      let reply = await CollectedReply.of(
        ScriptedProvider.openAI.model(server.url, transport: try Transports.retrying()), deadline: .seconds(4)
      )
      #expect(reply.error?.status == 429)
      #expect(reply.time < .seconds(1))
      #expect(server.requests.count == 1)
    }
  }

  @Test(arguments: [
    ("application/json", "{\"choices\": [", "cannot be read"), ("application/json", "[]", "cannot be read"),
    ("application/json", "{}", "no cho"),
    ("text/event-stream", "data: {\"choices\": [\n\n", "cannot be read"),
    ("text/event-stream", "data: hello\n\n", "cannot be read"), ("text/event-stream", "", "an empty stream"),
    (
      "text/html; charset=utf-8", "<html><body>Sign in</body></html>",
      "a body of type text/html. Check base URL"
    ),
  ])
  func nonsense(contentType: String, body: String, words: String) async throws {
    try await FaultServer.with({ _, _ in [.response(200, [("Content-Type", contentType)], body)] }) {
      server in
      let reply = await CollectedReply.of(
        ScriptedProvider.openAI.model(server.url, transport: try Transports.retrying()))
      #expect(reply.error?.code == .modelFailed)
      #expect(reply.error?.message.contains(words) == true, "\(String(describing: reply.error))")
      #expect(reply.text.isEmpty)
      #expect(server.requests.count == 1)
    }
  }

  @Test(arguments: [
    (ScriptedProvider.anthropic, "application/json", "{}"),
    (.anthropic, "application/json", #"{"type":"message"}"#),
    (.anthropic, "text/event-stream", "data: {}\n\n"), (.ollama, "text/html", "<html>\n</html>"),
    (.ollama, "application/x-ndjson", "{\"done\": tr\n"),
  ])
  func nonsenseOfOthers(provider: ScriptedProvider, contentType: String, body: String) async throws {
    try await FaultServer.with({ _, _ in [.response(200, [("Content-Type", contentType)], body)] }) {
      server in
      let reply = await CollectedReply.of(provider.model(server.url, transport: try Transports.retrying()))
      #expect(reply.error?.code == .modelFailed)
      #expect(reply.text.isEmpty && reply.finish == nil)
    }
  }

  struct Stall: Sendable, CustomTestStringConvertible {
    var name: String
    var steps: [FaultServer.Step]
    var deadlines = ModelFaultTests.deadlines
    var deadline: Duration?
    var kind: TransportDeadlines.Kind
    var requests = 1
    var testDescription: String { name }
  }

  static let short = Duration.milliseconds(300)

  static let begun: [FaultServer.Step] = [
    .head(200, [("Content-Type", "text/event-stream")], length: nil),
    .chunk(ScriptedProvider.openAI.piece("abc")),
  ]

  static let stalls = [
    Stall(
      name: "no first byte", steps: [.hang], deadlines: TransportDeadlines(firstByte: short),
      kind: .firstByte,
      requests: 4),
    Stall(
      name: "idle in the middle", steps: begun + [.hang], deadlines: TransportDeadlines(idle: short),
      kind: .idle),
    Stall(
      name: "drips past the total",
      steps: begun + (0..<60).flatMap { _ in [.wait(.milliseconds(20)), .chunk(": wait\n\n")] },
      deadlines: TransportDeadlines(total: short), kind: .total),
    Stall(
      name: "the question's deadline before the first byte", steps: [.hang], deadline: short, kind: .total),
    Stall(
      name: "the question's deadline in the middle", steps: begun + [.hang], deadline: short, kind: .total),
    Stall(
      name: "a question may not stretch the provider's total", steps: begun + [.hang],
      deadlines: TransportDeadlines(total: short), deadline: .seconds(60), kind: .total),
  ]

  @Test(arguments: stalls)
  func stallsEnd(_ test: Stall) async throws {
    try await FaultServer.with({ _, _ in test.steps }) { server in
      let reply = await CollectedReply.of(
        ScriptedProvider.openAI.model(
          server.url, deadlines: test.deadlines, transport: try Transports.retrying()),
        deadline: test.deadline)
      #expect((reply.error?.underlying as? TransportError)?.code == .timeout(test.kind))
      #expect(reply.text == (test.steps.count > 1 ? "abc" : ""))
      #expect(server.requests.count == test.requests)
      let limit = Self.short * test.requests
      #expect(reply.time >= limit && reply.time < limit + .seconds(1), "\(reply.time)")
    }
  }

  /// Attempts and waits share the deadline of the question.
  @Test func attemptsShareTheDeadline() async throws {
    try await FaultServer.with({ _, _ in [.wait(.milliseconds(250)), .response(503)] }) { server in
      let reply = await CollectedReply.of(
        ScriptedProvider.openAI.model(server.url, transport: try Transports.retrying(attempts: 50)),
        deadline: .milliseconds(900))
      #expect(reply.error != nil)
      #expect(reply.time < .milliseconds(1300))
      #expect((3...4).contains(server.requests.count), "\(server.requests.count)")
    }
  }

  @Test func theBreakerOpensAndHalfOpens() async throws {
    let provider = ScriptedProvider.openAI
    try await FaultServer.with({ _, index in
      index < 3 || index == 4 ? [.response(503)] : provider.reply([provider.stream(["abc"])])
    }) { server in
      let transport = try Transports.retrying(
        attempts: 1, breaker: CircuitBreaker.Limits(failures: 3, openFor: .milliseconds(400)))
      let model = provider.model(server.url, transport: transport)
      for _ in 0..<3 { #expect(await CollectedReply.of(model).error?.status == 503) }
      let refused = await CollectedReply.of(model)
      #expect((refused.error?.underlying as? TransportError)?.code == .circuitOpen)
      #expect(refused.error?.message.contains("not sent") == true)
      #expect(server.requests.count == 3)
      // Half open: one request is let through, and its success closes it.
      try await Task.sleep(for: .milliseconds(450))
      #expect(await CollectedReply.of(model).text == "abc")
      #expect(transport.state == .closed(failures: 0))
      // The fifth fails, and one failure is no row of three.
      #expect(await CollectedReply.of(model).error?.status == 503)
      #expect(await CollectedReply.of(model).text == "abc")
      #expect(server.requests.count == 6)
    }
  }

  @Test func aProbeThatFailsOpensTheBreakerAgain() async throws {
    try await FaultServer.with({ _, _ in [.response(500)] }) { server in
      let transport = try Transports.retrying(
        attempts: 1, breaker: CircuitBreaker.Limits(failures: 2, openFor: .milliseconds(300)))
      let model = ScriptedProvider.ollama.model(server.url, transport: transport)
      for _ in 0..<5 { _ = await CollectedReply.of(model) }
      #expect(server.requests.count == 2)
      try await Task.sleep(for: .milliseconds(350))
      for _ in 0..<5 { _ = await CollectedReply.of(model) }
      #expect(server.requests.count == 3)
    }
  }

  @Test(arguments: ScriptedProvider.allCases, [true, false])
  func lettingGoEndsTheTransfer(provider: ScriptedProvider, hasBegun: Bool) async throws {
    let head = FaultServer.Step.head(200, [("Content-Type", provider.contentType)], length: nil)
    try await FaultServer.with({ _, _ in hasBegun ? [head, .chunk(provider.piece("abc")), .hang] : [.hang] })
    {
      server in
      let transport = try Transports.retrying()
      let model = provider.model(server.url, transport: transport)
      let task = Task { await CollectedReply.of(model) }
      #expect(try await eventually { server.requests.count == 1 && server.openConnectionCount == 1 })
      try await Task.sleep(for: .milliseconds(50))
      task.cancel()
      let reply = await task.value
      #expect(reply.finish == nil)
      #expect(try await eventually { server.openConnectionCount == 0 })
      // A withdrawn question says nothing about the server, and is not asked again.
      #expect(server.requests.count == 1)
      #expect(transport.state == .closed(failures: 0))
    }
  }
}
