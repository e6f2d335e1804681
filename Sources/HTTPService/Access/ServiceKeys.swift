import Catalog
import Crypto
import Foundation
import IndexStore
import Storage
import Synchronization

/// The keys of a home: makes them, and tells who a key belongs to.
///
/// A key is `rag_` + id + `_` + secret. The secret is 32 random bytes and kept nowhere; its SHA-256 is, and is compared
/// in constant time. Changes by other processes hold within a second.
package final class ServiceKeys: Sendable {
  /// A key that was just made: the only time that its secret is seen.
  package struct Made: Sendable {
    package var record: KeyRecord
    package var key: String
  }

  private struct Known {
    var keys: [String: KeyRecord]
    var readAt: ContinuousClock.Instant
  }

  private let catalog: Catalog
  private let known = Mutex<Known?>(nil)

  package init(catalog: Catalog) {
    self.catalog = catalog
  }

  /// - Throws: `CatalogError`.
  package static func make(
    name: String, scopes: Set<KeyScope>, labels: [String]?, rateLimit: Int?, expiresAt: Double?,
    in catalog: Catalog
  ) throws -> Made {
    var generator = SystemRandomNumberGenerator()
    func random(_ count: Int) -> [UInt8] {
      (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
    let id = Hex.string(random(6))
    let secret = Hex.string(random(32))
    let record = KeyRecord(
      id: id, name: name, hash: Array(SHA256.hash(data: Array(secret.utf8))), scopes: scopes, labels: labels,
      rateLimit: rateLimit, createdAt: Date().timeIntervalSince1970, expiresAt: expiresAt)
    try catalog.add(record)
    return Made(record: record, key: "rag_\(id)_\(secret)")
  }

  /// Whether requests need a key: so from the first key on, also when all are revoked.
  package func areNeeded() throws -> Bool { try !keys().isEmpty }

  /// - Returns: whose key it is; `nil` for a key that is unknown, revoked or past its time.
  package func caller(of key: String) throws -> Caller? {
    let parts = key.split(separator: "_", omittingEmptySubsequences: false)
    // A hash is compared for unknown ids too, so that time does not tell which ids there are.
    let isWellFormed = parts.count == 3 && parts[0] == "rag"
    var record: KeyRecord?
    if isWellFormed {
      let id = String(parts[1])
      // One that was just made is good at once.
      record = try keys()[id] ?? catalog.key(id)
    }
    let hash = Array(SHA256.hash(data: Array((isWellFormed ? String(parts[2]) : key).utf8)))
    let isRight = Self.isEqual(hash, record?.hash ?? [UInt8](repeating: 0, count: 32))
    guard let record, isRight, record.revokedAt == nil else { return nil }
    if let expiry = record.expiresAt, expiry <= Date().timeIntervalSince1970 { return nil }
    return Caller(record)
  }

  /// Compares in a time that depends on the lengths alone.
  private static func isEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for index in a.indices { difference |= a[index] ^ b[index] }
    return difference == 0
  }

  private func keys() throws -> [String: KeyRecord] {
    if let known = known.withLock({ $0 }), known.readAt.duration(to: .now) < .seconds(1) { return known.keys }
    let now = ContinuousClock.now
    let keys = Dictionary(try catalog.keys().map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    known.withLock { $0 = Known(keys: keys, readAt: now) }
    return keys
  }
}
