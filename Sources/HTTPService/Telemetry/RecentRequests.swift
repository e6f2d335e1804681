import Foundation
import Synchronization

/// Requests of the last hour, minute by minute: what the page draws.
final class RecentRequests: Sendable {
  struct Minute: Sendable {
    /// Minutes since 1970.
    var number: Int
    var requests = 0
    var errors = 0
    /// By `bound(_:)`.
    var buckets = [UInt64](repeating: 0, count: RecentRequests.bucketCount + 1)
  }

  private static let kept = 60
  /// Each bound is a quarter above the one before, from 0.1 ms on: quantiles are exact to about 12 %.
  private static let bucketCount = 60
  private static let bounds = (0..<bucketCount).map { 0.1 * pow(1.25, Double($0)) }
  private let minutes = Mutex<[Minute]>([])

  func add(milliseconds: Double, isError: Bool, now: Double = Date().timeIntervalSince1970) {
    let number = Int(now / 60)
    let bucket = Self.bounds.firstIndex { milliseconds <= $0 } ?? Self.bucketCount
    minutes.withLock { minutes in
      if minutes.last?.number != number {
        minutes.append(Minute(number: number))
        if minutes.count > Self.kept { minutes.removeFirst() }
      }
      minutes[minutes.count - 1].requests += 1
      if isError { minutes[minutes.count - 1].errors += 1 }
      minutes[minutes.count - 1].buckets[bucket] += 1
    }
  }

  /// Of the last hour.
  var errors: Int { minutes.withLock { $0.reduce(0) { $0 + $1.errors } } }

  /// The last 60 minutes, the oldest first; a minute without requests is there with zeros.
  func json(now: Double = Date().timeIntervalSince1970) -> JSONValue {
    let known = Dictionary(minutes.withLock { $0 }.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
    let last = Int(now / 60)
    return .array(
      (0..<Self.kept).map { index in
        let number = last - Self.kept + 1 + index
        let minute = known[number] ?? Minute(number: number)
        func quantile(_ level: Double) -> JSONValue {
          let value = MetricRegistry.quantile(level, buckets: minute.buckets, bounds: Self.bounds)
          return .number((value * 100).rounded() / 100)
        }
        return .object([
          ("at", .integer(number * 60)), ("requests", .integer(minute.requests)),
          ("errors", .integer(minute.errors)), ("p50_ms", quantile(0.5)), ("p99_ms", quantile(0.99)),
        ])
      })
  }
}
