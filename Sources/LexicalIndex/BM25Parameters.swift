import Foundation

/// The two knobs of BM25.
///
/// `score = Σ weight × idf × f / (f + k1 × (1 − b + b × length / average length))`, with
/// `idf = ln(1 + (N − df + 0.5) / (df + 0.5))`: Lucene's form since version 8, which leaves out the constant factor
/// `k1 + 1`.
/// - Source: Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, section 3.
package struct BM25Parameters: Codable, Hashable, Sendable {
  package var k1: Double = 1.2
  package var b: Double = 0.75

  package init() {}
}

/// Counts over all segments that are searched together, so that their scores can be compared.
package struct CorpusStatistics: Hashable, Sendable {
  /// Chunks, deleted ones included until they are merged away.
  package var documentCount = 0
  /// Terms in all chunks.
  package var totalLength = 0
  package var documentFrequencies: [String: Int] = [:]

  package init() {}

  package func documentFrequency(of term: String) -> Int { documentFrequencies[term] ?? 0 }

  /// Adds a segment's counts for `terms`.
  package mutating func add(_ reader: LexicalIndexReader, terms: [QueryTerm]) {
    documentCount += reader.documentCount
    totalLength += reader.totalLength
    for term in terms {
      documentFrequencies[term.term, default: 0] += reader.documentFrequency(of: term.term)
    }
  }

  var averageLength: Double { documentCount > 0 ? max(1, Double(totalLength) / Double(documentCount)) : 1 }

  func inverseDocumentFrequency(_ documentFrequency: Int) -> Double {
    let df = Double(documentFrequency)
    return log(1 + (Double(documentCount) - df + 0.5) / (df + 0.5))
  }
}

/// A term of a query; a word that comes twice counts twice.
package struct QueryTerm: Hashable, Sendable {
  package var term: String
  package var weight: Double

  package init(term: String, weight: Double = 1) {
    self.term = term
    self.weight = weight
  }

  /// Distinct terms of a query, in the order of their first places.
  package static func terms(of query: String, analyzer: Analyzer) -> [QueryTerm] {
    var terms: [QueryTerm] = []
    for term in analyzer.terms(of: query) {
      if let index = terms.firstIndex(where: { $0.term == term }) {
        terms[index].weight += 1
      } else {
        terms.append(QueryTerm(term: term))
      }
    }
    return terms
  }
}
