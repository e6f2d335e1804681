import Kernels

/// Layers in bfloat16 or 8-bit integers; sums, norms and what is added between products stay in float32.
struct PackedBertLayers: BertLayers {
  private struct Layer: Sendable {
    let queryKeyValue: PackedProduct
    let attentionOutput: PackedProduct
    let attentionNorm: BertEncoder.LayerNorm
    let up: PackedProduct
    let down: PackedProduct
    let outputNorm: BertEncoder.LayerNorm
  }

  private let configuration: BertConfiguration
  private let precision: PackedProduct.Precision
  private let kernels: EncoderKernels
  private let embeddingNorm: BertEncoder.LayerNorm
  private let layers: [Layer]

  /// - Throws: `EmbeddingError.modelInvalid` naming the tensor that is missing or doesn't fit.
  init(
    _ weights: BertWeights, precision: PackedProduct.Precision, kernels: EncoderKernels,
    embeddingNorm: BertEncoder.LayerNorm, threads: Int
  ) throws(EmbeddingError) {
    let configuration = weights.configuration
    let hidden = configuration.hiddenSize
    let wide = configuration.intermediateSize
    self.configuration = configuration
    self.precision = precision
    self.kernels = kernels
    self.embeddingNorm = embeddingNorm
    // The attention's scores are powers of 2.
    let scale = Float(1.4426950408889634 / Double(configuration.headSize).squareRoot())
    layers = try weights.eachLayer(threads: threads) { prefix throws(EmbeddingError) in
      func product(_ names: [String], inputs: Int, outputs: Int) throws(EmbeddingError) -> PackedProduct {
        try weights.packed(
          names.map { prefix + $0 }, inputs: inputs, outputs: outputs,
          firstFactor: names.count > 1 ? scale : 1,
          precision: precision, kernels: kernels)
      }
      return Layer(
        queryKeyValue: try product(BertWeights.queryKeyValue, inputs: hidden, outputs: hidden),
        attentionOutput: try product(["attention.output.dense"], inputs: hidden, outputs: hidden),
        attentionNorm: try weights.norm(prefix + "attention.output.LayerNorm"),
        up: try product(["intermediate.dense"], inputs: hidden, outputs: wide),
        down: try product(["output.dense"], inputs: wide, outputs: hidden),
        outputNorm: try weights.norm(prefix + "output.LayerNorm"))
    }
  }

  /// Whether models of that shape can be computed so.
  static func accept(_ configuration: BertConfiguration) -> Bool {
    [configuration.hiddenSize, configuration.headSize, configuration.intermediateSize].allSatisfy {
      $0 % EncoderKernels.granularity == 0
    }
  }

  func prepare(_ worker: BertWorker, rows: Int) {
    let hidden = configuration.hiddenSize
    let wide = configuration.intermediateSize
    worker.prepare(
      rows: rows, stateBytes: 4 * hidden, otherBytes: 4 * hidden, wideBytes: 2 * max(3 * hidden, wide),
      contextBytes: 2 * hidden, roundedBytes: max(2 * hidden, wide) + 8,
      scratchBytes: EncoderKernels.attentionScratch(tokens: rows, headSize: configuration.headSize))
  }

  func run(rows: Int, worker: BertWorker) {
    let hidden = configuration.hiddenSize
    let x = worker.states
    let y = worker.other
    let wide = worker.wide.assumingMemoryBound(to: UInt16.self)
    let context = worker.context.assumingMemoryBound(to: UInt16.self)
    norm(x, embeddingNorm, rows: rows, worker: worker)
    for layer in layers {
      apply(layer.queryKeyValue, rows: rows, to: .bfloat16(wide), worker: worker)
      kernels.attention(
        wide, context: context, scratch: worker.scratch, tokens: rows, heads: configuration.heads,
        headSize: configuration.headSize)
      apply(layer.attentionOutput, of: context, columns: hidden, rows: rows, to: .added(x, y), worker: worker)
      norm(y, layer.attentionNorm, rows: rows, worker: worker)
      apply(layer.up, rows: rows, to: .gelu(wide), worker: worker)
      apply(
        layer.down, of: wide, columns: configuration.intermediateSize, rows: rows, to: .added(y, x),
        worker: worker)
      norm(x, layer.outputNorm, rows: rows, worker: worker)
    }
  }

  /// `x` normed in place, and rounded into `worker.rounded`.
  private func norm(
    _ x: UnsafeMutablePointer<Float>, _ norm: BertEncoder.LayerNorm, rows: Int, worker: BertWorker
  ) {
    let gamma = norm.gamma.values
    let beta = norm.beta.values
    let epsilon = configuration.layerNormEpsilon
    switch precision {
    case .bfloat16:
      kernels.norm(
        x, gamma: gamma, beta: beta, rows: rows, epsilon: epsilon,
        rounded: worker.rounded.assumingMemoryBound(to: UInt16.self))
    case .int8:
      kernels.norm(
        x, gamma: gamma, beta: beta, rows: rows, epsilon: epsilon, rounded: worker.integers(rows: rows))
    }
  }

  /// The product of what is in `worker.rounded`.
  private func apply(_ product: PackedProduct, rows: Int, to end: PackedProduct.End, worker: BertWorker) {
    switch precision {
    case .bfloat16: product.apply(worker.rounded.assumingMemoryBound(to: UInt16.self), rows: rows, to: end)
    case .int8: product.apply(worker.integers(rows: rows), rows: rows, to: end)
    }
  }

  /// The product of bfloat16 numbers, made integers in `worker.rounded` first where those are multiplied.
  private func apply(
    _ product: PackedProduct, of numbers: UnsafePointer<UInt16>, columns: Int, rows: Int,
    to end: PackedProduct.End, worker: BertWorker
  ) {
    switch precision {
    case .bfloat16: product.apply(numbers, rows: rows, to: end)
    case .int8:
      let integers = worker.integers(rows: rows)
      kernels.integers(of: numbers, rows: rows, columns: columns, rounded: integers)
      product.apply(integers, rows: rows, to: end)
    }
  }
}
