import Foundation

/// The shape of a BERT encoder, from its `config.json`.
package struct BertConfiguration: Hashable, Sendable {
  package let hiddenSize: Int
  package let layers: Int
  package let heads: Int
  package let intermediateSize: Int
  package let vocabularySize: Int
  package let maximumPositions: Int
  package let tokenTypes: Int
  package let layerNormEpsilon: Float

  package var headSize: Int { hiddenSize / heads }

  /// Reads `config.json`.
  ///
  /// - Throws: `EmbeddingError.modelInvalid` naming the key, for a model that cannot be run.
  package init(json: Data, path: String = "config.json") throws(EmbeddingError) {
    let raw: Raw
    do {
      raw = try JSONDecoder().decode(Raw.self, from: json)
    } catch {
      throw EmbeddingError(
        .modelInvalid, "\(path) is not a model configuration: \(Self.reason(error))", underlying: error)
    }
    func refuse(_ key: String, _ value: String, _ wanted: String) -> EmbeddingError {
      EmbeddingError(.modelInvalid, "\(path): \(key) is \(value); only \(wanted) can be run")
    }
    if raw.model_type != "bert" {
      throw refuse("model_type", raw.model_type ?? "missing", "bert")
    }
    if let activation = raw.hidden_act, activation != "gelu" {
      throw refuse("hidden_act", activation, "gelu")
    }
    if let positions = raw.position_embedding_type, positions != "absolute" {
      throw refuse("position_embedding_type", positions, "absolute")
    }
    if raw.is_decoder == true { throw refuse("is_decoder", "true", "false") }
    func size(_ key: String, _ value: Int?, _ most: Int) throws(EmbeddingError) -> Int {
      guard let value else { throw refuse(key, "missing", "1 to \(most)") }
      guard (1...most).contains(value) else { throw refuse(key, "\(value)", "1 to \(most)") }
      return value
    }
    hiddenSize = try size("hidden_size", raw.hidden_size, 8192)
    layers = try size("num_hidden_layers", raw.num_hidden_layers, 128)
    heads = try size("num_attention_heads", raw.num_attention_heads, 128)
    intermediateSize = try size("intermediate_size", raw.intermediate_size, 65536)
    vocabularySize = try size("vocab_size", raw.vocab_size, 1 << 24)
    maximumPositions = try size("max_position_embeddings", raw.max_position_embeddings, 1 << 16)
    tokenTypes = try size("type_vocab_size", raw.type_vocab_size ?? 2, 64)
    if hiddenSize % heads != 0 {
      throw refuse("num_attention_heads", "\(heads)", "a divisor of hidden_size \(hiddenSize)")
    }
    let epsilon = raw.layer_norm_eps ?? 1e-12
    guard epsilon >= 0, epsilon < 1 else { throw refuse("layer_norm_eps", "\(epsilon)", "0 to 1") }
    layerNormEpsilon = Float(epsilon)
  }

  private static func reason(_ error: any Error) -> String {
    if case DecodingError.typeMismatch(_, let context) = error {
      return "\(context.codingPath.map(\.stringValue).joined(separator: ".")) has a wrong type"
    }
    return "it is not a JSON object"
  }

  private struct Raw: Decodable {
    var model_type: String?
    var hidden_act: String?
    var position_embedding_type: String?
    var is_decoder: Bool?
    var hidden_size: Int?
    var num_hidden_layers: Int?
    var num_attention_heads: Int?
    var intermediate_size: Int?
    var vocab_size: Int?
    var max_position_embeddings: Int?
    var type_vocab_size: Int?
    var layer_norm_eps: Double?
  }
}
