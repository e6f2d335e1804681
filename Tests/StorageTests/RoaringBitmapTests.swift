import Storage
import TestSupport
import Testing

@Suite struct RoaringBitmapTests {
  @Test(arguments: [0.0, 0.00002, 0.001, 0.06, 0.0626, 0.5, 0.999, 1.0])
  func roundTrip(density: Double) {
    var generator = SeededGenerator(seed: UInt64(density * 1e6))
    let members = (0..<UInt32(200_000)).filter { _ in Double.random(in: 0..<1, using: &generator) < density }
    let bytes = RoaringBitmap.serialize(members)
    let read = bytes.withUnsafeBytes { RoaringBitmap.deserialize($0, limit: 200_000) }
    #expect(read?.members == members)
    #expect(read?.consumed == bytes.count)
  }

  @Test(arguments: ["empty", "zero", "group border", "last", "full group", "even"])
  func borders(name: String) {
    let members: [UInt32] =
      switch name {
      case "zero": [0]
      case "group border": [65_535, 65_536]
      case "last": [.max - 1]
      case "full group": Array(0...65_535)
      case "even": (0..<4096).map { $0 * 2 }
      default: []
      }
    let bytes = RoaringBitmap.serialize(members)
    let read = bytes.withUnsafeBytes { RoaringBitmap.deserialize($0, limit: .max) }
    #expect(read?.members == members)
    let below = bytes.withUnsafeBytes { RoaringBitmap.deserialize($0, limit: members.last ?? 0) }
    #expect((below == nil) == !members.isEmpty)
  }

  @Test func damageIsNoTrap() {
    var generator = SeededGenerator(seed: 11)
    let members = (0..<UInt32(70_000)).filter { $0 % 3 == 0 } + [100_000]
    let whole = RoaringBitmap.serialize(members)
    for _ in 0..<2000 {
      var bytes = whole
      let index = Int.random(in: 0..<bytes.count, using: &generator)
      bytes[index] = UInt8.random(in: 0...255, using: &generator)
      let read = bytes.withUnsafeBytes { RoaringBitmap.deserialize($0, limit: 100_001) }
      if let read {
        #expect(zip(read.members, read.members.dropFirst()).allSatisfy { $0 < $1 })
        #expect(read.members.allSatisfy { $0 < 100_001 })
      }
    }
    for count in 0..<min(600, whole.count) {
      #expect(Array(whole[..<count]).withUnsafeBytes { RoaringBitmap.deserialize($0, limit: .max) } == nil)
    }
  }
}
