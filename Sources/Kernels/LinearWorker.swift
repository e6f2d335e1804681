import COneDNN

/// What one thread needs to run `LinearLayer`s: a stream, the compiled products by shape, and a place for rounded
/// inputs. Not `Sendable`: one thread at a time.
package final class LinearWorker {
  private struct Shape: Hashable {
    var rows: Int
    var inputs: Int
    var outputs: Int
    var precision: MatrixPrecision
    var activation: LinearLayer.Activation
  }

  private var stream: dnnl_stream_t?
  private var products: [Shape: rag_dnnl_linear] = [:]
  private var rounded: UnsafeMutableBufferPointer<UInt16> = .init(start: nil, count: 0)

  package init() {}

  deinit {
    for var product in products.values { rag_dnnl_linear_destroy(&product) }
    if let stream { dnnl_stream_destroy(stream) }
    rounded.deallocate()
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
      rows: rows, inputs: layer.inputs, outputs: layer.outputs, precision: layer.precision,
      activation: layer.activation)
    var product: rag_dnnl_linear
    if let known = products[shape] {
      product = known
    } else {
      product = oneDNN.product(rows: rows, layer: layer, packed: packed)
      products[shape] = product
    }
    if stream == nil { stream = oneDNN.makeStream() }
    var source = UnsafeRawPointer(input)
    if layer.precision == .bfloat16 {
      let count = rows * layer.inputs
      if rounded.count < count {
        rounded.deallocate()
        rounded = .allocate(capacity: count)
      }
      TransformerKernels.current.round(input, to: rounded, count: count)
      source = UnsafeRawPointer(rounded.baseAddress ?? UnsafeMutablePointer(bitPattern: 64).unsafelyUnwrapped)
    }
    let status = rag_dnnl_linear_run(&product, stream, packed, source, layer.bias.baseAddress, output)
    precondition(status == dnnl_success, "oneDNN status \(status.rawValue) for \(shape)")
  }
}
