import Kernels
import TestSupport
import Testing

/// Each level of instructions against plain loops.
@Suite struct PostingKernelsTests {
  static let counts = [1, 7, 8, 9, 15, 16, 17, 64, 127, 128]

  /// Numbers of `bits` bits, packed from the lowest bit, padded to whole bytes.
  static func packed(_ values: [UInt32], bits: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (values.count * bits + 7) / 8)
    for (index, value) in values.enumerated() {
      for bit in 0..<bits where value >> UInt32(bit) & 1 == 1 {
        bytes[(index * bits + bit) / 8] |= 1 << UInt8((index * bits + bit) % 8)
      }
    }
    return bytes
  }

  static func numbers(_ count: Int, bits: Int, _ generator: inout SeededGenerator) -> [UInt32] {
    (0..<count).map { _ in
      bits == 0 ? 0 : UInt32.random(in: 0...(UInt32.max >> UInt32(32 - bits)), using: &generator)
    }
  }

  /// What `body` leaves in an array of a block's room.
  static func filled<Number: FixedWidthInteger>(
    _ count: Int, _ body: (UnsafeMutablePointer<Number>) -> Void
  ) -> [Number] {
    let room = UnsafeMutablePointer<Number>.allocate(capacity: PostingKernels.blockSize)
    defer { room.deallocate() }
    room.initialize(repeating: 0, count: PostingKernels.blockSize)
    body(room)
    return Array(UnsafeBufferPointer(start: room, count: count))
  }

  /// Calls `body` with `bytes` at the end of readable memory, and with more behind them.
  static func atTheEndAndBefore(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes { body($0) }
    (bytes + [UInt8](repeating: 0xA5, count: 200)).withUnsafeBytes { body($0) }
  }

  @Test(arguments: 0...32)
  func unpacks(bits: Int) {
    var generator = SeededGenerator(seed: UInt64(bits))
    for kernels in PostingKernels.all {
      for count in Self.counts {
        let values = Self.numbers(count, bits: bits, &generator)
        Self.atTheEndAndBefore(Self.packed(values, bits: bits)) { bytes in
          #expect(Self.filled(count) { kernels.unpack(bytes, count: count, bits: bits, into: $0) } == values)
        }
      }
    }
  }

  @Test func gapsAreSummedModuloTheWord() {
    var generator = SeededGenerator(seed: 5)
    for kernels in PostingKernels.all {
      for (count, before) in zip(Self.counts, [UInt32.max, 0, 7, 1 << 31, UInt32.max - 3].cycled()) {
        let gaps = Self.numbers(count, bits: 30, &generator)
        var sum = before
        let expected = gaps.map { gap in
          sum = sum &+ gap &+ 1
          return sum
        }
        let ordinals = Self.filled(count) { room in
          room.update(from: gaps, count: count)
          kernels.addGaps(room, count: count, before: before)
        }
        #expect(ordinals == expected)
      }
    }
  }

  @Test func blocksAreDecodedAndScored() {
    var generator = SeededGenerator(seed: 6)
    let lengths = (0..<5000).map { _ in UInt32.random(in: 0...400, using: &generator) }
    lengths.withUnsafeBufferPointer { lengths in
      let term = BM25Term(weight: 123_456.7, base: 0.3, slope: 0.0091, lengths: lengths)
      for kernels in PostingKernels.all {
        for count in Self.counts {
          // The last widths are of a damaged file: ordinals leave the chunks, frequencies the numbers with a sign.
          for (distanceBits, countBits) in [(0, 0), (3, 1), (5, 4), (0, 7), (25, 2), (32, 32)] {
            let gaps = Self.numbers(count, bits: distanceBits, &generator)
            let lessOne = Self.numbers(count, bits: countBits, &generator)
            var sum: UInt32 = 41
            let ordinals = gaps.map { gap in
              sum = sum &+ gap &+ 1
              return sum
            }
            let steps = zip(ordinals, lessOne).map { ordinal, lessOne in
              term.steps(frequency: lessOne &+ 1, length: lengths[Int(min(ordinal, 4999))])
            }
            let bytes = Self.packed(gaps, bits: distanceBits) + Self.packed(lessOne, bits: countBits)
            Self.atTheEndAndBefore(bytes) { bytes in
              var found: [UInt32] = []
              let scored = Self.filled(count) { room in
                found = Self.filled(count) { ordinals in
                  kernels.decode(
                    bytes, count: count, distanceBits: distanceBits, countBits: countBits, before: 41, term,
                    ordinals: ordinals, steps: room)
                }
              }
              #expect(found == ordinals)
              #expect(scored == steps, "\(count) of \(distanceBits) and \(countBits) bits")
            }
            let scored = Self.filled(count) { room in
              _ = Self.filled(count) { (ordinalRoom: UnsafeMutablePointer<UInt32>) in
                ordinalRoom.update(from: ordinals, count: count)
                _ = Self.filled(count) { (lessOneRoom: UnsafeMutablePointer<UInt32>) in
                  lessOneRoom.update(from: lessOne, count: count)
                  kernels.score(term, ordinalRoom, lessOne: lessOneRoom, count: count, into: room)
                }
              }
            }
            #expect(scored == steps)
          }
        }
      }
    }
  }

  @Test func sumsAreCollectedAndZeroed() {
    var generator = SeededGenerator(seed: 7)
    for kernels in PostingKernels.all {
      for count in [64, 128, 1024] {
        for least: Int32 in [1, 500, 1000, 2000] {
          var sums = (0..<count).map { _ in Int32.random(in: -1000...1000, using: &generator) }
          let expected = sums.enumerated().filter { $0.element >= least }
          var places = [UInt32](repeating: 0, count: count + 16)
          var values = [Int32](repeating: 0, count: count + 16)
          let found = kernels.collect(
            &sums, count: count, least: least, first: 77, places: &places, values: &values)
          #expect(places[..<found].elementsEqual(expected.map { UInt32($0.offset) + 77 }))
          #expect(values[..<found].elementsEqual(expected.map(\.element)))
          #expect(sums.allSatisfy { $0 == 0 })
        }
      }
    }
  }
}

extension Sequence {
  /// The elements again and again.
  fileprivate func cycled() -> UnfoldSequence<Element, (Array<Element>, Int)> {
    sequence(state: (Array(self), 0)) { state in
      defer { state.1 += 1 }
      return state.0[state.1 % state.0.count]
    }
  }
}
