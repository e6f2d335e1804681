import Foundation
import Kernels
import TestSupport
import Testing

/// Products of both engines against sums in double precision.
struct LinearLayerTests {
  struct Setup: Sendable, CustomStringConvertible {
    var inputs: Int
    var outputs: Int
    var activation: LinearLayer.Activation
    var description: String { "\(inputs)→\(outputs) \(activation)" }
  }

  static let setups = [
    Setup(inputs: 384, outputs: 1152, activation: .none),
    Setup(inputs: 384, outputs: 1536, activation: .gelu),
    Setup(inputs: 1536, outputs: 384, activation: .none), Setup(inputs: 8, outputs: 24, activation: .none),
    Setup(inputs: 5, outputs: 7, activation: .gelu), Setup(inputs: 1, outputs: 1, activation: .none),
  ]

  private func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
  }

  private func layer(
    _ setup: Setup, _ engine: MatrixEngine
  ) -> (LinearLayer, weights: [Float], bias: [Float]) {
    let weights = numbers(setup.inputs * setup.outputs, seed: 1)
    let bias = numbers(setup.outputs, seed: 2)
    let layer = weights.withUnsafeBufferPointer { weights in
      bias.withUnsafeBufferPointer { bias in
        LinearLayer(
          weights: weights, bias: bias, inputs: setup.inputs, outputs: setup.outputs,
          activation: setup.activation, engine: engine)
      }
    }
    return (layer, weights, bias)
  }

  private func apply(_ layer: LinearLayer, _ input: [Float], rows: Int, worker: LinearWorker, pad: Float = 0)
    -> [Float]
  {
    worker.prepareThread()
    let padded = LinearLayer.paddedRows(rows)
    let x = input + [Float](repeating: pad, count: (padded - rows) * layer.inputs)
    var y = [Float](repeating: .nan, count: padded * layer.outputs)
    layer.apply(x, rows: rows, to: &y, worker: worker)
    return Array(y[0..<rows * layer.outputs])
  }

  private func oracle(_ setup: Setup, _ x: [Float], _ weights: [Float], _ bias: [Float], rows: Int)
    -> [Double]
  {
    var y: [Double] = []
    for row in 0..<rows {
      for output in 0..<setup.outputs {
        var sum = Double(bias[output])
        for input in 0..<setup.inputs {
          sum += Double(x[row * setup.inputs + input]) * Double(weights[output * setup.inputs + input])
        }
        if setup.activation == .gelu { sum *= 0.5 * erfc(-sum / 2.0.squareRoot()) }
        y.append(sum)
      }
    }
    return y
  }

  @Test(arguments: MatrixEngine.allCases, setups) func products(engine: MatrixEngine, setup: Setup) {
    let (layer, weights, bias) = layer(setup, engine)
    #expect(layer.engine == engine)
    let worker = LinearWorker()
    for rows in [1, 2, 3, 5, 33] {
      let x = numbers(rows * setup.inputs, seed: UInt64(rows))
      let got = apply(layer, x, rows: rows, worker: worker)
      let wanted = oracle(setup, x, weights, bias, rows: rows)
      let worst = zip(got, wanted).map { abs(Double($0) - $1) }.max() ?? 0
      #expect(
        worst < 2e-6 * Double(setup.inputs).squareRoot() * 4, "\(engine) \(setup) rows \(rows): \(worst)")
    }
  }

  /// Neither what lies in the padding, nor the worker, nor what it did before changes a bit.
  @Test(arguments: MatrixEngine.allCases) func sameBits(engine: MatrixEngine) {
    let (layer, _, _) = layer(Self.setups[0], engine)
    let used = LinearWorker()
    for rows in [3, 17, 61] {
      let x = numbers(rows * layer.inputs, seed: 9)
      let first = apply(layer, x, rows: rows, worker: LinearWorker())
      #expect(apply(layer, x, rows: rows, worker: used, pad: 1e30) == first)
      #expect(apply(layer, x, rows: rows, worker: used, pad: .nan) == first)
    }
  }

  @Test func paddingIsSmall() {
    for rows in 1...512 {
      let padded = LinearLayer.paddedRows(rows)
      #expect(padded >= rows && padded < rows + 8)
    }
  }

  @Test func noRowsDoNothing() {
    let (layer, _, _) = layer(Self.setups[3], .oneDNN)
    var y: [Float] = [7]
    layer.apply([1], rows: 0, to: &y, worker: LinearWorker())
    #expect(y == [7])
  }
}
