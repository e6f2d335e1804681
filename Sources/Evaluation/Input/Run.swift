import Storage

/// What a system returned: for each query, documents with scores.
package struct Run: Hashable, Sendable {
  /// A document in the answer to a query.
  package struct Entry: Hashable, Sendable {
    package var document: String
    package var score: Double

    package init(document: String, score: Double) {
      self.document = document
      self.score = score
    }
  }

  /// Name of the system; the last column of a run file.
  package var name: String
  package private(set) var rankings: [String: [Entry]] = [:]

  package init(name: String) {
    self.name = name
  }

  /// Queries with at least one result, sorted.
  package var queries: [String] { rankings.keys.sorted() }

  /// Sets the ranking of a query, in evaluation order whatever the order given.
  ///
  /// A document that comes twice counts once, with its best score: passages roll up to documents that way.
  ///
  /// - Complexity: O(n log n).
  package mutating func set(_ entries: [Entry], for query: String) {
    var best: [DocumentPath: Double] = [:]
    for entry in entries {
      best[DocumentPath(entry.document), default: -.infinity] = max(
        entry.score, best[DocumentPath(entry.document)] ?? -.infinity)
    }
    rankings[query] = Self.ordered(best.map { Entry(document: $0.key.text, score: $0.value) })
  }

  /// Sets the ranking of a query by places: the first document is the best.
  ///
  /// Scores are made of the places, so that every tool that reads the run keeps this very order.
  package mutating func set(ranked documents: [String], for query: String) {
    var seen: Set<DocumentPath> = []
    let distinct = documents.filter { seen.insert(DocumentPath($0)).inserted }
    rankings[query] = distinct.enumerated().map { place, document in
      Entry(document: document, score: Double(distinct.count - place))
    }
  }

  /// By falling score; equal scores by falling document id, as trec_eval has it, which compares scores as float32.
  static func ordered(_ entries: [Entry]) -> [Entry] {
    entries.sorted { a, b in
      let (first, second) = (Float(a.score), Float(b.score))
      return first > second
        || first == second && b.document.utf8.lexicographicallyPrecedes(a.document.utf8)
    }
  }

  /// Reads TREC's six columns: `query Q0 document rank score name`. Ranks are not read: scores decide.
  ///
  /// - Throws: `EvaluationError.malformed` with the line.
  /// - Complexity: O(n log n).
  package init(text: String, name: String) throws(EvaluationError) {
    self.name = name
    var entries: [String: [Entry]] = [:]
    var seen: [String: Set<DocumentPath>] = [:]
    for (number, fields) in LineFields.all(of: text) {
      let place = "\(name), line \(number)"
      guard fields.count == 6 else {
        throw EvaluationError(
          .malformed, "\(place): \(fields.count) columns; a line of a TREC run has 6")
      }
      guard let score = Double(fields[4]), score.isFinite else {
        throw EvaluationError(.malformed, "\(place): the score '\(fields[4])' is not a number")
      }
      let query = String(fields[0])
      let document = String(fields[2])
      guard seen[query, default: []].insert(DocumentPath(document)).inserted else {
        throw EvaluationError(.malformed, "\(place): document \(document) comes twice for query \(query)")
      }
      entries[query, default: []].append(Entry(document: document, score: score))
      self.name = String(fields[5])
    }
    guard !entries.isEmpty else { throw EvaluationError(.malformed, "\(name): the run is empty") }
    for (query, list) in entries { rankings[query] = Self.ordered(list) }
  }

  /// The run in TREC's format, queries sorted.
  ///
  /// - Complexity: O(n).
  package var text: String {
    var lines = ""
    let label = name.split { $0 == " " || $0 == "\t" || $0 == "\n" }.joined(separator: "-")
    for query in queries {
      for (place, entry) in (rankings[query] ?? []).enumerated() {
        lines +=
          "\(query) Q0 \(entry.document) \(place + 1) \(entry.score) \(label.isEmpty ? "rag" : label)\n"
      }
    }
    return lines
  }
}
