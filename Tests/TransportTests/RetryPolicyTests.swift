import Testing
import Transport

@Suite struct RetryPolicyTests {
  static let policy = RetryPolicy(
    maximumAttempts: 4, base: .milliseconds(500), maximumWait: .seconds(8), maximumServerWait: .seconds(60))

  static func action(
    _ outcome: RetryPolicy.Outcome, attempt: Int = 1, remaining: Duration? = nil, random: Double = 0,
    policy: RetryPolicy = policy
  ) -> RetryPolicy.Action {
    policy.action(
      after: outcome, attempt: attempt, remaining: remaining, unixTime: 784_111_777, random: random)
  }

  static func response(_ status: Int, _ headers: TransportHeaders = [:]) -> RetryPolicy.Outcome {
    .response(status: status, headers: headers)
  }

  @Test(arguments: [
    (200, false), (204, false), (302, false), (400, false), (401, false), (403, false), (404, false),
    (408, true),
    (409, true), (413, false), (422, false), (429, true), (500, true), (502, true), (503, true), (504, true),
    (529, true), (599, true), (600, false),
  ])
  func statuses(status: Int, isRetried: Bool) {
    #expect((Self.action(Self.response(status)) != .stop) == isRetried)
  }

  @Test(
    arguments: [
      (.resolve, true), (.connect, true), (.reset, true), (.timeout(.connect), true),
      (.timeout(.firstByte), true),
      (.timeout(.idle), false), (.timeout(.total), false), (.tls, false), (.cancelled, false),
      (.tooLarge, false),
      (.badURL, false), (.badRequest, false), (.badResponse, false), (.circuitOpen, false), (.other, false),
    ] as [(TransportError.Code, Bool)])
  func failures(code: TransportError.Code, isRetried: Bool) {
    #expect((Self.action(.failure(TransportError(code, ""))) != .stop) == isRetried)
    #expect(Self.action(.failure(TransportError(code, "", isAfterFirstByte: true))) == .stop)
  }

  @Test func retriesACutHandshakeAlone() {
    #expect(Self.action(.failure(TransportError(.tls, "", curlCode: 35))) != .stop)
    #expect(Self.action(.failure(TransportError(.tls, "", curlCode: 60))) == .stop)
  }

  @Test(arguments: [
    (1, 0.0, 500), (2, 0, 1000), (3, 0, 2000), (5, 0, 8000), (9, 0, 8000), (1, 0.5, 375), (3, 0.5, 1500),
    (60, 0, 8000),
    (1, 0.999, 250), (4, 0.999, 2002),
  ])
  func ownWaits(attempt: Int, random: Double, milliseconds: Int) throws {
    var policy = Self.policy
    policy.maximumAttempts = 100
    guard
      case .retry(let wait) = Self.action(
        Self.response(500), attempt: attempt, random: random, policy: policy)
    else {
      Issue.record("not retried")
      return
    }
    let difference = wait - .milliseconds(milliseconds)
    #expect(difference < .milliseconds(1) && difference > .milliseconds(-1), "\(wait)")
  }

  @Test func stopsAfterTheLastAttempt() {
    #expect(Self.action(Self.response(500), attempt: 3) != .stop)
    #expect(Self.action(Self.response(500), attempt: 4) == .stop)
  }

  @Test func stopsWhenTheWaitWouldPassTheDeadline() {
    #expect(
      Self.action(Self.response(500), remaining: .milliseconds(501)) == .retry(after: .milliseconds(500)))
    #expect(Self.action(Self.response(500), remaining: .milliseconds(500)) == .stop)
    #expect(Self.action(Self.response(429, ["Retry-After": "30"]), remaining: .seconds(20)) == .stop)
  }

  @Test(
    arguments: [
      (["Retry-After": "3"], 3000), (["retry-after": "0"], 0), (["Retry-After": "1.5"], 1500),
      (["retry-after-ms": "250"], 250), (["Retry-After": "3", "Retry-After-Ms": "250"], 250),
      (["Retry-After": "3", "retry-after-ms": "soon"], 3000), (["Retry-After": "100000"], 60_000),
      (["Retry-After": "1e300"], 60_000),
      (["Retry-After": "Sun, 06 Nov 1994 08:49:47 GMT"], 10_000),
      (["Retry-After": "Sunday, 06-Nov-94 08:49:47 GMT"], 10_000),
      (["Retry-After": "Sun Nov  6 08:49:47 1994"], 10_000),
      (["Retry-After": "Sun, 06 Nov 1994 07:49:47 GMT"], 0),
      (["Retry-After": "Sun, 06 Nov 2094 08:49:47 GMT"], 60_000),
      // Not readable: the own wait.
      (["Retry-After": "soon"], 500), (["Retry-After": "-1"], 500), (["Retry-After": ""], 500),
      (["Retry-After": "nan"], 500),
    ] as [(TransportHeaders, Int)])
  func serverWaits(headers: TransportHeaders, milliseconds: Int) {
    #expect(Self.action(Self.response(429, headers)) == .retry(after: .milliseconds(milliseconds)))
  }

  @Test func comesBackALittleLaterThanAsked() {
    #expect(
      Self.action(Self.response(429, ["Retry-After": "4"]), random: 0.5) == .retry(after: .milliseconds(4200))
    )
    #expect(
      Self.action(Self.response(429, ["Retry-After": "40"]), random: 0.5)
        == .retry(after: .milliseconds(40_500)))
  }

  @Test func theServerMayOverruleTheStatus() {
    #expect(Self.action(Self.response(500, ["x-should-retry": "false"])) == .stop)
    #expect(Self.action(Self.response(400, ["x-should-retry": "true"])) != .stop)
    #expect(Self.action(Self.response(200, ["x-should-retry": "true"])) == .stop)
  }
}
