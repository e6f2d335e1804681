import Foundation

/// A folder with a BERT sentence embedding model, as the Hugging Face hub lays them out.
///
/// Needed: `config.json`, `model.safetensors`, `vocab.txt`. Read if there: `tokenizer_config.json`
/// (`do_lower_case`, `strip_accents`, special tokens), `modules.json`, `1_Pooling/config.json`,
/// `sentence_bert_config.json` (`max_seq_length`), `config_sentence_transformers.json` (`prompts`).
/// `tokenizer.json` is not read: its truncation to 128 tokens isn't the model's length.
package struct ModelDirectory: Sendable {
  static let neededFiles = ["config.json", "model.safetensors", "vocab.txt"]

  package let path: String
  package let configuration: BertConfiguration
  package let pooling: EmbeddingModelIdentity.Pooling
  /// Longest input, tokens, special tokens included.
  package let maximumTokens: Int
  /// What the model wants in front of questions and of passages; mostly empty.
  let prompts: [EmbeddingRole: String]
  private let tokenizerSettings: TokenizerSettings

  /// Reads the small files.
  ///
  /// - Throws: `EmbeddingError.modelMissing` for a folder or file that isn't there; `.modelInvalid` for a model that
  ///   can't be run, saying which file and key.
  package init(path: String) throws(EmbeddingError) {
    self.path = path
    for file in Self.neededFiles where ModelRecord.status(path + "/" + file) == nil {
      throw EmbeddingError(
        .modelMissing,
        "\(path) has no \(file), so it is not a model folder: `rag models list` shows what is there")
    }
    func read<Value: Decodable>(_ file: String, _ type: Value.Type) throws(EmbeddingError) -> Value? {
      let full = path + "/" + file
      guard ModelRecord.status(full) != nil else { return nil }
      do {
        return try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: full)))
      } catch {
        throw EmbeddingError(
          .modelInvalid, "\(full) cannot be understood: install the model again", underlying: error)
      }
    }
    let config: Data
    do {
      config = try Data(contentsOf: URL(fileURLWithPath: path + "/config.json"))
    } catch {
      throw EmbeddingError(.modelInvalid, "\(path)/config.json cannot be read", underlying: error)
    }
    configuration = try BertConfiguration(json: config, path: path + "/config.json")
    tokenizerSettings = try read("tokenizer_config.json", TokenizerSettings.self) ?? TokenizerSettings()

    let modules = try read("modules.json", [Module].self) ?? []
    let runnable = ["Transformer", "Pooling", "Normalize"]
    for module in modules {
      let kind = module.type.split(separator: ".").last.map(String.init) ?? module.type
      guard runnable.contains(kind) else {
        throw EmbeddingError(
          .modelInvalid, "\(path)/modules.json: type \(module.type) cannot be run, only \(runnable)")
      }
    }
    let pooling = try read("1_Pooling/config.json", PoolingSettings.self)
    if let dimension = pooling?.word_embedding_dimension, dimension != configuration.hiddenSize {
      throw EmbeddingError(
        .modelInvalid,
        "\(path)/1_Pooling/config.json: word_embedding_dimension is \(dimension), hidden_size \(configuration.hiddenSize)"
      )
    }
    let modes = (pooling?.modes ?? [])
    switch modes {
    case [], ["pooling_mode_mean_tokens"]: self.pooling = .mean
    case ["pooling_mode_cls_token"]: self.pooling = .cls
    case ["pooling_mode_max_tokens"]: self.pooling = .max
    default:
      throw EmbeddingError(
        .modelInvalid, "\(path)/1_Pooling/config.json asks for \(modes); one of mean, cls and max can be run")
    }
    let length = try read("sentence_bert_config.json", LengthSettings.self)?.max_seq_length
    maximumTokens = min(length ?? configuration.maximumPositions, configuration.maximumPositions)
    guard maximumTokens >= 3 else {
      throw EmbeddingError(
        .modelInvalid, "\(path)/sentence_bert_config.json: max_seq_length is \(maximumTokens); 3 is the least"
      )
    }
    let named = try read("config_sentence_transformers.json", PromptSettings.self)?.prompts ?? [:]
    prompts = [
      .query: named["query"] ?? "", .passage: named["passage"] ?? named["document"] ?? "",
    ]
  }

  /// The tokenizer of the folder's vocabulary and settings.
  package func tokenizer() throws(EmbeddingError) -> WordPieceTokenizer {
    let file = try MappedModelFile(path: path + "/vocab.txt")
    let vocabulary = try WordPieceVocabulary(vocabulary: Array(file.bytes))
    guard vocabulary.count <= configuration.vocabularySize else {
      throw EmbeddingError(
        .modelInvalid,
        "\(path)/vocab.txt has \(vocabulary.count) tokens, config.json says vocab_size \(configuration.vocabularySize)"
      )
    }
    return try WordPieceTokenizer(
      vocabulary: vocabulary, lowercase: tokenizerSettings.do_lower_case ?? true,
      stripAccents: tokenizerSettings.strip_accents, specialTokens: tokenizerSettings.specialTokens)
  }

  /// What the folder's vectors are known by.
  ///
  /// Trusts `rag-model.json` when sizes and times of the files are as recorded; else hashes them, and records that
  /// if the folder can be written.
  ///
  /// - Throws: `EmbeddingError`, if a file cannot be read.
  package func identity(
    profile: EmbeddingProfile = .exact
  ) throws(EmbeddingError) -> EmbeddingModelIdentity {
    var record: ModelRecord
    let known = ModelRecord.read(in: path)
    if let known, known.fits(path) {
      record = known
    } else {
      record = try ModelRecord.hashing(
        ModelRecord.decisiveFiles, in: path,
        name: known?.name ?? URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent, source: nil)
      if known == nil { try? record.write(in: path) }
    }
    return EmbeddingModelIdentity(
      model: record.name, weightsHash: record.weightsHash + profile.suffix,
      dimension: configuration.hiddenSize,
      pooling: pooling,
      maximumTokens: maximumTokens)
  }

  // MARK: Files

  private struct TokenizerSettings: Decodable {
    var do_lower_case: Bool?
    var strip_accents: Bool?
    var unk_token: Token?
    var cls_token: Token?
    var sep_token: Token?
    var pad_token: Token?
    var mask_token: Token?

    var specialTokens: SpecialTokens {
      var tokens = SpecialTokens()
      tokens.unknown = unk_token?.content ?? tokens.unknown
      tokens.start = cls_token?.content ?? tokens.start
      tokens.end = sep_token?.content ?? tokens.end
      tokens.padding = pad_token?.content ?? tokens.padding
      tokens.mask = mask_token?.content ?? tokens.mask
      return tokens
    }
  }

  /// A token's text, written plainly or as an object with settings.
  private struct Token: Decodable {
    var content: String

    private enum CodingKeys: String, CodingKey {
      case content
    }

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        content = text
      } else {
        content = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .content)
      }
    }
  }

  private struct Module: Decodable {
    var type: String
  }

  private struct LengthSettings: Decodable {
    var max_seq_length: Int?
  }

  private struct PromptSettings: Decodable {
    var prompts: [String: String]?
  }

  private struct PoolingSettings: Decodable {
    var word_embedding_dimension: Int?
    /// Names of the modes that are on, sorted.
    var modes: [String] = []

    private struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Key.self)
      for key in values.allKeys where key.stringValue.hasPrefix("pooling_mode_") {
        if try values.decode(Bool.self, forKey: key) { modes.append(key.stringValue) }
      }
      modes.sort()
      word_embedding_dimension = try values.decodeIfPresent(
        Int.self, forKey: Key(stringValue: "word_embedding_dimension"))
    }
  }
}
