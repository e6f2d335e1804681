import Kernels
import TestSupport
import Testing

@Suite struct SymmetricEigenTests {
  /// The matrix is the sum of its vectors' outer products, each times its value; vectors are at right angles.
  @Test(arguments: [(1, 1), (4, 9), (7, 3), (24, 60)])
  func theMatrixIsWhatItsVectorsSay(size: Int, rank: Int) {
    var generator = SeededGenerator(seed: UInt64(size))
    let rows = (0..<rank).map { _ in (0..<size).map { _ in Double.random(in: -1...1, using: &generator) } }
    var matrix = [Double](repeating: 0, count: size * size)
    for row in rows {
      for i in 0..<size { for j in 0..<size { matrix[i * size + j] += row[i] * row[j] } }
    }
    let eigen = SymmetricEigen(matrix, size: size)
    #expect(zip(eigen.values, eigen.values.dropFirst()).allSatisfy { $0 >= $1 })
    let largest = eigen.values[0]
    for i in 0..<size {
      for j in 0..<size {
        let sum = (0..<size).reduce(0) {
          $0 + eigen.values[$1] * eigen.vectors[$1 * size + i] * eigen.vectors[$1 * size + j]
        }
        #expect(abs(sum - matrix[i * size + j]) < 1e-8 * largest)
      }
    }
    let kept = min(size, rank)
    for left in 0..<kept {
      for right in 0..<kept {
        let product = (0..<size).reduce(0) {
          $0 + eigen.vectors[left * size + $1] * eigen.vectors[right * size + $1]
        }
        #expect(abs(product - (left == right ? 1 : 0)) < 1e-7)
      }
    }
    #expect(eigen.values.dropFirst(kept).allSatisfy { $0 < 1e-8 * largest })
  }
}
