/// Vector loops in float64, for what float32 is too coarse for.
package enum DoubleVectors {
  /// Σ aᵢ bᵢ over eight partial sums, in an order that depends on `count` alone.
  ///
  /// - Complexity: O(count).
  package static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
    var sums = SIMD8<Double>.zero
    let x = UnsafeRawPointer(a)
    let y = UnsafeRawPointer(b)
    let whole = count & ~7
    for index in stride(from: 0, to: whole, by: 8) {
      sums +=
        x.loadUnaligned(fromByteOffset: index * 8, as: SIMD8<Double>.self)
        * y.loadUnaligned(fromByteOffset: index * 8, as: SIMD8<Double>.self)
    }
    var sum = sums.sum()
    for index in whole..<count { sum += a[index] * b[index] }
    return sum
  }

  /// All products of rows, shape `[n, n]`, symmetric.
  ///
  /// - Parameter rows: shape `[n, d]`, row-major.
  /// - Complexity: O(n² d).
  package static func products(_ rows: [Double], count n: Int, threads: Int) -> [Double] {
    let d = n == 0 ? 0 : rows.count / n
    let lower = Parallel.map(n, threads: threads) { row in
      rows.withUnsafeBufferPointer { buffer -> [Double] in
        guard let base = buffer.baseAddress else { return [Double](repeating: 0, count: row + 1) }
        return (0...row).map { dot(base + row * d, base + $0 * d, d) }
      }
    }
    var products = [Double](repeating: 0, count: n * n)
    for row in 0..<n {
      for column in 0...row {
        products[row * n + column] = lower[row][column]
        products[column * n + row] = lower[row][column]
      }
    }
    return products
  }
}
