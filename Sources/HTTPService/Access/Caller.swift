import Catalog
import IndexStore

/// Who sent a request, and what they may do.
package struct Caller: Sendable {
  /// Id of the key; empty where no key is needed.
  package var key: String
  /// Name of the key, for metrics.
  package var name: String
  package var scopes: Set<KeyScope>
  /// Access labels; `nil` sees everything.
  package var labels: [String]?
  /// Requests a minute; `nil` leaves it to the server.
  package var rateLimit: Int?

  /// Where no keys are set up, whoever can reach the server may do all.
  package static let everybody = Caller(key: "", name: "", scopes: Set(KeyScope.allCases), labels: nil)

  package init(key: String, name: String, scopes: Set<KeyScope>, labels: [String]?, rateLimit: Int? = nil) {
    self.key = key
    self.name = name
    self.scopes = scopes
    self.labels = labels
    self.rateLimit = rateLimit
  }

  init(_ record: KeyRecord) {
    self.init(
      key: record.id, name: record.name, scopes: record.scopes, labels: record.labels,
      rateLimit: record.rateLimit)
  }

  /// An administrator may do what the others may.
  package func may(_ scope: KeyScope) -> Bool { scopes.contains(scope) || scopes.contains(.admin) }

  /// What they see; `nil` is everything.
  package func view(rules: [AccessRule]) -> AccessView? {
    labels.map { AccessView(labels: $0, rules: rules) }
  }
}
