import IndexStore
import TestSupport
import Testing

@Suite struct MergePolicyTests {
  func segment(_ number: Int, _ count: Int, deleted: Int = 0) -> MergePolicy.Segment {
    MergePolicy.Segment(number: number, chunkCount: count, deletedCount: deleted)
  }

  @Test func aFullTierIsMerged() {
    let policy = MergePolicy()
    let seven = (1...7).map { segment($0, 2048) }
    #expect(policy.nextMerge(seven).isEmpty)
    #expect(policy.nextMerge(seven + [segment(8, 2100)]) == Array(1...8))
    #expect(policy.nextMerge(seven + [segment(8, 16_000)]).isEmpty)
  }

  @Test func aMostlyDeletedSegmentIsRewritten() {
    #expect(MergePolicy().nextMerge([segment(1, 100, deleted: 50), segment(2, 100, deleted: 51)]) == [2])
    #expect(MergePolicy().nextMerge([segment(1, 10, deleted: 10)]) == [1])
  }

  @Test func segmentsStayFew() {
    // Ten thousand commits of one size: at most seven a tier are left.
    var segments: [MergePolicy.Segment] = []
    let policy = MergePolicy()
    var number = 0
    for _ in 0..<10_000 {
      number += 1
      segments.append(segment(number, 2048))
      while true {
        let due = policy.nextMerge(segments)
        if due.isEmpty { break }
        let size = segments.filter { due.contains($0.number) }.reduce(0) { $0 + $1.chunkCount }
        segments.removeAll { due.contains($0.number) }
        number += 1
        segments.append(segment(number, size))
      }
      #expect(segments.count < 40)
    }
    #expect(segments.reduce(0) { $0 + $1.chunkCount } == 10_000 * 2048)
  }
}
