/// Sorts float64 values in linear time.
enum RadixSort {
  /// The values in rising order; none may be NaN. Negative zero comes before zero, to which it is equal.
  ///
  /// - Complexity: O(n): six passes over 11 bits each, passes in which all keys agree are left out; a comparison sort
  ///   below 4,096 values.
  static func sorted(_ values: [Double]) -> [Double] {
    guard values.count >= 4096 else { return values.sorted() }
    let sign = UInt64(1) << 63
    var keys = values.map { value -> UInt64 in
      let bits = value.bitPattern
      return bits & sign == 0 ? bits | sign : ~bits
    }
    var scratch = [UInt64](repeating: 0, count: keys.count)
    for pass in 0..<6 {
      let shift = UInt64(pass * 11)
      var starts = [Int](repeating: 0, count: 2049)
      keys.withUnsafeBufferPointer { source in
        for key in source { starts[Int((key >> shift) & 2047) + 1] += 1 }
      }
      if starts.contains(keys.count) { continue }
      for bucket in 1...2048 { starts[bucket] += starts[bucket - 1] }
      keys.withUnsafeBufferPointer { source in
        scratch.withUnsafeMutableBufferPointer { target in
          starts.withUnsafeMutableBufferPointer { places in
            for key in source {
              let bucket = Int((key >> shift) & 2047)
              target[places[bucket]] = key
              places[bucket] += 1
            }
          }
        }
      }
      swap(&keys, &scratch)
    }
    return keys.map { Double(bitPattern: $0 & sign == 0 ? ~$0 : $0 & ~sign) }
  }
}
