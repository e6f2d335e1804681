import COneDNN

/// What one thread needs to run `LinearLayer`s: a stream, and the compiled products by shape.
/// Not `Sendable`: one thread at a time.
package final class LinearWorker {
  private struct Shape: Hashable {
    var rows: Int
    var inputs: Int
    var outputs: Int
    var activation: LinearLayer.Activation
  }

  private var stream: dnnl_stream_t?
  private var products: [Shape: rag_dnnl_linear] = [:]

  package init() {}

  deinit {
    for var product in products.values { rag_dnnl_linear_destroy(&product) }
    if let stream { dnnl_stream_destroy(stream) }
  }

  /// Must be called on a thread before its first product: some libraries keep their thread count by thread.
  package func prepareThread() {
    rag_dnnl_use_one_thread()
  }

  func run(
    _ layer: LinearLayer, input: UnsafePointer<Float>, rows: Int, output: UnsafeMutablePointer<Float>
  ) {
    guard let oneDNN = OneDNN.shared, let packed = layer.packed else {
      preconditionFailure("a packed layer without oneDNN")
    }
    let shape = Shape(
      rows: rows, inputs: layer.inputs, outputs: layer.outputs, activation: layer.activation)
    var product: rag_dnnl_linear
    if let known = products[shape] {
      product = known
    } else {
      product = oneDNN.product(rows: rows, layer: layer, packed: packed)
      products[shape] = product
    }
    if stream == nil { stream = oneDNN.makeStream() }
    let status = rag_dnnl_linear_run(&product, stream, packed, input, layer.bias.baseAddress, output)
    precondition(status == dnnl_success, "oneDNN status \(status.rawValue) for \(shape)")
  }
}
