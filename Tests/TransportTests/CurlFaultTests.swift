import TestSupport
import Testing
import Transport

/// What `CurlTransport` makes of servers that are slow, broken or hostile.
@Suite struct CurlFaultTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var steps: [FaultServer.Step]
    var deadlines = TransportDeadlines(
      connect: .seconds(5), firstByte: .seconds(5), idle: .seconds(5), total: .seconds(10))
    var limit = 1 << 20
    var code: TransportError.Code
    var isAfterFirstByte: Bool
    var testDescription: String { name }
  }

  static let short = Duration.milliseconds(150)

  static let cases = [
    Case(
      name: "no head", steps: [.hang], deadlines: TransportDeadlines(firstByte: short),
      code: .timeout(.firstByte),
      isAfterFirstByte: false),
    Case(
      name: "late head", steps: [.wait(.seconds(1)), .response()],
      deadlines: TransportDeadlines(firstByte: short),
      code: .timeout(.firstByte), isAfterFirstByte: false),
    Case(
      name: "stall in the body", steps: [.head(length: 10), .text("abc"), .hang],
      deadlines: TransportDeadlines(idle: short), code: .timeout(.idle), isAfterFirstByte: true),
    Case(
      name: "stall in the head", steps: [.text("HTTP/1.1 200 OK\r\nA: b\r\n"), .hang],
      deadlines: TransportDeadlines(idle: short), code: .timeout(.idle), isAfterFirstByte: false),
    Case(
      name: "slow drip",
      steps: [.head(length: nil)] + (0..<40).flatMap { _ in [.chunk("x"), .wait(.milliseconds(40))] },
      deadlines: TransportDeadlines(idle: .seconds(5), total: .milliseconds(300)), code: .timeout(.total),
      isAfterFirstByte: true),
    Case(
      name: "total before the head", steps: [.hang],
      deadlines: TransportDeadlines(firstByte: .seconds(5), total: short), code: .timeout(.total),
      isAfterFirstByte: false),
    Case(name: "closed before the head", steps: [.close], code: .reset, isAfterFirstByte: false),
    Case(name: "reset before the head", steps: [.reset], code: .reset, isAfterFirstByte: false),
    Case(
      name: "cut in the head",
      steps: [.text("HTTP/1.1 200 OK\r\nContent-Le"), .wait(.milliseconds(20)), .reset],
      code: .reset, isAfterFirstByte: false),
    Case(
      name: "cut in the body", steps: [.head(length: 10), .text("abc"), .wait(.milliseconds(20)), .close],
      code: .reset,
      isAfterFirstByte: true),
    Case(
      name: "reset in the body", steps: [.head(length: 10), .text("abc"), .wait(.milliseconds(20)), .reset],
      code: .reset, isAfterFirstByte: true),
    Case(
      name: "chunks without an end",
      steps: [.head(length: nil), .chunk("abc"), .wait(.milliseconds(20)), .close],
      code: .reset, isAfterFirstByte: true),
    Case(
      name: "bad chunk size", steps: [.head(length: nil), .text("zz\r\nabc\r\n"), .hang], code: .reset,
      isAfterFirstByte: true),
    Case(
      name: "garbage", steps: [.bytes([0xFF, 0x00, 0x13, 0x37, 0x0A, 0x0A, 0x80]), .close],
      code: .badResponse,
      isAfterFirstByte: false),
    Case(
      name: "another protocol", steps: [.text("SSH-2.0-OpenSSH_9.2\r\n"), .close], code: .badResponse,
      isAfterFirstByte: false),
    Case(
      name: "announced too large", steps: [.head(length: 1 << 30), .text("abc"), .hang], code: .tooLarge,
      isAfterFirstByte: true),
    Case(
      name: "too large without announcement",
      steps: [.head(length: nil)] + (0..<40).map { _ in .chunk(String(repeating: "x", count: 100)) },
      limit: 2000,
      code: .tooLarge, isAfterFirstByte: true),
    Case(
      name: "endless head",
      steps: [.text("HTTP/1.1 200 OK\r\n")]
        + (0..<300).map { .text("H\($0): " + String(repeating: "x", count: 1000) + "\r\n") } + [.hang],
      code: .tooLarge, isAfterFirstByte: true),
  ]

  @Test(arguments: cases)
  func fails(_ test: Case) async throws {
    try await FaultServer.with({ _, _ in test.steps }) { server in
      let start = ContinuousClock.now
      let transport = try CurlTransport(.init(proxy: .direct))
      let error = await failure { () async throws(TransportError) in
        _ = try await transport.send(
          TransportRequest(
            .post, server.url + "/v1?key=hidden", body: [1], deadlines: test.deadlines,
            maximumBodyBytes: test.limit))
      }
      let seen = try #require(error)
      #expect(seen.code == test.code, "\(seen)")
      #expect(seen.isAfterFirstByte == test.isAfterFirstByte)
      #expect(seen.message.contains("http://127.0.0.1:\(server.port)/v1"))
      #expect(!seen.message.contains("hidden"))
      #expect(ContinuousClock.now - start < .seconds(3))
    }
  }

  @Test func refusedPort() async throws {
    let port = try await FaultServer.refusedPort()
    let error = await failure { () async throws(TransportError) in
      _ = try await CurlTransport(.init(proxy: .direct)).send(
        TransportRequest(.get, "http://127.0.0.1:\(port)/"))
    }
    #expect(error?.code == .connect)
    #expect(error?.isAfterFirstByte == false)
    #expect(error?.curlCode == 7)
    #expect(error?.message.contains("Connection refused") == true)
  }

  @Test func connectDeadline() async throws {
    // A listener whose queue is full accepts nobody: the handshake never ends.
    let listener = try FullListener()
    let start = ContinuousClock.now
    let error = await failure { () async throws(TransportError) in
      _ = try await CurlTransport(.init(proxy: .direct)).send(
        TransportRequest(
          .get, "http://127.0.0.1:\(listener.port)/",
          deadlines: TransportDeadlines(connect: .milliseconds(200))))
    }
    #expect(error?.code == .timeout(.connect))
    #expect(ContinuousClock.now - start < .seconds(2))
  }

  @Test func deadlinesThatHoldAreNotMissed() async throws {
    let drip =
      [FaultServer.Step.head(length: nil)]
      + (0..<10).flatMap { _ in [.chunk("x"), .wait(.milliseconds(60))] }
    try await FaultServer.with({ _, _ in [.wait(.milliseconds(100))] + drip + [.chunk("")] }) { server in
      let response = try await CurlTransport(.init(proxy: .direct)).send(
        TransportRequest(
          .get, server.url,
          deadlines: TransportDeadlines(
            connect: .seconds(1), firstByte: .seconds(1), idle: .milliseconds(400), total: nil)))
      #expect(response.body.count == 10)
    }
  }
}
