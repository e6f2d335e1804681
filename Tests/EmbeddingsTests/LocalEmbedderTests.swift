import Embeddings
import Foundation
import Kernels
import TestSupport
import Testing

struct LocalEmbedderTests {
  private static func passages() throws -> [String] {
    String(decoding: try Fixture.data("passages.txt"), as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
  }

  private func cosine(_ x: [Float], _ y: [Float]) -> Double {
    var dot = 0.0
    var a = 0.0
    var b = 0.0
    for (p, q) in zip(x, y) {
      dot += Double(p) * Double(q)
      a += Double(p) * Double(p)
      b += Double(q) * Double(q)
    }
    return dot / (a * b).squareRoot()
  }

  /// 500 passages as another runtime embeds them in float32.
  @Test(arguments: MatrixEngine.allCases) func equalsReference(engine: MatrixEngine) throws {
    let embedder = try LocalEmbedder(
      directory: InstalledModel.require(), threads: 2, profile: .exact, engine: engine)
    let texts = try Self.passages()
    let batch = embedder.embedSynchronously(texts)
    let bytes = [UInt8](try Fixture.data("embeddings.f16"))
    #expect(texts.count == 500 && bytes.count == 500 * 384 * 2)
    var worst = 1.0
    for row in 0..<texts.count {
      let wanted = (0..<384).map { column -> Float in
        let at = 2 * (row * 384 + column)
        return widened(UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8)
      }
      worst = min(worst, cosine(batch.matrix.row(row), wanted))
    }
    #expect(worst >= 0.99999, "\(engine): \(worst)")
    #expect(batch.tokenCounts.max() == 256)
  }

  private func widened(_ bits: UInt16) -> Float {
    let magnitude = Float(bits & 0x3FF) * 0x1p-24
    let exponent = UInt32(bits >> 10 & 0x1F)
    let value =
      exponent == 0 ? magnitude : Float(bitPattern: (exponent + 112) << 23 | UInt32(bits & 0x3FF) << 13)
    return bits & 0x8000 == 0 ? value : -value
  }

  /// What each profile promises, over 500 passages.
  @Test(
    .enabled(if: EncoderKernels.current != nil),
    arguments: [(EmbeddingProfile.faithful, 0.9999), (.fast, 0.995)])
  func profilesAreNear(profile: EmbeddingProfile, bound: Double) throws {
    let directory = try InstalledModel.require()
    let exact = try LocalEmbedder(directory: directory, threads: 2, profile: .exact)
    let rounded = try LocalEmbedder(directory: directory, threads: 2, profile: profile)
    #expect(exact.identity != rounded.identity)
    #expect(exact.identity.isComparable(to: rounded.identity))
    #expect(rounded.identity.profile == profile)
    let texts = try Self.passages()
    let x = exact.embedSynchronously(texts).matrix
    let y = rounded.embedSynchronously(texts).matrix
    let worst = (0..<texts.count).map { cosine(x.row($0), y.row($0)) }.min() ?? 0
    #expect(worst >= bound, "\(worst)")
  }

  /// Same bits alone, in any batch, in any order, on one thread and on several.
  @Test(arguments: MatrixEngine.allCases) func sameBits(engine: MatrixEngine) throws {
    let folder = TemporaryFolder()
    try TinyModel(hidden: 24, heads: 3, wide: 50, positions: 64).write(to: folder.path)
    func embedder(_ threads: Int) throws -> LocalEmbedder {
      try LocalEmbedder(directory: folder.path, threads: threads, profile: .exact, engine: engine)
    }
    let seed: UInt64 = 11
    var generator = SeededGenerator(seed: seed)
    let words = ["quick", "fox", "the", "brown", "ab", "."]
    let texts = (0..<90).map { _ in
      (0..<Int.random(in: 0...80, using: &generator)).map { _ in words.randomElement(using: &generator) ?? ""
      }
      .joined(separator: " ")
    }
    let alone = try embedder(1)
    let wanted = texts.map { alone.embedSynchronously([$0]).matrix.values }
    for threads in [1, 2, 3] {
      let batch = try embedder(threads).embedSynchronously(texts)
      for row in texts.indices { #expect(batch.matrix.row(row) == wanted[row], "seed \(seed), row \(row)") }
      let backwards = try embedder(threads).embedSynchronously(texts.reversed())
      for row in texts.indices { #expect(backwards.matrix.row(89 - row) == wanted[row]) }
      #expect(batch.tokenCounts == backwards.tokenCounts.reversed())
    }
  }

  @Test(arguments: EmbeddingProfile.allCases) func sameBitsOnTheRealModel(profile: EmbeddingProfile)
    async throws
  {
    let directory = try InstalledModel.require()
    let texts = Array(try Self.passages()[20..<50])
    let one = try LocalEmbedder(directory: directory, threads: 1, profile: profile).embedSynchronously(texts)
    let two = try LocalEmbedder(directory: directory, threads: 2, profile: profile)
    #expect(try await two.embed(texts, as: .passage) == one)
    #expect(try await two.embed(texts.reversed(), as: .passage).matrix.row(29) == one.matrix.row(0))
    // One worker for all, used by longer texts before.
    let alone = try LocalEmbedder(directory: directory, threads: 1, profile: profile)
    for index in texts.indices {
      #expect(alone.embedSynchronously([texts[index]], as: .query).matrix.values == one.matrix.row(index))
    }
  }

  @Test(arguments: MatrixEngine.allCases, ["F32", "F16", "BF16"]) func equalsOracle(
    engine: MatrixEngine, type: String
  ) throws {
    for (seed, prefix) in [(UInt64(3), ""), (4, "bert.")] {
      let folder = TemporaryFolder()
      let model = TinyModel(seed: seed, type: type, prefix: prefix)
      try model.write(to: folder.path)
      let embedder = try LocalEmbedder(
        directory: folder.path, threads: 1, profile: .exact, engine: engine)
      for text in ["", "the quick brown fox.", "a ab bb the the the . . fox foxs quick brown a b a b ab"] {
        let wanted = model.oracle(embedder.tokenizer.encode(text, limit: 40))
        let got = embedder.embedSynchronously([text]).matrix.values
        let worst = zip(got, wanted).map { abs(Double($0) - $1) }.max() ?? 0
        #expect(worst < 2e-5, "\(engine) \(type) seed \(seed), \"\(text)\": \(worst)")
      }
    }
  }

  @Test func noTextsAndEmptyTexts() async throws {
    let folder = TemporaryFolder()
    try TinyModel().write(to: folder.path)
    let embedder = try LocalEmbedder(directory: folder.path, threads: 2)
    #expect(try await embedder.embed([], as: .query).matrix.rows == 0)
    let batch = try await embedder.embed(["", String(repeating: "fox ", count: 1000)], as: .query)
    #expect(batch.tokenCounts == [2, 40])
    for row in 0..<2 {
      let length = batch.matrix.row(row).map { $0 * $0 }.reduce(0, +)
      #expect(abs(length - 1) < 1e-5)
    }
    #expect(embedder.countTokens("the quick fox.") == 4)
  }
}
