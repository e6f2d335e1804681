import Drift
import Foundation
import Kernels
import Testing

/// Fast paths against slow, plain ones.
@Suite struct OracleTests {
  /// Above and below the size from which radix sort is used.
  @Test(arguments: [10, 4095, 4096, 20_000]) func sorting(count: Int) {
    var generator = SplitMix64(seed: 3)
    let values = (0..<count).map { _ in
      (Double(generator.next() >> 11) * 0x1p-53 - 0.5) * pow(10, Double(generator.below(40) - 20))
    }
    #expect(Sample(values + [.nan, .infinity, 0, -0.0]).sorted == (values + [0, -0.0]).sorted())
  }

  @Test func discrepancy() throws {
    var generator = SplitMix64(seed: 5)
    func matrix(_ rows: Int, _ shift: Float) -> Matrix {
      Matrix(
        rows: rows, columns: 7,
        values: (0..<rows * 7).map { _ in Float(generator.below(1000)) / 1000 + shift })
    }
    let x = matrix(23, 0)
    let y = matrix(19, 0.2)
    func squared(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
    }
    let left = (0..<23).map(x.row)
    let right = (0..<19).map(y.row)
    let distances = left.flatMap { a in right.map { squared(a, $0).squareRoot() } }.sorted()
    let median = distances[distances.count / 2]
    func mean(_ a: [[Float]], _ b: [[Float]], isSame: Bool) -> Double {
      var sum = 0.0
      for i in a.indices {
        for j in b.indices where !isSame || i != j { sum += exp(-squared(a[i], b[j]) / (median * median)) }
      }
      return sum / Double(a.count * (isSame ? a.count - 1 : b.count))
    }
    let expected =
      mean(left, left, isSame: true) + mean(right, right, isSame: true) - 2 * mean(left, right, isSame: false)
    let result = try EmbeddingCheck().run(reference: x, current: y)
    #expect(result.verdict == .insufficient)
    #expect(isClose(result.discrepancy.medianDistance, median, relative: 1e-9))
    #expect(isClose(result.discrepancy.squared, expected, relative: 1e-9))
  }

  @Test func areaUnderCurve() throws {
    var generator = SplitMix64(seed: 9)
    let negatives = (0..<40).map { _ in Double(generator.below(20)) }
    let positives = (0..<30).map { _ in Double(generator.below(25)) }
    var wins = 0.0
    for p in positives { for n in negatives { wins += p > n ? 1 : p == n ? 0.5 : 0 } }
    #expect(isClose(try ROC.area(negatives: negatives, positives: positives), wins / 1200, relative: 1e-12))
  }

  /// The shortcut for rows held out against a classifier trained without them by Gaussian elimination.
  @Test func heldOutPredictions() {
    var generator = SplitMix64(seed: 11)
    let n = 20
    let size = 35
    let rows = (0..<size).map { row in
      (0..<4).map { _ in Double(generator.below(1000)) / 500 + (row < n ? 0 : 0.3) }
    }
    let products = rows.flatMap { a in rows.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } } }
    let fast = DomainClassifier(products: products, n: n, permutations: 1, seed: 4, threads: 1)
    let folds = DomainClassifier.folds(n: n, size: size, seed: 4)
    let share = Double(n) / Double(size)
    var sum = 0.0
    for fold in folds {
      let training = (0..<size).filter { !fold.contains($0) }
      var system = training.map { i in
        training.map { products[i * size + $0] + 1 + ($0 == i ? DomainClassifier.penalty : 0) }
          + [i < n ? (share - 1) * 2 : share * 2]
      }
      for pivot in system.indices {
        for row in system.indices where row != pivot {
          let factor = system[row][pivot] / system[pivot][pivot]
          for column in pivot...system.count { system[row][column] -= factor * system[pivot][column] }
        }
      }
      func score(_ row: Int) -> Double {
        training.indices.reduce(0) {
          $0 + (products[row * size + training[$1]] + 1) * system[$1][system.count] / system[$1][$1]
        }
      }
      var wins = 0.0
      let reference = fold.filter { $0 < n }
      let current = fold.filter { $0 >= n }
      for c in current { for r in reference { wins += score(c) > score(r) ? 1 : 0 } }
      sum += wins / Double(reference.count * current.count)
    }
    #expect(isClose(fast.areaUnderCurve, sum / Double(folds.count), relative: 1e-9))
  }

  /// Eigenvectors: the matrix maps each axis to a multiple of itself.
  @Test func principalComponents() {
    var generator = SplitMix64(seed: 13)
    let n = 60
    let d = 9
    let rows = (0..<n).flatMap { _ -> [Double] in
      let common = Double(generator.below(1000)) / 1000
      return (0..<d).map { common * Double($0) + Double(generator.below(1000)) / 300 }
    }
    let components = PrincipalComponents(rows, count: n, variance: 1, threads: 1)
    #expect(components.kept == d)
    let scaled = (0..<n).map { row in
      (0..<d).map { (rows[row * d + $0] - components.means[$0]) / components.deviations[$0] }
    }
    for axis in 0..<d {
      let v = Array(components.axes[axis * d..<(axis + 1) * d])
      #expect(isClose(v.reduce(0) { $0 + $1 * $1 }, 1, relative: 1e-9))
      var image = [Double](repeating: 0, count: d)
      for row in scaled {
        let product = zip(row, v).reduce(0) { $0 + $1.0 * $1.1 }
        for column in 0..<d { image[column] += product * row[column] }
      }
      let value = zip(image, v).reduce(0) { $0 + $1.0 * $1.1 }
      for column in 0..<d {
        #expect(isClose(image[column], value * v[column], relative: 1e-5, absolute: 1e-5))
      }
    }
  }
}
