import Kernels
import Synchronization

/// Finds a BERT encoder's tensors in a safetensors file and packs them.
struct BertWeights {
  let file: SafetensorsFile
  let configuration: BertConfiguration
  let precision: MatrixPrecision
  let engine: MatrixEngine

  private var hidden: Int { configuration.hiddenSize }

  /// Some files put `bert.` before every name.
  private func named(_ name: String) -> String {
    file.tensors[name] == nil && file.tensors["bert." + name] != nil ? "bert." + name : name
  }

  private func floats(_ name: String, _ shape: [Int]) throws(EmbeddingError) -> TensorFloats {
    try file.floats(named(name), shape: shape)
  }

  func words() throws(EmbeddingError) -> TensorFloats {
    try floats("embeddings.word_embeddings.weight", [configuration.vocabularySize, hidden])
  }

  /// Position embeddings, with those of one token type added, for each of the first `count` types.
  func positions(tokenTypes count: Int) throws(EmbeddingError) -> [[Float]] {
    guard count <= configuration.tokenTypes else {
      throw EmbeddingError(
        .modelInvalid,
        "config.json: type_vocab_size is \(configuration.tokenTypes); a model that reads pairs has \(count)")
    }
    let rows = configuration.maximumPositions
    let positions = try floats("embeddings.position_embeddings.weight", [rows, hidden])
    let types = try floats("embeddings.token_type_embeddings.weight", [configuration.tokenTypes, hidden])
    return (0..<count).map { type in
      var sums = positions.copied()
      types.withValues { types in
        for row in 0..<rows {
          for column in 0..<hidden { sums[row * hidden + column] += types[type * hidden + column] }
        }
      }
      return sums
    }
  }

  /// A dense layer by its name and size.
  func dense(_ name: String, inputs: Int, outputs: Int) throws(EmbeddingError) -> LinearLayer {
    try linear([name], inputs: inputs, outputs: outputs)
  }

  func norm(_ name: String) throws(EmbeddingError) -> BertEncoder.LayerNorm {
    // Weights converted from the first BERT release say gamma and beta.
    let isOld = file.tensors[named(name + ".gamma")] != nil
    return BertEncoder.LayerNorm(
      gamma: try floats(name + (isOld ? ".gamma" : ".weight"), [hidden]),
      beta: try floats(name + (isOld ? ".beta" : ".bias"), [hidden]))
  }

  private func linear(
    _ names: [String], inputs: Int, outputs: Int, activation: LinearLayer.Activation = .none
  ) throws(EmbeddingError) -> LinearLayer {
    func packed(_ weights: UnsafeBufferPointer<Float>, _ bias: [Float]) -> LinearLayer {
      bias.withUnsafeBufferPointer { bias in
        LinearLayer(
          weights: weights, bias: bias, inputs: inputs, outputs: outputs * names.count,
          activation: activation,
          engine: engine, precision: precision)
      }
    }
    let first = try floats(names[0] + ".weight", [outputs, inputs])
    var bias = try floats(names[0] + ".bias", [outputs]).copied()
    if names.count == 1 { return first.withValues { packed($0, bias) } }
    var weights = first.copied()
    weights.reserveCapacity(names.count * inputs * outputs)
    for name in names.dropFirst() {
      weights += try floats(name + ".weight", [outputs, inputs]).copied()
      bias += try floats(name + ".bias", [outputs]).copied()
    }
    return weights.withUnsafeBufferPointer { packed($0, bias) }
  }

  private func layer(_ index: Int) throws(EmbeddingError) -> BertEncoder.Layer {
    let prefix = "encoder.layer.\(index)."
    let wide = configuration.intermediateSize
    return BertEncoder.Layer(
      queryKeyValue: try linear(
        ["query", "key", "value"].map { prefix + "attention.self." + $0 }, inputs: hidden, outputs: hidden),
      attentionOutput: try linear([prefix + "attention.output.dense"], inputs: hidden, outputs: hidden),
      attentionNorm: try norm(prefix + "attention.output.LayerNorm"),
      up: try linear([prefix + "intermediate.dense"], inputs: hidden, outputs: wide, activation: .gelu),
      down: try linear([prefix + "output.dense"], inputs: wide, outputs: hidden),
      outputNorm: try norm(prefix + "output.LayerNorm"))
  }

  /// All layers, packed on up to `threads` threads.
  func layers(threads: Int) throws(EmbeddingError) -> [BertEncoder.Layer] {
    let results = Mutex<[Result<BertEncoder.Layer, EmbeddingError>?]>(
      Array(repeating: nil, count: configuration.layers))
    Parallel.forEach(configuration.layers, threads: threads) { index in
      let result: Result<BertEncoder.Layer, EmbeddingError>
      do throws(EmbeddingError) {
        result = .success(try layer(index))
      } catch {
        result = .failure(error)
      }
      results.withLock { $0[index] = result }
    }
    var layers: [BertEncoder.Layer] = []
    for result in results.withLock({ $0 }) {
      if let result { layers.append(try result.get()) }
    }
    return layers
  }
}
