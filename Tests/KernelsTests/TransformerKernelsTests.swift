import Kernels
import TestSupport
import Testing

/// Every level against the scalar reference.
struct TransformerKernelsTests {
  static let columns = [1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 384]
  static let reference = TransformerKernels.all[0].kernels

  /// - Parameter bound: largest difference allowed, times the largest magnitude and the root of `columns`.
  private func check(
    columns: Int, rows: Int = 5, bound: Float = 2e-6,
    _ run: (TransformerKernels, UnsafeMutablePointer<Float>) -> Void
  ) {
    var generator = SeededGenerator(seed: UInt64(columns))
    let input = (0..<rows * columns).map { _ in Float.random(in: -4...4, using: &generator) }
    func result(_ kernels: TransformerKernels) -> [Float] {
      var x = input
      x.withUnsafeMutableBufferPointer { if let start = $0.baseAddress { run(kernels, start) } }
      return x
    }
    let wanted = result(Self.reference)
    let scale = max(1, wanted.map(abs).max() ?? 1) * Float(columns).squareRoot()
    for (name, kernels) in TransformerKernels.all {
      let got = result(kernels)
      let worst = zip(got, wanted).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= bound * scale, "\(name), columns \(columns), seed \(columns): \(worst)")
      #expect(got.allSatisfy { $0.isFinite }, "\(name), columns \(columns)")
    }
  }

  private func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -2...2, using: &generator) }
  }

  @Test(arguments: columns) func layerNorm(columns: Int) {
    let gamma = numbers(columns, seed: 1)
    let beta = numbers(columns, seed: 2)
    let residual = numbers(5 * columns, seed: 3)
    // One column has no spread: what remains is rounding divided by epsilon's root.
    let epsilon: Float = columns == 1 ? 1 : 1e-12
    check(columns: columns) { kernels, x in
      gamma.withUnsafeBufferPointer { gamma in
        beta.withUnsafeBufferPointer { beta in
          kernels.layerNorm(x, adding: residual, gamma: gamma, beta: beta, rows: 5, epsilon: epsilon)
        }
      }
    }
    check(columns: columns) { kernels, x in
      gamma.withUnsafeBufferPointer { gamma in
        beta.withUnsafeBufferPointer { beta in
          kernels.layerNorm(x, adding: nil, gamma: gamma, beta: beta, rows: 5, epsilon: epsilon)
        }
      }
    }
  }

  @Test(arguments: columns) func biases(columns: Int) {
    let bias = numbers(columns, seed: 4)
    bias.withUnsafeBufferPointer { bias in
      check(columns: columns) { $0.addBias($1, bias: bias, rows: 5) }
      check(columns: columns, bound: 4e-7) { $0.addBiasGELU($1, bias: bias, rows: 5) }
    }
  }

  @Test(arguments: columns) func softmax(columns: Int) {
    check(columns: columns) { $0.softmax($1, rows: 5, columns: columns, scale: 0.7) }
    check(columns: columns) { $0.softmax($1, rows: 5, columns: columns, scale: 300) }
  }

  @Test(arguments: columns) func meanRows(columns: Int) {
    check(columns: columns) { kernels, x in
      var mean = [Float](repeating: 0, count: columns)
      mean.withUnsafeMutableBufferPointer { out in
        guard let start = out.baseAddress else { return }
        kernels.meanRows(x, into: start, rows: 5, columns: columns)
        x.update(from: start, count: columns)
      }
    }
  }

  @Test func softmaxRowsSumToOne() {
    for (name, kernels) in TransformerKernels.all {
      var x: [Float] = [-1000, 1000, 999, 0, 1000, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 1000.5]
      kernels.softmax(&x, rows: 1, columns: x.count, scale: 1)
      #expect(abs(x.reduce(0, +) - 1) < 1e-6, "\(name)")
      #expect(x[0] < 1e-30, "\(name)")
    }
  }

  /// The exact form at points computed with 30 digits; far out it must be x and 0.
  @Test(
    arguments: [
      (0, 0), (1, 0.841344746), (-1, -0.158655254), (0.5, 0.345731231), (-0.5, -0.154268769),
      (3, 2.995950306),
      (-3, -0.004049694), (-5.5, -1.0444e-7), (9, 9), (12, 12), (-12, 0), (80, 80), (-80, 0),
    ] as [(Float, Float)]) func geluValues(x: Float, y: Float)
  {
    for (name, kernels) in TransformerKernels.all {
      var values = [Float](repeating: x, count: 19)
      let zeros = [Float](repeating: 0, count: 19)
      zeros.withUnsafeBufferPointer { kernels.addBiasGELU(&values, bias: $0, rows: 1) }
      for value in values {
        #expect(abs(value - y) <= 2e-7 * max(1, abs(y)), "\(name): gelu(\(x)) = \(value)")
      }
    }
  }

  @Test(
    arguments: [1, 2, 5, 6, 7, 15, 16, 17, 33, 61, 240], [(1, 4), (2, 5), (3, 16), (2, 32), (1, 64), (1, 33)])
  func attention(tokens: Int, shape: (heads: Int, size: Int)) {
    let width = shape.heads * shape.size
    let qkv = numbers(tokens * 3 * width, seed: UInt64(tokens))
    var scratch = [Float](
      repeating: .nan, count: TransformerKernels.attentionScratch(tokens: tokens, headSize: shape.size))
    func context(_ kernels: TransformerKernels) -> [Float] {
      var context = [Float](repeating: .nan, count: tokens * width)
      kernels.attention(
        qkv, context: &context, scratch: &scratch, tokens: tokens, heads: shape.heads, headSize: shape.size)
      return context
    }
    let wanted = context(Self.reference)
    for (name, kernels) in TransformerKernels.all {
      let worst = zip(context(kernels), wanted).map { abs($0 - $1) }.max() ?? 0
      #expect(worst < 5e-6, "\(name), \(tokens) tokens, \(shape): \(worst)")
    }
  }
}
