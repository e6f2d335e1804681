import COneDNN

/// oneDNN's engine of this processor.
///
/// `@unchecked Sendable`: an engine is immutable and oneDNN allows its use from many threads.
final class OneDNN: @unchecked Sendable {
  /// Absent where oneDNN cannot run.
  static let shared = OneDNN()

  private let engine: dnnl_engine_t

  private init?() {
    rag_dnnl_use_one_thread()
    var engine: dnnl_engine_t?
    guard rag_dnnl_cpu(&engine) == dnnl_success, let engine else { return nil }
    self.engine = engine
  }

  /// Weights in the layout that the product wants, or nothing where oneDNN refuses.
  func pack(
    _ weights: UnsafeBufferPointer<Float>, inputs: Int, outputs: Int, activation: LinearLayer.Activation
  ) -> dnnl_memory_t? {
    rag_dnnl_use_one_thread()
    // The layout depends on the weights' shape only; 64 rows stand for all.
    var descriptor: dnnl_primitive_desc_t?
    guard
      rag_dnnl_linear_descriptor(
        &descriptor, engine, 64, Int64(inputs), Int64(outputs),
        activation == .gelu ? 1 : 0, nil) == dnnl_success, let descriptor
    else { return nil }
    defer { dnnl_primitive_desc_destroy(descriptor) }
    guard let stream = makeStream() else { return nil }
    defer { dnnl_stream_destroy(stream) }
    var packed: dnnl_memory_t?
    guard
      rag_dnnl_pack(
        &packed, engine, stream, descriptor, Int64(inputs), Int64(outputs), weights.baseAddress)
        == dnnl_success
    else { return nil }
    return packed
  }

  func makeStream() -> dnnl_stream_t? {
    var stream: dnnl_stream_t?
    return rag_dnnl_stream(&stream, engine) == dnnl_success ? stream : nil
  }

  /// The product of `layer` for `rows` rows; oneDNN keeps the compiled code for all workers.
  func product(rows: Int, layer: LinearLayer, packed: dnnl_memory_t) -> rag_dnnl_linear {
    var product = rag_dnnl_linear()
    let status = rag_dnnl_linear_create(
      &product, engine, Int64(rows), Int64(layer.inputs), Int64(layer.outputs),
      layer.activation == .gelu ? 1 : 0, packed)
    precondition(
      status == dnnl_success,
      "oneDNN status \(status.rawValue) for \(rows)×\(layer.inputs)×\(layer.outputs); set RAG_MATRIX=openblas"
    )
    return product
  }
}
