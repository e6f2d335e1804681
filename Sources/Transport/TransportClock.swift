import Foundation

/// Time as retries and circuit breakers need it; tests have one of their own.
package protocol TransportClock: Sendable {
  /// Time since a fixed moment; never runs back.
  var now: Duration { get }
  /// Seconds since 1970.
  var unixTime: Double { get }
  /// - Throws: `CancellationError` when the task is cancelled.
  func sleep(for duration: Duration) async throws
}

/// The machine's clocks.
package struct SystemTransportClock: TransportClock {
  private static let origin = ContinuousClock.now

  package init() {}

  package var now: Duration { ContinuousClock.now - Self.origin }
  package var unixTime: Double { Date().timeIntervalSince1970 }

  package func sleep(for duration: Duration) async throws {
    try await Task.sleep(for: duration, clock: .continuous)
  }
}
