import Embeddings
import Foundation
import Kernels
import TestSupport
import Testing

/// Against ONNX Runtime, on models whose weights `Fixtures/make_pairs.py` makes of integers, as is done here.
@Suite struct CrossEncoderTests {
  let folder = TemporaryFolder()

  struct Reference: Decodable {
    struct Pair: Decodable {
      var question: String
      var passage: String
    }

    struct Tokens: Decodable {
      var ids: [Int32]
      var second: Int
    }

    struct Model: Decodable {
      var layers: Int
      var hidden: Int
      var heads: Int
      var logits: [Double]
    }

    var limit: Int
    var pairs: [Pair]
    var models: [String: Model]
    var tokens: [String: [Tokens]]
  }

  func reference() throws -> Reference {
    try JSONDecoder().decode(Reference.self, from: Fixture.data("pairs.json"))
  }

  static func weights(_ tensor: Int, _ count: Int, scale: Double, offset: Double = 0) -> [Float] {
    (0..<count).map { index in
      var x = UInt32(truncatingIfNeeded: index &* 2_654_435_761 &+ tensor &* 40503 &+ 12345)
      x ^= x >> 15
      x = x &* 2_246_822_519
      x ^= x >> 13
      let unit = Double(x & 0xFFFF) / 65536 * 2 - 1
      return Float(unit * scale + offset)
    }
  }

  static func shapes(_ model: Reference.Model, vocabulary: Int) -> [String: [Int]] {
    let h = model.hidden
    var shapes: [String: [Int]] = [
      "bert.embeddings.word_embeddings.weight": [vocabulary, h],
      "bert.embeddings.position_embeddings.weight": [512, h],
      "bert.embeddings.token_type_embeddings.weight": [2, h], "classifier.weight": [1, h],
      "classifier.bias": [1],
    ]
    func norm(_ name: String) {
      shapes[name + ".weight"] = [h]
      shapes[name + ".bias"] = [h]
    }
    func dense(_ name: String, _ outputs: Int, _ inputs: Int) {
      shapes[name + ".weight"] = [outputs, inputs]
      shapes[name + ".bias"] = [outputs]
    }
    norm("bert.embeddings.LayerNorm")
    dense("bert.pooler.dense", h, h)
    for layer in 0..<model.layers {
      let prefix = "bert.encoder.layer.\(layer)."
      for part in ["query", "key", "value"] { dense(prefix + "attention.self." + part, h, h) }
      dense(prefix + "attention.output.dense", h, h)
      norm(prefix + "attention.output.LayerNorm")
      dense(prefix + "intermediate.dense", h * 4, h)
      dense(prefix + "output.dense", h, h * 4)
      norm(prefix + "output.LayerNorm")
    }
    return shapes
  }

