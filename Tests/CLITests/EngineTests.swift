import Foundation
import Storage
import TestSupport
import Testing

/// The engines give the same on any number of threads and at every level of instructions.
@Suite struct EngineTests {
  let folder = TemporaryFolder()

  /// Levels that this machine may have; one that it lacks falls back to its best.
  static let levels = ["scalar", "avx2", "avx512", "avx512vnni"]

  func program(threads: Int = 2, level: String? = nil, home: String = "home") -> RagProgram {
    var rag = RagProgram(home: folder(home))
    rag.environment["RAG_THREADS"] = "\(threads)"
    if let level { rag.environment["RAG_SIMD"] = level }
    return rag
  }

  /// Random vectors in a NumPy file.
  func write(_ count: Int, seed: UInt64, to name: String) throws {
    var generator = SeededGenerator(seed: seed)
    let values = (0..<count * 32).map { _ in Float.random(in: -1...1, using: &generator) }
    let file = NumPyFile(rows: count, columns: 32, values: values)
    try file.data.write(to: URL(fileURLWithPath: folder(name)))
  }

  @Test func graphIsTheSameEverywhere() throws {
    try write(3000, seed: 1, to: "base.npy")
    try write(40, seed: 2, to: "queries.npy")
    func measured(_ name: String, threads: Int, level: String?) throws -> (
      graph: Data, search: [[String: Double]], filtered: [Double]
    ) {
      let result = try program(threads: threads, level: level).run(
        "bench", "ann", "--base", folder("base.npy"), "--queries", folder("queries.npy"), "--index",
        folder(name), "--ef", "16,64", "--rounds", "1", "--threads", "\(threads)", "--filter-selectivity",
        "0.5")
      #expect(result.status == 0, "\(result.errors)")
      let search = try #require(try result.json()["search"] as? [[String: Double]])
      let filter = try #require(try result.json()["filter"] as? [String: Any])
      let filtered = try #require(filter["search"] as? [[String: Any]]).compactMap { $0["recall"] as? Double }
      return (
        try Data(contentsOf: URL(fileURLWithPath: folder(name) + "/graph.hnsw")), search, filtered
      )
    }
    let expected = try measured("two", threads: 2, level: nil)
    #expect(try #require(expected.search.last?["recall"]) > 0.9)
    #expect(expected.filtered.count == 2)
    #expect(try #require(expected.filtered.last) > 0.9)
    for (threads, level) in [(1, nil)] + Self.levels.map({ (2, Optional($0)) }) {
      let other = try measured("\(threads)-\(level ?? "best")", threads: threads, level: level)
      #expect(other.graph == expected.graph, "\(threads) threads, \(level ?? "best")")
      #expect(other.filtered == expected.filtered, "\(level ?? "best")")
      for key in ["recall", "distances_per_query"] {
        #expect(other.search.map { $0[key] } == expected.search.map { $0[key] }, "\(level ?? "best")")
      }
    }
  }

  @Test func segmentsAreTheSameOnAnyNumberOfThreads() throws {
    try SampleDocuments.write(0..<60, to: folder("docs"))
    for threads in [1, 2] {
      let result = try program(threads: threads, home: "\(threads)").run("ingest", folder("docs"))
      #expect(result.status == 0, "\(result.errors)")
    }
    let one = try SampleDocuments.indexFiles(home: folder("1"))
    #expect(one.count > 5)
    #expect(one == (try SampleDocuments.indexFiles(home: folder("2"))))
  }

  /// Vectors of two levels differ by rounding alone: hits and their order stay, scores within 0.002.
  @Test func answersAreTheSameAtEveryLevel() throws {
    try SampleDocuments.write(0..<60, to: folder("docs"))
    func hits(_ level: String?) throws -> [[(id: String, score: Double)]] {
      let rag = program(level: level, home: level ?? "best")
      #expect(try rag.run("ingest", folder("docs")).status == 0)
      return try ["how is calibration checked", "rollback dashboard of region 2"].map { query in
        let result = try rag.run("search", query, "--json")
        #expect(result.status == 0, "\(result.errors)")
        let hits = try #require(try result.json()["hits"] as? [[String: Any]])
        return try hits.map {
          (id: try #require($0["chunk_id"] as? String), score: try #require($0["score"] as? Double))
        }
      }
    }
    let expected = try hits(nil)
    for level in Self.levels {
      for (got, wanted) in zip(try hits(level), expected) {
        #expect(got.map(\.id) == wanted.map(\.id), "\(level)")
        #expect(zip(got, wanted).allSatisfy { abs($0.score - $1.score) < 0.002 }, "\(level)")
      }
    }
  }
}
