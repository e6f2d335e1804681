import Kernels
import TestSupport
import Testing

@Suite struct OrdinalSetTests {
  @Test(arguments: [0, 1, 63, 64, 65, 1000])
  func behavesAsASet(universe: Int) {
    var generator = SeededGenerator(seed: UInt64(universe))
    let all = Array(0..<Ordinal(universe))
    let a = Set(all.filter { _ in Bool.random(using: &generator) })
    let b = Set(all.filter { _ in Bool.random(using: &generator) })
    let left = OrdinalSet(universe: universe, a)
    let right = OrdinalSet(universe: universe, b)
    #expect(Array(left) == a.sorted())
    #expect(left.count == a.count)
    #expect(all.allSatisfy { left.contains($0) == a.contains($0) })
    #expect(!left.contains(Ordinal(universe)))
    var both = left
    both.formIntersection(right)
    #expect(Array(both) == a.intersection(b).sorted())
    both = left
    both.formUnion(right)
    #expect(Array(both) == a.union(b).sorted())
    both = left
    both.subtract(right)
    #expect(Array(both) == a.subtracting(b).sorted())
    #expect(Array(left.complement()) == Set(all).subtracting(a).sorted())
    #expect(OrdinalSet(universe: universe, full: true).count == universe)
  }
}
