import Embeddings
import HTTPService
import Synchronization
import TestSupport
import Testing

@Suite struct MicroBatchingEmbedderTests {
  /// Says when it works, and works when it is let.
  private final class SlowEmbedder: Embedder {
    let base = HashingEmbedder()
    let sizes = Mutex<[Int]>([])
    let fails: Bool

    init(fails: Bool = false) {
      self.fails = fails
    }

    var identity: EmbeddingModelIdentity { base.identity }
    func countTokens(_ text: Substring) -> Int { base.countTokens(text) }

    func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch {
      sizes.withLock { $0.append(texts.count) }
      try? await Task.sleep(for: .milliseconds(20))
      if fails { throw EmbeddingError(.providerUnavailable, "down") }
      return try await base.embed(texts, as: role)
    }
  }

  @Test func whatComesTogetherIsEmbeddedTogether() async throws {
    let slow = SlowEmbedder()
    let told = Mutex<[Int]>([])
    let batching = MicroBatchingEmbedder(slow, limit: 8) { size in told.withLock { $0.append(size) } }
    let texts = (0..<40).map { "text number \($0)" }
    let vectors = try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
      for (index, text) in texts.enumerated() {
        group.addTask {
          let role: EmbeddingRole = index % 2 == 0 ? .query : .passage
          return (index, Array(try await batching.embed([text], as: role).matrix.row(0)))
        }
      }
      var all = [[Float]](repeating: [], count: texts.count)
      for try await (index, vector) in group { all[index] = vector }
      return all
    }
    for (index, text) in texts.enumerated() { #expect(vectors[index] == slow.base.vector(text)) }
    let sizes = slow.sizes.withLock { $0 }
    #expect(sizes.reduce(0, +) == 40)
    #expect(sizes.allSatisfy { $0 <= 8 })
    #expect(sizes.count < 20, "\(sizes)")
    #expect(told.withLock { $0 } == sizes)
  }

  @Test func aLoneTextGoesStraightThrough() async throws {
    let slow = SlowEmbedder()
    let batching = MicroBatchingEmbedder(slow)
    for _ in 0..<3 { _ = try await batching.embed(["alone"], as: .query) }
    #expect(slow.sizes.withLock { $0 } == [1, 1, 1])
    _ = try await batching.embed((0..<50).map { "\($0)" }, as: .passage)
    #expect(slow.sizes.withLock { $0 }.last == 50)
  }

  @Test func allOfABatchHearOfItsFailure() async throws {
    let batching = MicroBatchingEmbedder(SlowEmbedder(fails: true))
    let failures = await withTaskGroup(of: Bool.self) { group in
      for index in 0..<10 {
        group.addTask {
          do {
            _ = try await batching.embed(["\(index)"], as: .query)
            return false
          } catch {
            return (error as? EmbeddingError)?.code == .providerUnavailable
          }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(failures == 10)
  }
}
