import Foundation
import Kernels
import TestSupport
import Testing

/// The packed kernels of the encoder against sums in double precision over the same rounded numbers.
@Suite(.enabled(if: EncoderKernels.current != nil)) struct EncoderKernelsTests {
  private let kernels: EncoderKernels

  init() throws { kernels = try #require(EncoderKernels.current) }

  private func numbers(_ count: Int, seed: UInt64, _ range: ClosedRange<Float> = -1...1) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: range, using: &generator) }
  }

  /// To the nearest, ties to even.
  private func rounded(_ x: Float) -> UInt16 {
    let bits = x.bitPattern
    return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }

  private func widened(_ x: UInt16) -> Double { Double(Float(bitPattern: UInt32(x) << 16)) }

  private func gelu(_ x: Double) -> Double { x * 0.5 * erfc(-x / 2.0.squareRoot()) }

  // MARK: Products

  /// Two parts beside each other, the first with a factor.
  private struct Weights {
    var inputs: Int
    var parts: [(weights: [Float], bias: [Float], factor: Float)]

    func packed(_ precision: PackedProduct.Precision, _ kernels: EncoderKernels) -> PackedProduct {
      let all = parts.flatMap { $0.weights + $0.bias }
      return all.withUnsafeBufferPointer { all in
        var at = 0
        let parts = parts.map { part in
          let weights = UnsafeBufferPointer(rebasing: all[at..<at + part.weights.count])
          at += part.weights.count
          let bias = UnsafeBufferPointer(rebasing: all[at..<at + part.bias.count])
          at += part.bias.count
          return PackedProduct.Part(weights: weights, bias: bias, factor: part.factor)
        }
        return PackedProduct(parts, inputs: inputs, precision: precision, kernels: kernels)
      }
    }
  }

  private func weights(_ inputs: Int, _ outputs: [Int], seed: UInt64) -> Weights {
    Weights(
      inputs: inputs,
      parts: outputs.enumerated().map { index, count in
        (
          numbers(count * inputs, seed: seed + UInt64(2 * index)),
          numbers(count, seed: seed + UInt64(2 * index + 1)), index == 0 ? 0.25 : 1
        )
      })
  }

  /// All three ends, each compared with the finished sums `wanted`.
  private func checkEnds(
    _ wanted: [Double], rows: Int, bound: Double, _ name: String, _ run: (PackedProduct.End) -> Void
  ) {
    let residual = numbers(wanted.count, seed: 99)
    var narrow = [UInt16](repeating: 0x7FC0, count: wanted.count)
    narrow.withUnsafeMutableBufferPointer { if let y = $0.baseAddress { run(.bfloat16(y)) } }
    func worst(_ difference: (Int) -> Double) -> Double {
      wanted.indices.map { abs(difference($0)) }.max() ?? 0
    }
    // bfloat16 keeps 8 bits.
    let plain = worst { (widened(narrow[$0]) - wanted[$0]) / max(1, abs(wanted[$0])) }
    #expect(plain < bound + 0x1p-8, "\(name), \(rows) rows: \(plain)")
    narrow.withUnsafeMutableBufferPointer { if let y = $0.baseAddress { run(.gelu(y)) } }
    let activated = worst { (widened(narrow[$0]) - gelu(wanted[$0])) / max(1, abs(wanted[$0])) }
    #expect(activated < 2 * bound + 0x1p-8 + 4e-4, "\(name), \(rows) rows: gelu \(activated)")
    var wide = [Float](repeating: .nan, count: wanted.count)
    residual.withUnsafeBufferPointer { residual in
      wide.withUnsafeMutableBufferPointer {
        if let from = residual.baseAddress, let y = $0.baseAddress { run(.added(from, y)) }
      }
    }
    let added = worst { Double(wide[$0]) - Double(residual[$0]) - wanted[$0] }
    #expect(added < bound, "\(name), \(rows) rows: added \(added)")
  }

  @Test(arguments: [(32, [32]), (64, [96]), (384, [384, 384, 384]), (1536, [384]), (384, [1536])])
  func products(inputs: Int, outputs: [Int]) {
    let weights = weights(inputs, outputs, seed: 1)
    let total = outputs.reduce(0, +)
    let product = weights.packed(.bfloat16, kernels)
    #expect(product.inputs == inputs && product.outputs == total)
    for rows in [1, 2, 13, 14, 15, 29, 43] {
      let x = numbers(rows * inputs, seed: UInt64(100 + rows)).map(rounded)
      var wanted: [Double] = []
      for row in 0..<rows {
        for part in weights.parts {
          for output in part.bias.indices {
            var sum = Double(part.bias[output] * part.factor)
            for k in 0..<inputs {
              sum +=
                widened(x[row * inputs + k])
                * widened(rounded(part.weights[output * inputs + k] * part.factor))
            }
            wanted.append(sum)
          }
        }
      }
      checkEnds(wanted, rows: rows, bound: 2e-6 * Double(inputs).squareRoot() * 4, "\(inputs)→\(outputs)") {
        product.apply(x, rows: rows, to: $0)
      }
    }
  }

  /// Rows as integers, and what owns their memory.
  private final class Integers {
    let values: UnsafeMutablePointer<UInt8>
    let scales: UnsafeMutablePointer<Float>
    let zeros: UnsafeMutablePointer<Int32>
    let columns: Int

    init(rows: Int, columns: Int) {
      values = .allocate(capacity: rows * columns)
      scales = .allocate(capacity: rows)
      zeros = .allocate(capacity: rows)
      self.columns = columns
    }

    deinit {
      values.deallocate()
      scales.deallocate()
      zeros.deallocate()
    }

    var rows: EncoderKernels.IntegerRows { .init(values: values, scales: scales, zeros: zeros) }

    func number(_ row: Int, _ column: Int) -> Double {
      Double(scales[row]) * Double(Int32(values[row * columns + column]) - zeros[row])
    }
  }

  @Test(arguments: [(32, [32]), (64, [96]), (384, [384, 384, 384]), (1536, [384])])
  func integerProducts(inputs: Int, outputs: [Int]) {
    let weights = weights(inputs, outputs, seed: 5)
    let product = weights.packed(.int8, kernels)
    // The weights as integers: the nearest of 255 steps by output.
    let steps = weights.parts.map { part in
      part.bias.indices.map { output in
        let row = part.weights[output * inputs..<(output + 1) * inputs]
        let top = row.map(abs).max() ?? 0
        return (
          scale: Double(top) / 127 * Double(part.factor),
          integers: row.map { Double(($0 * (127 / top)).rounded(.toNearestOrEven)) }
        )
      }
    }
    for rows in [1, 2, 13, 14, 15, 29] {
      let x = numbers(rows * inputs, seed: UInt64(100 + rows), -0.5...2).map(rounded)
      let integers = Integers(rows: rows, columns: inputs)
      kernels.integers(of: x, rows: rows, columns: inputs, rounded: integers.rows)
      var wanted: [Double] = []
      for row in 0..<rows {
        let numbers = (0..<inputs).map { integers.number(row, $0) }
        for (part, steps) in zip(weights.parts, steps) {
          for (output, step) in steps.enumerated() {
            let sum = zip(numbers, step.integers).reduce(0) { $0 + $1.0 * $1.1 }
            wanted.append(sum * step.scale + Double(part.bias[output] * part.factor))
          }
        }
      }
      checkEnds(wanted, rows: rows, bound: 2e-5 * Double(inputs).squareRoot(), "\(inputs)→\(outputs)") {
        product.apply(integers.rows, rows: rows, to: $0)
      }
    }
  }

  /// A row's result doesn't depend, by a bit, on the rows beside it.
  @Test(arguments: [PackedProduct.Precision.bfloat16, .int8]) func rowsStandAlone(
    precision: PackedProduct.Precision
  ) {
    let inputs = 384
    let product = weights(inputs, [384], seed: 7).packed(precision, kernels)
    let rows = 45
    let x = numbers(rows * inputs, seed: 8).map(rounded)
    func result(_ x: [UInt16]) -> [UInt16] {
      let count = x.count / inputs
      var y = [UInt16](repeating: 0, count: count * 384)
      let integers = Integers(rows: count, columns: inputs)
      kernels.integers(of: x, rows: count, columns: inputs, rounded: integers.rows)
      y.withUnsafeMutableBufferPointer {
        guard let y = $0.baseAddress else { return }
        switch precision {
        case .bfloat16: product.apply(x, rows: count, to: .gelu(y))
        case .int8: product.apply(integers.rows, rows: count, to: .gelu(y))
        }
      }
      return y
    }
    let all = result(x)
    for row in [0, 13, 14, 27, 44] {
      #expect(result(Array(x[row * inputs..<(row + 1) * inputs]))[...] == all[row * 384..<(row + 1) * 384])
    }
    #expect(result(Array(x[0..<15 * inputs]))[...] == all[0..<15 * 384])
  }

  // MARK: Rows

  @Test func integersAreNear() {
    let columns = 64
    // All positive, all negative, both, all equal, all nothing, and one outlier.
    var rows = [
      numbers(columns, seed: 1, 0.5...2), numbers(columns, seed: 2, -3 ... -1), numbers(columns, seed: 3),
      [Float](repeating: 7, count: columns), [Float](repeating: 0, count: columns), numbers(columns, seed: 4),
    ]
    rows[5][17] = 90
    let x = rows.flatMap { $0 }.map(rounded)
    let integers = Integers(rows: rows.count, columns: columns)
    kernels.integers(of: x, rows: rows.count, columns: columns, rounded: integers.rows)
    for row in rows.indices {
      let numbers = (0..<columns).map { widened(x[row * columns + $0]) }
      let width = max(0, numbers.max() ?? 0) - min(0, numbers.min() ?? 0)
      #expect(abs(Double(integers.scales[row]) - width / 255) <= 1e-6 * width)
      for column in 0..<columns {
        // Half a step for the number and half for the zero.
        #expect(abs(integers.number(row, column) - numbers[column]) <= width / 255 * 1.001, "row \(row)")
      }
    }
  }

  @Test(arguments: [32, 64, 96, 384, 1536]) func norms(columns: Int) {
    let rows = 5
    let x = numbers(rows * columns, seed: 1, -4...4)
    let gamma = numbers(columns, seed: 2)
    let beta = numbers(columns, seed: 3)
    let epsilon: Float = 1e-12
    var wanted: [Double] = []
    for row in 0..<rows {
      let numbers = x[row * columns..<(row + 1) * columns].map(Double.init)
      let mean = numbers.reduce(0, +) / Double(columns)
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
      for (column, number) in numbers.enumerated() {
        wanted.append(
          (number - mean) / (variance + Double(epsilon)).squareRoot() * Double(gamma[column])
            + Double(beta[column]))
      }
    }
    var narrow = [UInt16](repeating: 0, count: x.count)
    let integers = Integers(rows: rows, columns: columns)
    func normed(
      _ run: (UnsafeMutablePointer<Float>, UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>) -> Void
    ) -> [Float] {
      var y = x
      gamma.withUnsafeBufferPointer { gamma in
        beta.withUnsafeBufferPointer { beta in
          y.withUnsafeMutableBufferPointer { if let y = $0.baseAddress { run(y, gamma, beta) } }
        }
      }
      return y
    }
    let first = normed { y, gamma, beta in
      narrow.withUnsafeMutableBufferPointer {
        guard let narrow = $0.baseAddress else { return }
        kernels.norm(y, gamma: gamma, beta: beta, rows: rows, epsilon: epsilon, rounded: narrow)
      }
    }
    let second = normed { y, gamma, beta in
      kernels.norm(y, gamma: gamma, beta: beta, rows: rows, epsilon: epsilon, rounded: integers.rows)
    }
    #expect(first == second)
    #expect(narrow == first.map(rounded))
    for (got, wanted) in zip(first, wanted) { #expect(abs(Double(got) - wanted) < 1e-5) }
    for row in 0..<rows {
      for column in 0..<columns {
        let difference = integers.number(row, column) - Double(first[row * columns + column])
        #expect(abs(difference) <= Double(integers.scales[row]) * 1.001)
      }
    }
  }

  // MARK: Attention

  @Test(arguments: [1, 2, 14, 15, 31, 32, 33, 64, 100, 240], [(12, 32), (2, 64), (1, 96)])
  func attention(tokens: Int, shape: (heads: Int, size: Int)) {
    let width = shape.heads * shape.size
    // Numbers far apart, so that weights are both near 1 and near 0.
    let qkv = numbers(tokens * 3 * width, seed: UInt64(tokens), -1.5...1.5).map(rounded)
    checkAttention(qkv, tokens: tokens, shape)
  }

  /// Scores that 2^score has no numbers for: some rows' are in the thousands, some far below nothing.
  @Test(arguments: [2, 15, 40]) func attentionOfLargeScores(tokens: Int) {
    let width = 64
    var qkv = numbers(tokens * 3 * width, seed: UInt64(tokens), -1.5...1.5).map(rounded)
    for token in 0..<tokens {
      let row = token * 3 * width
      for column in 0..<width {
        // All keys have large positive first numbers.
        if column % 32 == 0 { qkv[row + width + column] = rounded(40) }
        if column % 32 == 0 { qkv[row + column] = rounded([0, 50, -50][token % 3]) }
      }
    }
    checkAttention(qkv, tokens: tokens, (2, 32))
  }

  private func checkAttention(_ qkv: [UInt16], tokens: Int, _ shape: (heads: Int, size: Int)) {
    let width = shape.heads * shape.size
    var context = [UInt16](repeating: 0x7FC0, count: tokens * width)
    let bytes = EncoderKernels.attentionScratch(tokens: tokens, headSize: shape.size)
    let scratch = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer { scratch.deallocate() }
    // What lies in the scratch doesn't matter.
    scratch.initializeMemory(as: UInt8.self, repeating: 0xFF, count: bytes)
    context.withUnsafeMutableBufferPointer {
      guard let context = $0.baseAddress else { return }
      kernels.attention(
        qkv, context: context, scratch: scratch, tokens: tokens, heads: shape.heads, headSize: shape.size)
    }
    var worst = 0.0
    for head in 0..<shape.heads {
      for row in 0..<tokens {
        func at(_ token: Int, _ part: Int, _ column: Int) -> Double {
          widened(qkv[token * 3 * width + part * width + head * shape.size + column])
        }
        let scores = (0..<tokens).map { key in
          (0..<shape.size).reduce(0) { $0 + at(row, 0, $1) * at(key, 1, $1) }
        }
        let top = scores.max() ?? 0
        let weights = scores.map { exp2($0 - top) }
        let sum = weights.reduce(0, +)
        for column in 0..<shape.size {
          let wanted = (0..<tokens).reduce(0) { $0 + weights[$1] * at($1, 2, column) } / sum
          worst = max(worst, abs(widened(context[row * width + head * shape.size + column]) - wanted))
        }
      }
    }
    // Weights and results are bfloat16: 2⁻⁹ of 1.5 each, and the sum is of weights before rounding.
    #expect(worst < 1.5 * 3 * 0x1p-9, "\(tokens) tokens, \(shape): \(worst)")
  }
}
