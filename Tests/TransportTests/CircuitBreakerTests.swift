import TestSupport
import Testing
import Transport

@Suite struct CircuitBreakerTests {
  static func pass(_ breaker: inout CircuitBreaker, at now: Int) -> CircuitBreaker.Pass? {
    guard case .allowed(let pass) = breaker.admit(at: .seconds(now)) else { return nil }
    return pass
  }

  static func run(_ breaker: inout CircuitBreaker, _ result: CircuitBreaker.Result, at now: Int) -> Bool {
    guard let pass = pass(&breaker, at: now) else { return false }
    breaker.record(result, of: pass, at: .seconds(now))
    return true
  }

  @Test func opensAfterFailuresInARow() {
    var breaker = CircuitBreaker(.init(failures: 3, openFor: .seconds(10)))
    for result in [.failure, .failure, .success, .failure, .neither, .failure] as [CircuitBreaker.Result] {
      #expect(Self.run(&breaker, result, at: 0))
    }
    #expect(breaker.state == .closed(failures: 2))
    #expect(Self.run(&breaker, .failure, at: 1))
    #expect(breaker.state == .open(until: .seconds(11)))
    #expect(breaker.admit(at: .seconds(4)) == .refused(retryAfter: .seconds(7)))
  }

  @Test func probesOneAtATimeAndCloses() {
    var breaker = CircuitBreaker(.init(failures: 1, openFor: .seconds(10), probes: 1))
    #expect(Self.run(&breaker, .failure, at: 0))
    let probe = Self.pass(&breaker, at: 10)
    #expect(probe != nil)
    #expect(Self.pass(&breaker, at: 10) == nil)
    if let probe { breaker.record(.success, of: probe, at: .seconds(11)) }
    #expect(breaker.state == .closed(failures: 0))
  }

  @Test func opensAgainWhenAProbeFails() {
    var breaker = CircuitBreaker(.init(failures: 1, openFor: .seconds(10), probes: 2))
    #expect(Self.run(&breaker, .failure, at: 0))
    #expect(Self.run(&breaker, .success, at: 10))
    #expect(breaker.state == .halfOpen(underWay: 0, successes: 1))
    #expect(Self.run(&breaker, .neither, at: 10))
    #expect(Self.run(&breaker, .failure, at: 12))
    #expect(breaker.state == .open(until: .seconds(22)))
  }

  @Test func resultsFromAnEarlierStateDoNotCount() {
    var breaker = CircuitBreaker(.init(failures: 1, openFor: .seconds(10)))
    let stale = Self.pass(&breaker, at: 0)
    #expect(Self.run(&breaker, .failure, at: 0))
    let probe = Self.pass(&breaker, at: 10)
    if let stale { breaker.record(.failure, of: stale, at: .seconds(10)) }
    #expect(breaker.state == .halfOpen(underWay: 1, successes: 0))
    if let probe { breaker.record(.success, of: probe, at: .seconds(10)) }
    #expect(breaker.state == .closed(failures: 0))
  }

  /// Against a second, plain statement of the rules: never more probes at a time than allowed, and nothing
  /// passes while open.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func holdsItsRules(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let limits = CircuitBreaker.Limits(failures: 3, openFor: .seconds(5), probes: 2)
    var breaker = CircuitBreaker(limits)
    var underWay: [CircuitBreaker.Pass] = []
    for now in 0..<2000 {
      let before = breaker.state
      if Bool.random(using: &random), let pass = Self.pass(&breaker, at: now) {
        if case .open(let until) = before { #expect(until <= .seconds(now), "seed \(seed)") }
        underWay.append(pass)
      }
      if !underWay.isEmpty, Bool.random(using: &random) {
        let pass = underWay.remove(at: Int.random(in: 0..<underWay.count, using: &random))
        let results: [CircuitBreaker.Result] = [.success, .failure, .failure, .neither]
        breaker.record(results[Int.random(in: 0..<4, using: &random)], of: pass, at: .seconds(now))
      }
      switch breaker.state {
      case .closed(let failures): #expect((0..<limits.failures).contains(failures), "seed \(seed)")
      case .open(let until): #expect(until <= .seconds(now) + limits.openFor, "seed \(seed)")
      case .halfOpen(let probes, let successes):
        #expect(
          (0...limits.probes).contains(probes) && (0..<limits.probes).contains(successes), "seed \(seed)")
      }
    }
  }

  @Test func transportStopsAskingAndComesBack() async throws {
    let fake = FakeTransport([.failed(.connect), .status(503), .status(200)])
    let clock = FakeClock()
    let transport = CircuitBreakingTransport(
      fake, limits: .init(failures: 2, openFor: .seconds(30)), clock: clock)
    let request = TransportRequest(.get, "http://user:secret@127.0.0.1:1/path")
    let first = await failure { () async throws(TransportError) in _ = try await transport.send(request) }
    #expect(first?.code == .connect)
    #expect(try await transport.send(request).status == 503)
    let refused = await failure { () async throws(TransportError) in _ = try await transport.send(request) }
    #expect(refused?.code == .circuitOpen)
    #expect(refused?.message.contains("secret") == false)
    #expect(fake.requests.count == 2)
    clock.advance(by: .seconds(30))
    #expect(try await transport.send(request).status == 200)
    #expect(transport.state == .closed(failures: 0))
  }

  @Test(arguments: [TransportError.Code.cancelled, .badURL, .badRequest, .tooLarge])
  func ownFaultsDoNotOpenIt(code: TransportError.Code) async throws {
    let transport = CircuitBreakingTransport(FakeTransport([.failed(code)]), limits: .init(failures: 1))
    _ = await failure { () async throws(TransportError) in
      _ = try await transport.send(TransportRequest(.get, "http://127.0.0.1/"))
    }
    #expect(transport.state == .closed(failures: 0))
  }
}
