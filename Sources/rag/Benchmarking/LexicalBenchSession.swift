import Evaluation
import HTTPService
import Kernels
import LexicalIndex

/// Asks one BM25 index the same queries again and again.
struct LexicalBenchSession {
  let reader: LexicalIndexReader
  let analyzer: Analyzer
  let topK: Int
  private let parameters = BM25Parameters()

  init(reader: LexicalIndexReader, analyzer: Analyzer, topK: Int) {
    self.reader = reader
    self.analyzer = analyzer
    self.topK = topK
  }

  /// Rates and times of `rounds` passes over the queries, after one to warm up.
  func measure(_ queries: [String], rounds: Int) -> [(String, JSONValue)] {
    var hash = Self.basis
    for query in queries {
      for hit in search(terms(query)) { Self.add([hit.ordinal, hit.score.bitPattern], to: &hash) }
    }
    var seconds: [Double] = []
    let start = ProcessUsage.now
    for _ in 0..<rounds {
      for query in queries {
        let begin = ProcessUsage.now.wall
        let hits = search(terms(query))
        precondition(hits.count <= topK)
        seconds.append(ProcessUsage.now.wall - begin)
      }
    }
    let used = ProcessUsage.since(start)
    seconds.sort()
    let count = Double(queries.count)
    return [
      ("queries", .integer(queries.count)), ("rounds", .integer(rounds)),
      ("terms_per_query", .number(Double(queries.reduce(0) { $0 + terms($1).count }) / count)),
      ("queries_per_second", .number(count * Double(rounds) / used.wall)),
      ("queries_per_cpu_second", .number(count * Double(rounds) / used.cpu)),
      ("p50_us", .number(Bootstrap.quantile(seconds, 0.5) * 1e6)),
      ("p99_us", .number(Bootstrap.quantile(seconds, 0.99) * 1e6)),
      ("postings_per_query", .number(Double(queries.reduce(0) { $0 + postings(terms($1)) }) / count)),
      ("results_checksum", .string(String(hash, radix: 16))),
    ]
  }

  /// How many queries have another result than scoring every passage, ties by ordinal.
  func differing(_ queries: [String]) -> Int {
    let all = Array(0..<Ordinal(reader.documentCount))
    return queries.count { query in
      let terms = terms(query)
      let scores = reader.scores(
        terms, ordinals: all, parameters: parameters, statistics: statistics(terms))
      var top = TopK(capacity: topK)
      for (ordinal, score) in zip(all, scores) where score > 0 {
        top.offer(ScoredOrdinal(ordinal: ordinal, score: score))
      }
      return search(terms) != top.sorted()
    }
  }

  private func terms(_ query: String) -> [QueryTerm] { QueryTerm.terms(of: query, analyzer: analyzer) }

  private func statistics(_ terms: [QueryTerm]) -> CorpusStatistics {
    var statistics = CorpusStatistics()
    statistics.add(reader, terms: terms)
    return statistics
  }

  private func search(_ terms: [QueryTerm]) -> [ScoredOrdinal] {
    reader.search(terms, k: topK, parameters: parameters, statistics: statistics(terms))
  }

  /// Postings that scoring every passage would read.
  private func postings(_ terms: [QueryTerm]) -> Int {
    terms.reduce(0) { $0 + reader.documentFrequency(of: $1.term) }
  }

  private static let basis: UInt64 = 0xCBF2_9CE4_8422_2325

  /// FNV-1a.
  private static func add(_ words: [UInt32], to hash: inout UInt64) {
    for word in words { hash = (hash ^ UInt64(word)) &* 0x100_0000_01B3 }
  }
}
