import Kernels

/// The forward pass of a BERT encoder over one text at a time.
///
/// A text goes through alone, without padding to others: its vector is a function of its tokens only, bit for bit,
/// whatever else is embedded beside it and on however many threads.
/// - Source: Devlin et al. 2019, "BERT", section 3; Reimers and Gurevych 2019, "Sentence-BERT", section 3.
package final class BertEncoder: Sendable {
  struct LayerNorm: Sendable {
    let gamma: TensorFloats
    let beta: TensorFloats
  }

  package let configuration: BertConfiguration
  private let words: TensorFloats
  /// Shape `[maximumPositions, hiddenSize]` each, with a token type's row added: the first type's, and for encoders of
  /// pairs the second's.
  private let positions: [[Float]]
  private let layers: any BertLayers

  /// Takes the weights out of `file`, packed for what computes.
  ///
  /// - Parameters:
  ///   - profile: as `EmbeddingProfile.realized(by:)` gives it.
  ///   - engine: what multiplies float32 matrices.
  /// - Throws: `EmbeddingError.modelInvalid` naming the tensor that is missing or doesn't fit.
  /// - Complexity: O(weights of the layers); word embeddings stay in the mapped file.
  package init(
    configuration: BertConfiguration, weights file: SafetensorsFile, profile: EmbeddingProfile = .exact,
    engine: MatrixEngine = .current, threads: Int = 1, readsPairs: Bool = false
  ) throws(EmbeddingError) {
    let loader = BertWeights(file: file, configuration: configuration)
    self.configuration = configuration
    words = try loader.words()
    positions = try loader.positions(tokenTypes: readsPairs ? 2 : 1)
    let embeddingNorm = try loader.norm("embeddings.LayerNorm")
    if profile != .exact, let kernels = EncoderKernels.current {
      layers = try PackedBertLayers(
        loader, precision: profile == .fast ? .int8 : .bfloat16, kernels: kernels,
        embeddingNorm: embeddingNorm,
        threads: threads)
    } else {
      layers = try FloatBertLayers(loader, engine: engine, embeddingNorm: embeddingNorm, threads: threads)
    }
  }

  /// Runs `tokens` through all layers.
  ///
  /// - Parameters:
  ///   - tokens: `1...maximumPositions` ids, each below the vocabulary's size.
  ///   - secondPart: where the tokens of the second type begin; `nil` where there are none.
  ///   - worker: scratch of the calling thread.
  /// - Returns: the last layer's states, shape `[tokens.count, hiddenSize]`, valid until the worker's next use.
  /// - Complexity: O(layers × tokens × (weights + tokens × hiddenSize)).
  func states(
    _ tokens: [Int32], secondPart: Int? = nil, worker: BertWorker
  ) -> UnsafeMutablePointer<Float> {
    let rows = tokens.count
    let width = configuration.hiddenSize
    precondition(
      rows >= 1 && rows <= configuration.maximumPositions,
      "\(rows) tokens for \(configuration.maximumPositions) positions")
    layers.prepare(worker, rows: rows)
    let x = worker.states
    let table = words.values
    let split = min(rows, secondPart ?? rows)
    for (type, part) in [0..<split, split..<rows].enumerated() where !part.isEmpty {
      positions[type].withUnsafeBufferPointer { positions in
        for row in part {
          let token = Int(tokens[row])
          precondition(
            token >= 0 && token < configuration.vocabularySize, "token \(token) is not in the vocabulary")
          let from = token * width
          let place = row * width
          for column in 0..<width { x[place + column] = table[from + column] + positions[place + column] }
        }
      }
    }
    layers.run(rows: rows, worker: worker)
    return x
  }

  /// The text's vector: states pooled, then scaled to unit length, into `out`, shape `[hiddenSize]`.
  package func embed(
    _ tokens: [Int32], pooling: EmbeddingModelIdentity.Pooling, into out: UnsafeMutablePointer<Float>,
    worker: BertWorker
  ) {
    let width = configuration.hiddenSize
    let states = states(tokens, worker: worker)
    switch pooling {
    case .mean, .provider:
      TransformerKernels.current.meanRows(states, into: out, rows: tokens.count, columns: width)
    case .cls:
      out.update(from: states, count: width)
    case .max:
      out.update(from: states, count: width)
      for row in 1..<max(1, tokens.count) {
        for column in 0..<width { out[column] = max(out[column], states[row * width + column]) }
      }
    }
    var squares = 0.0
    for column in 0..<width { squares += Double(out[column]) * Double(out[column]) }
    let scale = squares > 0 ? Float(1 / squares.squareRoot()) : 0
    for column in 0..<width { out[column] *= scale }
  }
}
