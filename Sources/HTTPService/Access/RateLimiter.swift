import Synchronization

/// Lets each key send so many requests a minute, a burst of a quarter of them at once.
///
/// - Source: token bucket.
final class RateLimiter: Sendable {
  private struct Bucket {
    var tokens: Double
    var filledAt: ContinuousClock.Instant
  }

  private let buckets = Mutex<[String: Bucket]>([:])

  /// Takes a token.
  ///
  /// - Parameter limit: requests a minute; 0 or less is without limit.
  /// - Returns: seconds to wait where there is none left.
  func take(_ key: String, limit: Int, now: ContinuousClock.Instant = .now) -> Int? {
    guard limit > 0 else { return nil }
    let rate = Double(limit) / 60
    let size = max(1, Double(limit) / 4)
    return buckets.withLock { buckets in
      var bucket = buckets[key] ?? Bucket(tokens: size, filledAt: now)
      bucket.tokens = min(size, bucket.tokens + bucket.filledAt.duration(to: now).milliseconds / 1000 * rate)
      bucket.filledAt = now
      defer { buckets[key] = bucket }
      guard bucket.tokens < 1 else {
        bucket.tokens -= 1
        return nil
      }
      return max(1, Int(((1 - bucket.tokens) / rate).rounded(.up)))
    }
  }
}