  /// Writes the model's folder.
  func write(_ model: Reference.Model, limit: Int, leavingOut missing: String? = nil) throws -> String {
    let path = folder("model-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let vocab = try Data(contentsOf: URL(fileURLWithPath: InstalledModel.require() + "/vocab.txt"))
    try vocab.write(to: URL(fileURLWithPath: path + "/vocab.txt"))
    let vocabulary = String(decoding: vocab, as: UTF8.self).split(separator: "\n").count
    let config: [String: Any] = [
      "model_type": "bert", "hidden_size": model.hidden, "num_hidden_layers": model.layers,
      "num_attention_heads": model.heads, "intermediate_size": model.hidden * 4, "vocab_size": vocabulary,
      "max_position_embeddings": 512, "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
    ]
    try JSONSerialization.data(withJSONObject: config).write(to: URL(fileURLWithPath: path + "/config.json"))
    try Data("{\"max_seq_length\": \(limit)}".utf8)
      .write(to: URL(fileURLWithPath: path + "/sentence_bert_config.json"))
    var header: [String: Any] = [:]
    var body = Data()
    let shapes = Self.shapes(model, vocabulary: vocabulary)
    for (number, name) in shapes.keys.sorted().enumerated() where name != missing {
      let shape = shapes[name] ?? []
      let count = shape.reduce(1, *)
      let values =
        if name.contains("LayerNorm.weight") {
          Self.weights(number, count, scale: 0.1, offset: 1)
        } else if name.hasSuffix("bias") {
          Self.weights(number, count, scale: 0.05)
        } else if name.contains("embeddings") {
          Self.weights(number, count, scale: 0.5)
        } else {
          Self.weights(number, count, scale: 2 / Double(shape[1]).squareRoot())
        }
      let start = body.count
      values.withUnsafeBytes { body.append(contentsOf: $0) }
      header[name] = ["dtype": "F32", "shape": shape, "data_offsets": [start, body.count]] as [String: Any]
    }
    var head = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys])
    while head.count % 8 != 0 { head.append(0x20) }
    var file = Data()
    withUnsafeBytes(of: UInt64(head.count).littleEndian) { file.append(contentsOf: $0) }
    file.append(head)
    file.append(body)
    try file.write(to: URL(fileURLWithPath: path + "/model.safetensors"))
    return path
  }

  @Test(arguments: ["small", "large"])
  func logitsEqualONNXRuntimes(name: String) async throws {
    let reference = try reference()
    let model = try #require(reference.models[name])
    // Constant logits would agree with anything.
    #expect((model.logits.max() ?? 0) - (model.logits.min() ?? 0) > 0.3)
    let path = try write(model, limit: reference.limit)
    for (profile, tolerance) in [(EmbeddingProfile.exact, 1e-3), (.faithful, 0.1)] {
      let encoder = try CrossEncoder(directory: path, threads: 2, profile: profile)
      var largest = 0.0
      for (pair, logit) in zip(reference.pairs, model.logits) {
        let score = try await encoder.scores(question: pair.question, passages: [pair.passage])[0]
        largest = max(largest, abs(score - logit))
      }
      #expect(largest < tolerance, "\(name) \(profile)")
      // All passages of a question at once, whatever their order.
      let question = reference.pairs[0].question
      let passages = reference.pairs.prefix(6).map(\.passage)
      let together = try await encoder.scores(question: question, passages: passages)
      let alone = try passages.map { try encoder.scoresSynchronously(question: question, passages: [$0])[0] }
      #expect(together == alone)
    }
  }

  @Test func pairsAreCutAsTheReferenceCuts() throws {
    let reference = try reference()
    let tokenizer = try ModelDirectory(path: InstalledModel.require()).tokenizer()
    for (text, expected) in reference.tokens {
      let limit = try #require(Int(text))
      for (pair, tokens) in zip(reference.pairs, expected) {
        let found = tokenizer.encode(
          tokenizer.pieces(pair.question, limit: 100_000), tokenizer.pieces(pair.passage, limit: 100_000),
          limit: limit)
        #expect(found.tokens == tokens.ids)
        #expect(found.secondPart == tokens.second)
      }
    }
  }

  @Test func otherModelsAreRefused() throws {
    let model = try #require(try reference().models["small"])
    let path = try write(model, limit: 64, leavingOut: "classifier.weight")
    let error = #expect(throws: EmbeddingError.self) { try CrossEncoder(directory: path, threads: 1) }
    #expect(error?.message.contains("classifier") == true)
  }

  @Test func cancellingEnds() async throws {
    let model = try #require(try reference().models["small"])
    let encoder = try CrossEncoder(directory: try write(model, limit: 128), threads: 1)
    #expect(throws: CancellationError.self) {
      try encoder.scoresSynchronously(question: "q", passages: ["a", "b"]) { true }
    }
  }

  @Test func lateInteractionEqualsItsDefinition() async throws {
    let embedder = try LocalEmbedder(directory: try InstalledModel.require(), threads: 2)
    let passages = ["Drift is a change of data.", "A canary is a release to few.", ""]
    let scores = try await LateInteraction(embedder: embedder).scores(
      question: "what is drift", passages: passages)
    let query = try embedder.tokenStates(["what is drift"], as: .query)[0]
    #expect(query.rows == 3)
    for (score, states) in zip(scores, try embedder.tokenStates(passages, as: .passage)) {
      var sum = 0.0
      for row in 0..<query.rows {
        var best = -1.0
        for other in 0..<states.rows {
          let products = zip(query.row(row), states.row(other)).map { Double($0) * Double($1) }
          best = max(best, products.reduce(0, +))
        }
        sum += best
      }
      #expect(abs(score - sum / 3) < 1e-5)
    }
    #expect(scores[0] > scores[1])
  }
}
