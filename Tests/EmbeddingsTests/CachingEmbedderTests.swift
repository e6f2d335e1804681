import Embeddings
import Kernels
import Synchronization
import TestSupport
import Testing

@Suite struct CachingEmbedderTests {
  /// Gives each text a vector that tells text and role; logs what it was asked.
  final class PlainEmbedder: Embedder {
    let identity: EmbeddingModelIdentity
    private let log = Mutex<[[String]]>([])

    init(weightsHash: String = "w") {
      identity = EmbeddingModelIdentity(
        model: "m", weightsHash: weightsHash, dimension: 2, pooling: .mean, maximumTokens: 8)
    }

    var asked: [[String]] { log.withLock { $0 } }

    static func vector(_ text: String, _ role: EmbeddingRole) -> [Float] {
      let angle = Float(text.utf8.reduce(0) { $0 + Int($1) }) + (role == .query ? 0.5 : 0)
      return angle.truncatingRemainder(dividingBy: 2) < 1 ? [1, 0] : [0.6, 0.8]
    }

    func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch {
      log.withLock { $0.append(texts) }
      guard !texts.contains("bad") else { throw EmbeddingError(.providerFailed, "bad") }
      return EmbeddingBatch(
        matrix: Matrix(rows: texts.count, columns: 2, values: texts.flatMap { Self.vector($0, role) }),
        tokenCounts: texts.map(\.utf8.count))
    }

    func countTokens(_ text: Substring) -> Int { text.utf8.count }
  }

  final class MemoryCache: EmbeddingCache {
    struct Failure: Error {}
    struct State {
      var vectors: [EmbeddingCacheKey: [Float]] = [:]
      var failsReading = false
      var failsWriting = false
    }

    let state = Mutex(State())

    func vectors(for keys: [EmbeddingCacheKey]) throws -> [EmbeddingCacheKey: [Float]] {
      try state.withLock { state in
        guard !state.failsReading else { throw Failure() }
        return state.vectors.filter { keys.contains($0.key) }
      }
    }

    func store(_ vectors: [(key: EmbeddingCacheKey, vector: [Float])]) throws {
      try state.withLock { state in
        guard !state.failsWriting else { throw Failure() }
        for (key, vector) in vectors { state.vectors[key] = vector }
      }
    }
  }

  static func check(_ batch: EmbeddingBatch, _ texts: [String], _ role: EmbeddingRole) {
    #expect(batch.matrix.rows == texts.count)
    for (row, text) in texts.enumerated() {
      #expect(batch.matrix.row(row) == PlainEmbedder.vector(text, role), "row \(row)")
    }
  }

  @Test func asksForEachTextOnce() async throws {
    let base = PlainEmbedder()
    let embedder = CachingEmbedder(base, cache: MemoryCache())
    let first = try await embedder.embed(["a", "b", "a", "cc"], as: .passage)
    Self.check(first, ["a", "b", "a", "cc"], .passage)
    #expect(first.tokenCounts == [1, 1, 0, 2])
    let second = try await embedder.embed(["cc", "d", "a"], as: .passage)
    Self.check(second, ["cc", "d", "a"], .passage)
    #expect(second.tokenCounts == [0, 1, 0])
    #expect(base.asked == [["a", "b", "cc"], ["d"]])
    #expect(embedder.statistics == .init(hits: 3, misses: 4))
    _ = try await embedder.embed(["a", "d"], as: .passage)
    #expect(base.asked.count == 2)
  }

  @Test func keepsRolesAndModelsApart() async throws {
    let cache = MemoryCache()
    let base = PlainEmbedder()
    let other = PlainEmbedder(weightsHash: "v")
    _ = try await CachingEmbedder(base, cache: cache).embed(["a"], as: .passage)
    Self.check(try await CachingEmbedder(base, cache: cache).embed(["a"], as: .query), ["a"], .query)
    _ = try await CachingEmbedder(other, cache: cache).embed(["a"], as: .passage)
    #expect(base.asked.count == 2)
    #expect(other.asked.count == 1)
  }

  @Test(arguments: [(true, false), (false, true), (true, true)])
  func aFailingCacheIsNotAFailingEmbed(failsReading: Bool, failsWriting: Bool) async throws {
    let cache = MemoryCache()
    cache.state.withLock {
      $0.failsReading = failsReading
      $0.failsWriting = failsWriting
    }
    let embedder = CachingEmbedder(PlainEmbedder(), cache: cache)
    Self.check(try await embedder.embed(["a", "b"], as: .query), ["a", "b"], .query)
    #expect(embedder.statistics.cacheFailures == (failsReading ? 1 : 0) + (failsWriting ? 1 : 0))
  }

  @Test(arguments: [[1], [1, 0, 0], [0, 0], [.nan, 0], [5, 5], []] as [[Float]])
  func passesDamagedVectorsBy(damaged: [Float]) async throws {
    let cache = MemoryCache()
    let base = PlainEmbedder()
    let key = EmbeddingCacheKey(base.identity, .passage, "a")
    try cache.store([(key, damaged)])
    let embedder = CachingEmbedder(base, cache: cache)
    Self.check(try await embedder.embed(["a"], as: .passage), ["a"], .passage)
    #expect(cache.state.withLock { $0.vectors[key] } == PlainEmbedder.vector("a", .passage))
  }

  @Test func failsAsItsBase() async throws {
    let cache = MemoryCache()
    let embedder = CachingEmbedder(PlainEmbedder(), cache: cache)
    await #expect(throws: EmbeddingError.self) { try await embedder.embed(["a", "bad"], as: .passage) }
    #expect(cache.state.withLock { $0.vectors.isEmpty })
  }

  @Test func embedsNothing() async throws {
    let base = PlainEmbedder()
    let batch = try await CachingEmbedder(base, cache: MemoryCache()).embed([], as: .passage)
    #expect(batch.matrix.rows == 0 && batch.matrix.columns == 2)
    #expect(base.asked.isEmpty)
  }

  /// SHA-256 of "passage", a zero byte and "hello", by `printf 'passage\0hello' | sha256sum`.
  @Test func keyIsStable() {
    let key = EmbeddingCacheKey(PlainEmbedder().identity, .passage, "hello")
    #expect(key.weightsHash == "w")
    #expect(key.textHash == "cbbfac41e1988ac2d50162f5c989eea196e21fc61391ed4247f3f50a6bb4c50c")
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func givesWhatItsBaseGives(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let embedder = CachingEmbedder(PlainEmbedder(), cache: MemoryCache())
    for _ in 0..<30 {
      let texts = (0..<Int.random(in: 0..<8, using: &random)).map { _ in
        "t\(Int.random(in: 0..<20, using: &random))"
      }
      let role: EmbeddingRole = Bool.random(using: &random) ? .query : .passage
      Self.check(try await embedder.embed(texts, as: role), texts, role)
    }
    #expect(embedder.statistics.misses <= 40, "seed \(seed)")
  }
}
