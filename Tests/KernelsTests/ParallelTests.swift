import Kernels
import Synchronization
import Testing

@Suite struct ParallelTests {
  @Test(arguments: [0, 1, 2, 1000], [1, 2, 5])
  func eachIndexOnce(count: Int, threads: Int) {
    let seen = Mutex([Int](repeating: 0, count: count))
    Parallel.forEach(count, threads: threads) { index in seen.withLock { $0[index] += 1 } }
    #expect(seen.withLock { $0 }.allSatisfy { $0 == 1 })
  }

  @Test(arguments: [0, 1, 2, 1000], [1, 2, 5])
  func valuesComeInOrder(count: Int, threads: Int) {
    #expect(Parallel.map(count, threads: threads) { $0 * $0 } == (0..<count).map { $0 * $0 })
  }
}
