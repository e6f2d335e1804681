import CKernels
import COneDNN
import COpenBLAS

/// y = act(x wᵀ + bias), with the weights held the way the engine likes them.
///
/// `@unchecked Sendable`: all fields are written in `init` only, and executing with them doesn't change them;
/// what changes during a product is in the caller's `LinearWorker`.
package final class LinearLayer: @unchecked Sendable {
  package enum Activation: Sendable {
    case none, gelu
  }

  package let inputs: Int
  package let outputs: Int
  package let activation: Activation
  /// What runs, which is OpenBLAS where oneDNN refuses the product.
  package let engine: MatrixEngine

  let bias: UnsafeMutableBufferPointer<Float>
  /// Shape `[outputs, inputs]`; empty when packed.
  private let plain: UnsafeMutableBufferPointer<Float>
  let packed: dnnl_memory_t?

  /// - Parameters:
  ///   - weights: shape `[outputs, inputs]`, row-major; copied.
  ///   - bias: shape `[outputs]`; copied.
  package init(
    weights: UnsafeBufferPointer<Float>, bias: UnsafeBufferPointer<Float>, inputs: Int, outputs: Int,
    activation: Activation = .none, engine: MatrixEngine = .current
  ) {
    precondition(weights.count == inputs * outputs, "\(weights.count) weights for \(outputs)×\(inputs)")
    precondition(bias.count == outputs, "\(bias.count) biases for \(outputs) outputs")
    self.inputs = inputs
    self.outputs = outputs
    self.activation = activation
    self.bias = .allocate(capacity: outputs)
    _ = self.bias.initialize(from: bias)
    let packed =
      engine == .oneDNN
      ? OneDNN.shared?.pack(
        weights, inputs: inputs, outputs: outputs, activation: activation) : nil
    self.packed = packed
    if packed != nil {
      plain = UnsafeMutableBufferPointer(start: nil, count: 0)
      self.engine = .oneDNN
    } else {
      plain = .allocate(capacity: weights.count)
      _ = plain.initialize(from: weights)
      self.engine = .openBLAS
      MatrixEngine.openBLASUsesOneThread
    }
  }

  deinit {
    bias.deallocate()
    plain.deallocate()
    if let packed { dnnl_memory_destroy(packed) }
  }

  /// Rows that `input` and `output` of `apply` must have room for; those past `rows` hold no meaning.
  ///
  /// oneDNN compiles code for each number of rows, so that numbers are rounded up to few.
  package static func paddedRows(_ rows: Int) -> Int {
    rows <= 32 ? (rows + 3) / 4 * 4 : (rows + 7) / 8 * 8
  }

  /// Writes act(input · wᵀ + bias) to `output`.
  ///
  /// The result depends on the rows and their number alone, not on the worker or what it did before.
  ///
  /// - Parameters:
  ///   - input: shape `[rows, inputs]`, with room for `paddedRows(rows)` rows of initialised floats.
  ///   - output: shape `[rows, outputs]`, with room for `paddedRows(rows)` rows.
  /// - Complexity: O(rows × inputs × outputs).
  package func apply(
    _ input: UnsafePointer<Float>, rows: Int, to output: UnsafeMutablePointer<Float>, worker: LinearWorker
  ) {
    if rows == 0 { return }
    if packed != nil {
      worker.run(self, input: input, rows: Self.paddedRows(rows), output: output)
      return
    }
    rag_blas_multiply_transposed(
      input, plain.baseAddress, output, Int32(rows), Int32(inputs), Int32(outputs))
    let kernels = TransformerKernels.current
    switch activation {
    case .none: kernels.addBias(output, bias: UnsafeBufferPointer(bias), rows: rows)
    case .gelu: kernels.addBiasGELU(output, bias: UnsafeBufferPointer(bias), rows: rows)
    }
  }
}
