import Documents
import Foundation

/// Lifts passages of young documents: `weight × 2^(−age / half-life)` is added to the score.
package struct RecencyBoost: Hashable, Sendable {
  /// Metadata field with an ISO 8601 date; a document without one gets nothing.
  package var field: String
  package var halfLifeDays: Double
  /// In standard deviations of the fused scores.
  package var weight: Double
  /// Seconds since 1970.
  package var now: Double

  package init(field: String, halfLifeDays: Double, weight: Double, now: Double) {
    self.field = field
    self.halfLifeDays = halfLifeDays
    self.weight = weight
    self.now = now
  }

  /// What is added for a document; a date to come counts as today.
  func value(_ metadata: [String: MetadataValue]) -> Double {
    guard case .string(let text)? = metadata[field], let date = Self.seconds(text) else { return 0 }
    return weight * pow(2, -max(0, now - date) / 86_400 / halfLifeDays)
  }

  /// Seconds since 1970 of `2026-03-01` or `2026-03-01T12:00:00Z`.
  package static func seconds(_ text: String) -> Double? {
    if let date = try? Date(text, strategy: .iso8601) { return date.timeIntervalSince1970 }
    let day = String(text.prefix(10))
    return (try? Date(day, strategy: .iso8601.year().month().day()))?.timeIntervalSince1970
  }
}

/// Lifts passages of documents that are marked as authoritative: `weight × value` is added to the score.
package struct AuthorityBoost: Hashable, Sendable {
  /// Metadata field with a number from 0 to 1, or a truth value; a document without one gets nothing.
  package var field: String
  /// In standard deviations of the fused scores.
  package var weight: Double

  package init(field: String, weight: Double) {
    self.field = field
    self.weight = weight
  }

  func value(_ metadata: [String: MetadataValue]) -> Double {
    switch metadata[field] {
    case .number(let number)?: weight * min(1, max(0, number))
    case .bool(let flag)?: flag ? weight : 0
    default: 0
    }
  }
}
