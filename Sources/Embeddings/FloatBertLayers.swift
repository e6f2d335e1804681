import Kernels

/// Layers in float32, on any processor.
struct FloatBertLayers: BertLayers {
  struct Layer: Sendable {
    let queryKeyValue: LinearLayer
    let attentionOutput: LinearLayer
    let attentionNorm: BertEncoder.LayerNorm
    let up: LinearLayer
    let down: LinearLayer
    let outputNorm: BertEncoder.LayerNorm
  }

  let configuration: BertConfiguration
  let embeddingNorm: BertEncoder.LayerNorm
  let layers: [Layer]

  /// - Throws: `EmbeddingError.modelInvalid` naming the tensor that is missing or doesn't fit.
  init(
    _ weights: BertWeights, engine: MatrixEngine, embeddingNorm: BertEncoder.LayerNorm, threads: Int
  ) throws(EmbeddingError) {
    let configuration = weights.configuration
    let hidden = configuration.hiddenSize
    let wide = configuration.intermediateSize
    self.configuration = configuration
    self.embeddingNorm = embeddingNorm
    layers = try weights.eachLayer(threads: threads) { prefix throws(EmbeddingError) in
      func linear(
        _ names: [String], inputs: Int, outputs: Int, activation: LinearLayer.Activation = .none
      ) throws(EmbeddingError) -> LinearLayer {
        try weights.linear(
          names.map { prefix + $0 }, inputs: inputs, outputs: outputs, activation: activation, engine: engine)
      }
      return Layer(
        queryKeyValue: try linear(BertWeights.queryKeyValue, inputs: hidden, outputs: hidden),
        attentionOutput: try linear(["attention.output.dense"], inputs: hidden, outputs: hidden),
        attentionNorm: try weights.norm(prefix + "attention.output.LayerNorm"),
        up: try linear(["intermediate.dense"], inputs: hidden, outputs: wide, activation: .gelu),
        down: try linear(["output.dense"], inputs: wide, outputs: hidden),
        outputNorm: try weights.norm(prefix + "output.LayerNorm"))
    }
  }

  func prepare(_ worker: BertWorker, rows: Int) {
    worker.linear.prepareThread()
    let padded = LinearLayer.paddedRows(rows)
    let hidden = configuration.hiddenSize
    worker.prepare(
      rows: padded, stateBytes: 4 * hidden, otherBytes: 4 * hidden,
      wideBytes: 4 * max(3 * hidden, configuration.intermediateSize), contextBytes: 4 * hidden,
      scratchBytes: 4 * TransformerKernels.attentionScratch(tokens: padded, headSize: configuration.headSize))
  }

  func run(rows: Int, worker: BertWorker) {
    let kernels = TransformerKernels.current
    let epsilon = configuration.layerNormEpsilon
    let x = worker.states
    let y = worker.other
    let wide = worker.wide.assumingMemoryBound(to: Float.self)
    let context = worker.context.assumingMemoryBound(to: Float.self)
    let scratch = worker.scratch.assumingMemoryBound(to: Float.self)
    func norm(
      _ x: UnsafeMutablePointer<Float>, adding residual: UnsafePointer<Float>?, _ norm: BertEncoder.LayerNorm
    ) {
      kernels.layerNorm(
        x, adding: residual, gamma: norm.gamma.values, beta: norm.beta.values, rows: rows, epsilon: epsilon)
    }
    norm(x, adding: nil, embeddingNorm)
    for layer in layers {
      layer.queryKeyValue.apply(x, rows: rows, to: wide, worker: worker.linear)
      kernels.attention(
        wide, context: context, scratch: scratch, tokens: rows, heads: configuration.heads,
        headSize: configuration.headSize)
      layer.attentionOutput.apply(context, rows: rows, to: y, worker: worker.linear)
      norm(y, adding: x, layer.attentionNorm)
      layer.up.apply(y, rows: rows, to: wide, worker: worker.linear)
      layer.down.apply(wide, rows: rows, to: x, worker: worker.linear)
      norm(x, adding: y, layer.outputNorm)
    }
  }
}
