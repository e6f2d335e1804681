import Catalog
import Documents
import Storage

/// Documents below a folder, or one document, that only holders of a label see.
package struct AccessRule: Hashable, Sendable {
  /// Identity of a folder or document.
  package var place: String
  package var labels: Set<String>

  package init(place: String, labels: Set<String>) {
    self.place = place
    self.labels = labels
  }
}

/// What a caller may see of a collection.
///
/// A document carries labels in its metadata field `access`, and rules give more of them to whole folders. One that
/// carries none is everybody's; any other is seen by callers who hold one of its own labels, and one of each rule's
/// that covers it. Rules are applied when a question is asked, so that a change of them needs no new ingest.
package struct AccessView: Hashable, Sendable {
  /// The metadata field.
  package static let field = "access"

  private let labels: Set<String>
  /// Rules that shut this caller out.
  private let closed: [AccessRule]

  package init(labels: some Sequence<String>, rules: [AccessRule]) {
    let held = Set(labels)
    self.labels = held
    closed = rules.filter { $0.labels.isDisjoint(with: held) }
  }

  /// What the caller's searches are limited to.
  package var filter: FilterExpression {
    let own = FilterExpression.or([
      .not(.exists(field: Self.field)),
      .isIn(field: Self.field, labels.sorted().map { .string($0) }),
    ])
    return .and(
      [own]
        + closed.map { rule in
          .not(
            .or([
              .compare(field: "folder", .eq, .string(rule.place)),
              .compare(field: "document_id", .eq, .string(rule.place)),
            ]))
        })
  }

  /// Whether the caller may see a document at all.
  package func allows(_ document: DocumentRecord) -> Bool {
    allows(documentID: document.id, metadata: document.metadata)
  }

  package func allows(documentID: String, metadata: [String: MetadataValue]) -> Bool {
    let isShut = closed.contains { rule in
      DocumentPath(documentID).isWithin(DocumentPath(rule.place))
    }
    if isShut { return false }
    switch metadata[Self.field] {
    case nil: return true
    case .string(let label): return labels.contains(label)
    case .list(let own): return own.isEmpty || !labels.isDisjoint(with: own)
    // No label that anybody could hold.
    case .number, .bool: return false
    }
  }
}
