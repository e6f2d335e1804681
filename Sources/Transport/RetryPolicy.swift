import CCurl

/// Decides whether a request is sent again, and when.
///
/// Sent again are: status 408, 409, 429 and 5xx (529 too), and failures of the connection before the first byte
/// of a response. `x-should-retry: true` or `false` from the server overrules the status. The wait is what
/// `retry-after-ms` or `Retry-After` asks, capped; else `base × 2^(attempt − 1)`, capped, of which a random half
/// is taken off. No wait passes the total deadline: the outcome at hand stands instead.
///
/// - Source: RFC 9110 section 10.2.3 (Retry-After).
package struct RetryPolicy: Hashable, Sendable {
  /// Attempts in all, the first one included.
  package var maximumAttempts: Int
  package var base: Duration
  /// Longest wait that is chosen here.
  package var maximumWait: Duration
  /// Longest wait that a server may ask for; more is cut to it.
  package var maximumServerWait: Duration

  package init(
    maximumAttempts: Int = 4, base: Duration = .milliseconds(500), maximumWait: Duration = .seconds(8),
    maximumServerWait: Duration = .seconds(60)
  ) {
    self.maximumAttempts = maximumAttempts
    self.base = base
    self.maximumWait = maximumWait
    self.maximumServerWait = maximumServerWait
  }

  /// How an attempt ended.
  package enum Outcome: Sendable {
    case response(status: Int, headers: TransportHeaders)
    case failure(TransportError)
  }

  package enum Action: Hashable, Sendable {
    case retry(after: Duration)
    /// The outcome is the caller's.
    case stop
  }

  /// - Parameters:
  ///   - attempt: from 1; the attempt that ended with `outcome`.
  ///   - remaining: up to the total deadline, `nil` without one.
  ///   - unixTime: seconds since 1970, to read dates against.
  ///   - random: in `0..<1`.
  package func action(
    after outcome: Outcome, attempt: Int, remaining: Duration?, unixTime: Double, random: Double
  ) -> Action {
    guard attempt < maximumAttempts, Self.isTransient(outcome) else { return .stop }
    let wait =
      serverWait(outcome, unixTime: unixTime, random: random) ?? ownWait(attempt: attempt, random: random)
    if let remaining, wait >= remaining { return .stop }
    return .retry(after: wait)
  }

  private static func isTransient(_ outcome: Outcome) -> Bool {
    switch outcome {
    case .response(let status, let headers):
      switch headers["x-should-retry"] {
      case "true": return status >= 400
      case "false": return false
      default: return status == 408 || status == 409 || status == 429 || (500...599).contains(status)
      }
    case .failure(let error):
      guard !error.isAfterFirstByte else { return false }
      switch error.code {
      case .resolve, .connect, .reset, .timeout(.connect), .timeout(.firstByte): return true
      // The handshake may have been cut; a certificate that isn't trusted has another code, and stays so.
      case .tls: return error.curlCode == Int32(CURLE_SSL_CONNECT_ERROR.rawValue)
      default: return false
      }
    }
  }

  private func ownWait(attempt: Int, random: Double) -> Duration {
    let doublings = min(attempt - 1, 30)
    let longest = min(base * (1 << doublings), maximumWait)
    return longest * (1 - 0.5 * random)
  }

  /// Never before the time that the server asks for, and up to a tenth (at most a second) after it, so that
  /// clients that were refused together don't come back together.
  private func serverWait(_ outcome: Outcome, unixTime: Double, random: Double) -> Duration? {
    guard case .response(_, let headers) = outcome, let asked = Self.retryAfter(headers, unixTime: unixTime)
    else { return nil }
    let wait = min(asked, maximumServerWait)
    return wait + min(wait * 0.1, .seconds(1)) * random
  }

  /// What `retry-after-ms`, else `Retry-After`, asks for; `nil` when neither is there and can be read.
  static func retryAfter(_ headers: TransportHeaders, unixTime: Double) -> Duration? {
    if let text = headers["retry-after-ms"], let wait = number(text, unit: 0.001) { return wait }
    guard let text = headers["retry-after"] else { return nil }
    if let wait = number(text, unit: 1) { return wait }
    // Reads the three forms of a date that RFC 9110 section 5.6.7 has; -1 for what is none.
    let date = curl_getdate(text, nil)
    guard date >= 0, text.utf8.contains(0x3A) else { return nil }
    return .seconds(min(max(0, Double(date) - unixTime), 86_400))
  }

  /// A number that isn't negative, in seconds after `unit`; a day at most, which any cap is below.
  private static func number(_ text: String, unit: Double) -> Duration? {
    guard let value = Double(text), value >= 0 else { return nil }
    return .seconds(min(value * unit, 86_400))
  }
}
