import CKernels

/// y = x wᵀ + bias, with the weights rounded to bfloat16 or 8-bit integers and laid out for `EncoderKernels`.
///
/// `@unchecked Sendable`: all memory is written in `init` only.
package final class PackedProduct: @unchecked Sendable {
  package enum Precision: Sendable {
    case bfloat16
    /// Weights by output, inputs by row.
    case int8
  }

  /// Outputs beside each other: `weights`, shape `[outputs, inputs]`, and `bias`, shape `[outputs]`, both times
  /// `factor`.
  package struct Part {
    package var weights: UnsafeBufferPointer<Float>
    package var bias: UnsafeBufferPointer<Float>
    package var factor: Float = 1

    package init(weights: UnsafeBufferPointer<Float>, bias: UnsafeBufferPointer<Float>, factor: Float = 1) {
      self.weights = weights
      self.bias = bias
      self.factor = factor
    }
  }

  package let inputs: Int
  package let outputs: Int
  private let kernels: EncoderKernels
  private let product: rag_product
  private let storage: UnsafeMutableRawPointer

  /// - Complexity: O(weights).
  package init(
    _ parts: [Part], inputs: Int, precision: Precision, kernels: EncoderKernels
  ) {
    let outputs = parts.reduce(0) { $0 + $1.bias.count }
    let step = EncoderKernels.granularity
    precondition(
      inputs % step == 0
        && parts.allSatisfy { $0.bias.count % step == 0 && $0.weights.count == $0.bias.count * inputs },
      "\(inputs) inputs, \(parts.map(\.bias.count)) outputs")
    self.inputs = inputs
    self.outputs = outputs
    self.kernels = kernels
    let size = precision == .bfloat16 ? 2 : 1
    let panelBytes = inputs * outputs * size
    storage = .allocate(byteCount: panelBytes + 3 * 4 * outputs, alignment: 64)
    let columns = storage + panelBytes
    let bias = columns.bindMemory(to: Float.self, capacity: 2 * outputs)
    let scales = bias + outputs
    let sums = (columns + 8 * outputs).bindMemory(to: Int32.self, capacity: outputs)
    var first = 0
    for part in parts {
      for (index, value) in part.bias.enumerated() { bias[first + index] = value * part.factor }
      let panels = storage + first * inputs * size
      let count = part.bias.count
      switch precision {
      case .bfloat16:
        kernels.table.pack_bfloat16(
          part.weights.baseAddress, part.factor, inputs, count, panels.assumingMemoryBound(to: UInt16.self))
      case .int8:
        kernels.table.pack_int8(
          part.weights.baseAddress, part.factor, inputs, count, panels.assumingMemoryBound(to: Int8.self),
          scales + first, sums + first)
      }
      first += count
    }
    product = rag_product(
      inputs: inputs, outputs: outputs, panels: UnsafeRawPointer(storage), bias: bias, scales: scales,
      sums: sums)
  }

  deinit {
    storage.deallocate()
  }

  /// What becomes of the sums, and where they go: shape `[rows, outputs]`.
  package enum End {
    case bfloat16(UnsafeMutablePointer<UInt16>)
    /// The exact (erf) form of GELU to 4e-4.
    case gelu(UnsafeMutablePointer<UInt16>)
    /// With the first, of the same shape, added.
    case added(UnsafePointer<Float>, UnsafeMutablePointer<Float>)
  }

  /// - Parameter x: bfloat16, shape `[rows, inputs]`, for weights of that precision.
  /// - Complexity: O(rows × inputs × outputs), no allocation.
  package func apply(_ x: UnsafePointer<UInt16>, rows: Int, to end: End) {
    withUnsafePointer(to: product) { product in
      let (kind, residual, y) = Self.parts(of: end)
      kernels.table.product_bfloat16(product, x, rows, kind, residual, y)
    }
  }

  /// - Parameter x: integers, shape `[rows, inputs]`, for weights of that precision.
  /// - Complexity: O(rows × inputs × outputs), no allocation.
  package func apply(_ x: EncoderKernels.IntegerRows, rows: Int, to end: End) {
    withUnsafePointer(to: product) { product in
      withUnsafePointer(to: x) { x in
        let (kind, residual, y) = Self.parts(of: end)
        kernels.table.product_int8(product, x, rows, kind, residual, y)
      }
    }
  }

  private static func parts(
    of end: End
  ) -> (rag_product_end, UnsafePointer<Float>?, UnsafeMutableRawPointer) {
    switch end {
    case .bfloat16(let y): (RAG_TO_BFLOAT16, nil, UnsafeMutableRawPointer(y))
    case .gelu(let y): (RAG_GELU_TO_BFLOAT16, nil, UnsafeMutableRawPointer(y))
    case .added(let residual, let y): (RAG_ADD_TO_FLOAT, residual, UnsafeMutableRawPointer(y))
    }
  }
}
