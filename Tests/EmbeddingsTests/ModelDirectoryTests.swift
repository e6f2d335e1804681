import Embeddings
import Foundation
import TestSupport
import Testing

struct ModelDirectoryTests {
  private func write(_ name: String, _ text: String, in folder: TemporaryFolder) throws {
    let url = URL(fileURLWithPath: folder(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  @Test(arguments: [
    ("model_type", "\"roberta\""), ("hidden_act", "\"relu\""),
    ("position_embedding_type", "\"relative_key\""),
    ("is_decoder", "true"), ("hidden_size", "0"), ("hidden_size", "-4"), ("num_hidden_layers", "100000"),
    ("num_attention_heads", "3"), ("vocab_size", "null"), ("layer_norm_eps", "-1"), ("hidden_size", "\"8\""),
    ("max_position_embeddings", "1e30"),
  ]) func refusedKeys(key: String, value: String) throws {
    var config = TinyModel().config
    config[key] = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
    let folder = TemporaryFolder()
    try TinyModel().write(to: folder.path, config: config)
    let error = #expect(throws: EmbeddingError.self) { try ModelDirectory(path: folder.path) }
    #expect(error?.code == .modelInvalid)
    #expect(error?.message.contains("config.json") == true)
    if key != "max_position_embeddings" {
      #expect(error?.message.contains(key) == true, "\(error?.message ?? "")")
    }
  }

  @Test(arguments: ["config.json", "model.safetensors", "vocab.txt"]) func neededFiles(name: String) throws {
    let folder = TemporaryFolder()
    try TinyModel().write(to: folder.path)
    try FileManager.default.removeItem(atPath: folder(name))
    let error = #expect(throws: EmbeddingError.self) { try ModelDirectory(path: folder.path) }
    #expect(error?.code == .modelMissing)
    #expect(error?.message.contains(name) == true)
  }

  @Test(arguments: [
    ("1_Pooling/config.json", #"{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}"#),
    ("1_Pooling/config.json", #"{"pooling_mode_weightedmean_tokens": true}"#),
    ("1_Pooling/config.json", #"{"word_embedding_dimension": 9}"#), ("1_Pooling/config.json", "[]"),
    ("modules.json", #"[{"type": "sentence_transformers.models.Dense"}]"#), ("modules.json", "{"),
    ("sentence_bert_config.json", #"{"max_seq_length": 2}"#), ("tokenizer_config.json", "3"),
    ("tokenizer_config.json", #"{"sep_token": "[NONE]"}"#),
  ]) func refusedFiles(name: String, text: String) throws {
    let folder = TemporaryFolder()
    try TinyModel().write(to: folder.path)
    try write(name, text, in: folder)
    let error = #expect(throws: EmbeddingError.self) { try LocalEmbedder(directory: folder.path, threads: 1) }
    #expect(error?.code == .modelInvalid)
  }

  @Test func settings() throws {
    let folder = TemporaryFolder()
    try TinyModel().write(to: folder.path)
    #expect(try ModelDirectory(path: folder.path).maximumTokens == 40)
    #expect(try ModelDirectory(path: folder.path).pooling == .mean)
    try write("sentence_bert_config.json", #"{"max_seq_length": 7}"#, in: folder)
    try write("1_Pooling/config.json", #"{"pooling_mode_cls_token": true}"#, in: folder)
    try write(
      "tokenizer_config.json", #"{"sep_token": {"content": "fox"}, "do_lower_case": false}"#, in: folder)
    let model = try ModelDirectory(path: folder.path)
    #expect(model.maximumTokens == 7)
    #expect(model.pooling == .cls)
    #expect(try model.tokenizer().encode("the FOX", limit: 9) == [2, 12, 1, 10])
  }

  @Test func prompts() throws {
    let folder = TemporaryFolder()
    try TinyModel().write(to: folder.path)
    try write("config_sentence_transformers.json", #"{"prompts": {"query": "the quick "}}"#, in: folder)
    let embedder = try LocalEmbedder(directory: folder.path, threads: 1)
    let query = embedder.embedSynchronously(["fox"], as: .query)
    #expect(query == (embedder.embedSynchronously(["the quick fox"], as: .passage)))
  }

  @Test func identityFollowsTheFiles() throws {
    let folder = TemporaryFolder()
    try TinyModel(seed: 1).write(to: folder.path)
    let first = try ModelDirectory(path: folder.path).identity()
    #expect(first.dimension == 8 && first.maximumTokens == 40 && first.weightsHash.count == 64)
    #expect(try ModelDirectory(path: folder.path).identity() == first)
    try TinyModel(seed: 2).write(to: folder.path)
    let second = try ModelDirectory(path: folder.path).identity()
    #expect(second.weightsHash != first.weightsHash)
    try write("sentence_bert_config.json", #"{"max_seq_length": 9}"#, in: folder)
    #expect(try ModelDirectory(path: folder.path).identity().weightsHash != second.weightsHash)
    let other = TemporaryFolder()
    try TinyModel(seed: 1).write(to: other.path)
    #expect(try ModelDirectory(path: other.path).identity().weightsHash == first.weightsHash)
  }
}
