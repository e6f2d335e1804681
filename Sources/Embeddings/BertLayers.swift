import Kernels

/// The layers of a BERT encoder, held and computed in one precision.
protocol BertLayers: Sendable {
  /// Makes room in `worker` for `rows` tokens, and readies the calling thread.
  func prepare(_ worker: BertWorker, rows: Int)

  /// Turns `worker.states`, shape `[rows, hiddenSize]`, from sums of embeddings into the last layer's states.
  ///
  /// - Complexity: O(layers × rows × (weights + rows × hiddenSize)).
  func run(rows: Int, worker: BertWorker)
}
