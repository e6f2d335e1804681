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

  func positions() throws(EmbeddingError) -> [Float] {
    let count = configuration.maximumPositions
    let positions = try floats("embeddings.position_embeddings.weight", [count, hidden])
    let types = try floats("embeddings.token_type_embeddings.weight", [configuration.tokenTypes, hidden])
    var sums = Array(positions.values)
    for row in 0..<count {
      for column in 0..<hidden { sums[row * hidden + column] += types.values[column] }
    }
    return sums
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
    var weights: [Float] = []
    var bias: [Float] = []
    let sole = try floats(names[0] + ".weight", [outputs, inputs])
    bias += try floats(names[0] + ".bias", [outputs]).values
    if names.count > 1 {
      weights.reserveCapacity(names.count * inputs * outputs)
      weights += sole.values
      for name in names.dropFirst() {
        weights += try floats(name + ".weight", [outputs, inputs]).values
        bias += try floats(name + ".bias", [outputs]).values
      }
    }
    return bias.withUnsafeBufferPointer { bias in
      weights.withUnsafeBufferPointer { joined in
        LinearLayer(
          weights: names.count > 1 ? joined : sole.values, bias: bias, inputs: inputs,
          outputs: outputs * names.count, activation: activation, engine: engine, precision: precision)
      }
    }
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
