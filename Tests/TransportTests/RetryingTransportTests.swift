import TestSupport
import Testing
import Transport

@Suite struct RetryingTransportTests {
  static func retrying(_ base: any HTTPTransport, _ clock: FakeClock, attempts: Int = 4) -> RetryingTransport
  {
    RetryingTransport(base, policy: RetryPolicy(maximumAttempts: attempts), clock: clock, random: { 0 })
  }

  static let request = TransportRequest(.post, "http://127.0.0.1:1/", body: [1])

  @Test(
    arguments: [
      ([.status(200)], 1, []), ([.status(500), .status(500), .status(200)], 3, [500, 1000]),
      ([.failed(.connect), .status(529), .status(200)], 3, [500, 1000]),
      ([.status(429, ["Retry-After": "7"]), .status(200)], 2, [7000]),
      ([.failed(.timeout(.firstByte)), .status(200)], 2, [500]),
    ] as [([FakeTransport.Reply], Int, [Int])])
  func succeedsInTheEnd(replies: [FakeTransport.Reply], attempts: Int, waits: [Int]) async throws {
    let fake = FakeTransport(replies)
    let clock = FakeClock()
    let response = try await Self.retrying(fake, clock).send(Self.request)
    #expect(response.status == 200)
    #expect(fake.requests.count == attempts)
    #expect(clock.sleeps == waits.map { .milliseconds($0) })
  }

  @Test func givesTheLastResponseWithItsBody() async throws {
    let fake = FakeTransport([
      .status(503, body: "first"), .status(503, body: "second"), .status(503, body: "third"),
    ])
    let clock = FakeClock()
    let response = try await Self.retrying(fake, clock, attempts: 3).send(Self.request)
    #expect(response.status == 503)
    #expect(response.body == Array("third".utf8))
    #expect(clock.sleeps == [.milliseconds(500), .seconds(1)])
  }

  @Test func throwsTheLastError() async throws {
    let fake = FakeTransport([.failed(.connect), .failed(.reset)])
    let error = await failure { () async throws(TransportError) in
      _ = try await Self.retrying(fake, FakeClock(), attempts: 3).send(Self.request)
    }
    #expect(error?.code == .reset)
    #expect(fake.requests.count == 3)
  }

  @Test func doesNotRetryAfterTheFirstByte() async throws {
    let cut = TransportStream(
      status: 200,
      body: TransportBody(
        [Array("text".utf8)], failingWith: TransportError(.reset, "", isAfterFirstByte: true)))
    let fake = FakeTransport([.success(cut), .status(200)])
    let error = await failure { () async throws(TransportError) in
      _ = try await Self.retrying(fake, FakeClock()).send(Self.request)
    }
    #expect(error?.code == .reset)
    #expect(fake.requests.count == 1)
  }

  @Test func sharesTheTotalDeadlineAmongAttempts() async throws {
    let fake = FakeTransport([.status(500)])
    let clock = FakeClock()
    var request = Self.request
    request.deadlines.total = .seconds(4)
    let response = try await Self.retrying(fake, clock, attempts: 10).send(request)
    #expect(response.status == 500)
    // Waits of 0.5, 1 and 2 s fit; one of 4 s does not.
    #expect(
      fake.requests.map(\.deadlines.total) == [
        .seconds(4), .milliseconds(3500), .milliseconds(2500), .milliseconds(500),
      ])
  }

  @Test func stopsWaitingWhenCancelled() async throws {
    let fake = FakeTransport([.status(500)])
    let task = Task {
      await failure { () async throws(TransportError) in
        _ = try await RetryingTransport(
          fake, policy: RetryPolicy(base: .seconds(60), maximumWait: .seconds(60)), random: { 0 }
        ).send(Self.request)
      }
    }
    while fake.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    let start = ContinuousClock.now
    task.cancel()
    #expect(await task.value?.code == .cancelled)
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test func retriesOverTheNetworkOnOneConnection() async throws {
    try await FaultServer.with({ _, index in
      index < 3 ? [.response(500, [], #"{"error":"busy"}"#)] : [.response(200, [], "ok")]
    }) { server in
      let transport = RetryingTransport(
        try CurlTransport(.init(proxy: .direct)), policy: RetryPolicy(base: .milliseconds(20)))
      let response = try await transport.send(TransportRequest(.post, server.url, body: [1]))
      #expect(response.body == Array("ok".utf8))
      #expect(server.requests.count == 4)
      #expect(server.connectionCount == 1)
    }
  }
}
