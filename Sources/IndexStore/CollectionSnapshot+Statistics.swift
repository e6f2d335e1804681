import LexicalIndex

extension CollectionSnapshot {
  /// Analyzed terms of a query.
  package func queryTerms(_ text: String) -> [QueryTerm] {
    // The configuration was checked when the collection was made.
    guard let analyzer = try? Analyzer(configuration: configuration.analyzer) else { return [] }
    return QueryTerm.terms(of: text, analyzer: analyzer)
  }

  /// Counts over all segments, so that scores of several segments can be compared.
  package func statistics(for terms: [QueryTerm]) -> CorpusStatistics {
    var statistics = CorpusStatistics()
    for segment in segments { statistics.add(segment.reader.lexical, terms: terms) }
    return statistics
  }
}
