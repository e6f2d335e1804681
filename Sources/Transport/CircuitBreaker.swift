/// Decides whether a service that has failed is asked again.
///
/// Pure; times come from outside. States: *closed* lets everything through and counts failures in a row; at the
/// limit it goes *open* and refuses until `openFor` has passed; then *half-open* lets `probes` requests through
/// at a time: that many successes in a row close it, one failure opens it again.
///
/// - Source: M. Nygard, Release It!, 2nd edition, chapter 5.
package struct CircuitBreaker: Sendable {
  package struct Limits: Hashable, Sendable {
    /// Failures in a row that open it.
    package var failures: Int
    package var openFor: Duration
    /// Successes in a row that close it, and requests at a time while half-open.
    package var probes: Int

    package init(failures: Int = 5, openFor: Duration = .seconds(30), probes: Int = 1) {
      precondition(failures > 0 && probes > 0, "\(failures) failures, \(probes) probes")
      self.failures = failures
      self.openFor = openFor
      self.probes = probes
    }
  }

  package enum State: Hashable, Sendable {
    case closed(failures: Int)
    case open(until: Duration)
    case halfOpen(underWay: Int, successes: Int)
  }

  package enum Admission: Hashable, Sendable {
    /// Send, and give the pass back with `record`.
    case allowed(Pass)
    /// Don't send before `retryAfter` has passed.
    case refused(retryAfter: Duration)
  }

  /// Ties a result to the state that its request was sent in.
  package struct Pass: Hashable, Sendable {
    fileprivate var epoch: Int
  }

  package enum Result: Hashable, Sendable {
    case success
    case failure
    /// Says nothing about the service, as a cancelled request.
    case neither
  }

  package let limits: Limits
  package private(set) var state = State.closed(failures: 0)
  /// Counts changes of state; results of requests from before a change are stale.
  private var epoch = 0

  package init(_ limits: Limits = Limits()) {
    self.limits = limits
  }

  /// Asks whether a request may be sent at `now`.
  package mutating func admit(at now: Duration) -> Admission {
    switch state {
    case .closed:
      break
    case .open(let until):
      guard now >= until else { return .refused(retryAfter: until - now) }
      change(to: .halfOpen(underWay: 1, successes: 0))
    case .halfOpen(let underWay, let successes):
      guard underWay < limits.probes else { return .refused(retryAfter: limits.openFor) }
      state = .halfOpen(underWay: underWay + 1, successes: successes)
    }
    return .allowed(Pass(epoch: epoch))
  }

  /// Takes the result of the request that `pass` let through.
  package mutating func record(_ result: Result, of pass: Pass, at now: Duration) {
    guard pass.epoch == epoch else { return }
    switch (state, result) {
    case (.closed, .success):
      state = .closed(failures: 0)
    case (.closed(let failures), .failure):
      if failures + 1 >= limits.failures {
        change(to: .open(until: now + limits.openFor))
      } else {
        state = .closed(failures: failures + 1)
      }
    case (.halfOpen, .failure):
      change(to: .open(until: now + limits.openFor))
    case (.halfOpen(let underWay, let successes), .success):
      if successes + 1 >= limits.probes {
        change(to: .closed(failures: 0))
      } else {
        state = .halfOpen(underWay: underWay - 1, successes: successes + 1)
      }
    case (.halfOpen(let underWay, let successes), .neither):
      state = .halfOpen(underWay: underWay - 1, successes: successes)
    case (.open, _), (.closed, .neither):
      break
    }
  }

  private mutating func change(to state: State) {
    self.state = state
    epoch += 1
  }
}
