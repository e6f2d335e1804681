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
}
