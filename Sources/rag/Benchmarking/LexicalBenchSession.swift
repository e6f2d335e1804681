import HTTPService
import Kernels
import LexicalIndex

/// Asks one BM25 index the same queries again and again.
struct LexicalBenchSession: Sendable {
  let reader: LexicalIndexReader
  let analyzer: Analyzer
  let topK: Int
  private let parameters = BM25Parameters()

  init(reader: LexicalIndexReader, analyzer: Analyzer, topK: Int) {
    self.reader = reader
    self.analyzer = analyzer
    self.topK = topK
  }

  /// Rates and times, with the analysis of the queries and without; the quickest of `rounds` passes.
  func measure(_ queries: [String], threads: Int, rounds: Int) -> [(String, JSONValue)] {
    let terms = queries.map { QueryTerm.terms(of: $0, analyzer: analyzer) }
    var results: [[ScoredOrdinal]] = []
    var whole = Pass()
    var analyzed = Pass()
    for round in 0..<rounds {
      whole.keepBest(
        pass(queries.count, threads) { search(QueryTerm.terms(of: queries[$0], analyzer: analyzer)) })
      analyzed.keepBest(pass(queries.count, threads) { search(terms[$0]) })
      if round == 0 { results = terms.map { search($0) } }
    }
    return [
      ("queries", .integer(queries.count)),
      ("query_terms_mean", .number(Double(terms.reduce(0) { $0 + $1.count }) / Double(max(1, queries.count)))),
      ("threads", .integer(threads)),
      ("queries_per_second", .number(whole.rate)),
      ("p50_us", .number(whole.times.quantile(0.5) * 1e6)),
      ("p99_us", .number(whole.times.quantile(0.99) * 1e6)),
      ("analyzed_queries_per_second", .number(analyzed.rate)),
      ("analyzed_p50_us", .number(analyzed.times.quantile(0.5) * 1e6)),
      ("analyzed_p99_us", .number(analyzed.times.quantile(0.99) * 1e6)),
      ("results_checksum", .string(Self.checksum(results))),
    ]
  }

  /// The queries whose result is not that of scoring every passage, ties by ordinal.
  func differing(_ queries: [String]) -> [Int] {
    let all = Array(0..<Ordinal(reader.documentCount))
    return queries.indices.filter { index in
      let terms = QueryTerm.terms(of: queries[index], analyzer: analyzer)
      var statistics = CorpusStatistics()
      statistics.add(reader, terms: terms)
      let scores = reader.scores(terms, ordinals: all, parameters: parameters, statistics: statistics)
      var top = TopK(capacity: topK)
      for (ordinal, score) in zip(all, scores) where score > 0 {
        top.offer(ScoredOrdinal(ordinal: ordinal, score: score))
      }
      return search(terms) != top.sorted()
    }
  }

  private func search(_ terms: [QueryTerm]) -> [ScoredOrdinal] {
    var statistics = CorpusStatistics()
    statistics.add(reader, terms: terms)
    return reader.search(terms, k: topK, parameters: parameters, statistics: statistics)
  }

  /// One pass over the queries.
  private struct Pass {
    var rate = 0.0
    var times = Latencies()

    mutating func keepBest(_ other: Pass) {
      if other.rate > rate { self = other }
    }
  }

  /// Each of `threads` threads asks all the queries, each from another place on.
  private func pass(_ count: Int, _ threads: Int, _ ask: @Sendable (Int) -> [ScoredOrdinal]) -> Pass {
    let start = ProcessUsage.now
    let seconds = Parallel.map(threads, threads: threads) { thread in
      (0..<count).map { offset in
        let start = ProcessUsage.now.wall
        let hits = ask((offset + thread * count / threads) % count)
        precondition(hits.count <= topK)
        return ProcessUsage.now.wall - start
      }
    }
    var pass = Pass()
    pass.rate = Double(count * threads) / ProcessUsage.since(start).wall
    for time in seconds.joined() { pass.times.append(time) }
    return pass
  }

  /// FNV-1a over ordinals and the bits of scores.
  private static func checksum(_ results: [[ScoredOrdinal]]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for hit in results.joined() {
      for word in [hit.ordinal, hit.score.bitPattern] {
        hash = (hash ^ UInt64(word)) &* 0x100_0000_01B3
      }
    }
    return String(hash, radix: 16)
  }
}
