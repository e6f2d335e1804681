import IndexStore
import Kernels
import LexicalIndex

/// A query read against a snapshot: its terms, and the chunks that may answer it.
struct QueryPlan: Sendable {
  /// A word that is not in the index, and the term that stands for it.
  typealias Correction = RetrievalResult.Correction

  let query: RetrievalQuery
  /// The words without syntax: what is embedded and what rerankers read.
  let words: String
  let terms: [QueryTerm]
  /// Those of `terms`, and of the corrections, that some chunk holds.
  let knownTerms: [QueryTerm]
  let corrections: [Correction]
  let statistics: CorpusStatistics
  /// By segment; `nil` means all chunks.
  let allowed: [OrdinalSet?]
  /// Whether filter, phrases or excluded terms leave chunks out.
  let isRestricted: Bool

  /// - Throws: `IndexStoreError.corrupted`.
  init(_ query: RetrievalQuery, snapshot: CollectionSnapshot) throws(IndexStoreError) {
    let analyzer = try snapshot.analyzer()
    let syntax = query.readsSyntax ? QuerySyntax(query.text, fields: snapshot.fieldNames) : nil
    self.query = query
    words = syntax?.words ?? query.text
    terms = QueryTerm.terms(of: words, analyzer: analyzer)
    var statistics = snapshot.statistics(for: terms)
    var known = terms.filter { statistics.documentFrequency(of: $0.term) > 0 }
    let visible = try query.access.map { view throws(IndexStoreError) in try snapshot.allowed(by: view.filter)
    }
    corrections =
      query.toleratesTypos && query.mode != .dense && known.count < terms.count
      ? Self.corrections(words, terms, known, snapshot, analyzer).filter { correction in
        // A term that stands only where the caller may not look must not be named.
        visible.map { Self.stands(correction.term, in: snapshot, among: $0) } ?? true
      } : []
    if !corrections.isEmpty {
      for correction in corrections {
        // A guess counts less than a word that was meant.
        let weight = 1 - Double(correction.distance) / Double(max(1, correction.word.count))
        if let index = known.firstIndex(where: { $0.term == correction.term }) {
          known[index].weight += weight
        } else {
          known.append(QueryTerm(term: correction.term, weight: weight))
        }
      }
      statistics = snapshot.statistics(for: known)
    }
    knownTerms = known
    self.statistics = statistics
    let conditions =
      (syntax?.conditions ?? []) + [query.filter, query.access?.filter].compactMap { $0 }
    let filter: FilterExpression? = conditions.count > 1 ? .and(conditions) : conditions.first
    var allowed = try snapshot.allowed(by: filter)
    for phrase in syntax?.phrases ?? [] {
      allowed = try snapshot.chunks(withPhrase: phrase, analyzer: analyzer, among: allowed)
    }
    for phrase in syntax?.excluded ?? [] where !analyzer.terms(of: phrase).isEmpty {
      let banned = try snapshot.chunks(withPhrase: phrase, analyzer: analyzer, among: allowed)
      for (index, set) in banned.enumerated() {
        guard let set else { continue }
        var rest = allowed[index] ?? OrdinalSet(universe: set.universe, full: true)
        rest.subtract(set)
        allowed[index] = rest
      }
    }
    self.allowed = allowed
    isRestricted = filter != nil || !(syntax?.isPlain ?? true)
  }

  /// Chunks that may answer; `nil` where nothing restricts them.
  func allowedCount(_ snapshot: CollectionSnapshot) -> Int? {
    guard isRestricted else { return nil }
    return zip(snapshot.segments, allowed).reduce(0) { $0 + ($1.1?.count ?? $1.0.reader.chunkCount) }
  }

  private static func stands(
    _ term: String, in snapshot: CollectionSnapshot, among allowed: [OrdinalSet?]
  ) -> Bool {
    let query = [QueryTerm(term: term, weight: 1)]
    let statistics = snapshot.statistics(for: query)
    return zip(snapshot.segments, allowed).contains { segment, allowed in
      !segment.reader.lexicalSearch(query, k: 1, statistics: statistics, allowed: allowed).isEmpty
    }
  }

  private static func corrections(
    _ words: String, _ terms: [QueryTerm], _ known: [QueryTerm], _ snapshot: CollectionSnapshot,
    _ analyzer: Analyzer
  ) -> [Correction] {
    let corrector = snapshot.spelling(analyzer)
    let knownTerms = Set(known.map(\.term))
    let bytes = Array(words.utf8)
    var seen: Set<String> = []
    var corrections: [Correction] = []
    for token in analyzer.tokens(of: words) where !knownTerms.contains(token.term) {
      guard seen.insert(token.term).inserted else { continue }
      let word = String(decoding: bytes[token.range], as: UTF8.self)
      guard let found = corrector.correction(of: word, term: token.term) else { continue }
      corrections.append(
        Correction(
          word: word, term: found.term, distance: found.distance, documentFrequency: found.documentFrequency))
    }
    return corrections
  }
}
