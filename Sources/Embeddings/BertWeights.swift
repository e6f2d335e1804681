import Kernels

/// Finds a BERT encoder's tensors in a safetensors file and packs them.
struct BertWeights {
  let file: SafetensorsFile
  let configuration: BertConfiguration

  static let queryKeyValue = ["query", "key", "value"].map { "attention.self." + $0 }

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
  func dense(
    _ name: String, inputs: Int, outputs: Int, engine: MatrixEngine
  ) throws(EmbeddingError) -> LinearLayer {
    try linear([name], inputs: inputs, outputs: outputs, activation: .none, engine: engine)
  }

  func norm(_ name: String) throws(EmbeddingError) -> BertEncoder.LayerNorm {
    // Weights converted from the first BERT release say gamma and beta.
    let isOld = file.tensors[named(name + ".gamma")] != nil
    return BertEncoder.LayerNorm(
      gamma: try floats(name + (isOld ? ".gamma" : ".weight"), [hidden]),
      beta: try floats(name + (isOld ? ".beta" : ".bias"), [hidden]))
  }

  /// Dense layers of one input, beside each other.
  func linear(
    _ names: [String], inputs: Int, outputs: Int, activation: LinearLayer.Activation, engine: MatrixEngine
  ) throws(EmbeddingError) -> LinearLayer {
    func packed(_ weights: UnsafeBufferPointer<Float>, _ bias: [Float]) -> LinearLayer {
      bias.withUnsafeBufferPointer { bias in
        LinearLayer(
          weights: weights, bias: bias, inputs: inputs, outputs: outputs * names.count,
          activation: activation, engine: engine)
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

  /// The same in another precision; outputs of the first layer are multiplied by `firstFactor`.
  func packed(
    _ names: [String], inputs: Int, outputs: Int, firstFactor: Float, precision: PackedProduct.Precision,
    kernels: EncoderKernels
  ) throws(EmbeddingError) -> PackedProduct {
    var tensors: [TensorFloats] = []
    for name in names {
      tensors.append(try floats(name + ".weight", [outputs, inputs]))
      tensors.append(try floats(name + ".bias", [outputs]))
    }
    return withExtendedLifetime(tensors) {
      let parts = names.indices.map { index in
        PackedProduct.Part(
          weights: tensors[2 * index].values, bias: tensors[2 * index + 1].values,
          factor: index == 0 ? firstFactor : 1)
      }
      return PackedProduct(parts, inputs: inputs, precision: precision, kernels: kernels)
    }
  }

  /// What `make` makes of each layer, given how the names of its tensors begin; on up to `threads` threads.
  func eachLayer<Layer: Sendable>(
    threads: Int, _ make: @Sendable (String) throws(EmbeddingError) -> Layer
  ) throws(EmbeddingError) -> [Layer] {
    let results = Parallel.map(configuration.layers, threads: threads) {
      index -> Result<Layer, EmbeddingError> in
      do throws(EmbeddingError) {
        return .success(try make("encoder.layer.\(index)."))
      } catch {
        return .failure(error)
      }
    }
    var layers: [Layer] = []
    for result in results { layers.append(try result.get()) }
    return layers
  }
}
