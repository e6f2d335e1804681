/// A picture in grey as the renderer of pages writes it (PGM), looked at before it is read.
struct GreyPicture {
  /// The file.
  let bytes: [UInt8]
  /// Where its pixels start.
  private let start: Int

  /// - Returns: `nil` for what is no PGM file of 8 bits.
  init?(pgm bytes: [UInt8]) {
    guard bytes.starts(with: [UInt8(ascii: "P"), UInt8(ascii: "5")]) else { return nil }
    var position = 2
    var numbers: [Int] = []
    while numbers.count < 3, position < min(bytes.count, 256) {
      while position < bytes.count, ASCII.isBlank(bytes[position]) { position += 1 }
      var number = 0
      let start = position
      while position < bytes.count, ASCII.isDigit(bytes[position]), number < 1 << 32 {
        number = number * 10 + Int(bytes[position] - 0x30)
        position += 1
      }
      guard position > start else { return nil }
      numbers.append(number)
    }
    guard numbers.count == 3, numbers[2] == 255, bytes.count - position - 1 >= numbers[0] * numbers[1] else {
      return nil
    }
    self.bytes = bytes
    start = position + 1
  }

  /// The same with light and dark exchanged.
  ///
  /// - Complexity: O(pixels).
  var inverted: [UInt8] {
    var out = bytes
    for index in start..<out.count { out[index] = ~out[index] }
    return out
  }

  /// The share of pixels on the dark side of the one threshold that parts the picture best, by every fourth pixel.
  ///
  /// A page of text has 0.02 to 0.15; one in a shadow, with a photograph or in light letters on dark has more.
  /// - Complexity: O(pixels).
  /// - Source: N. Otsu, A Threshold Selection Method from Gray-Level Histograms, 1979.
  var darkShare: Double {
    var histogram = [Int](repeating: 0, count: 256)
    for index in stride(from: start, to: bytes.count, by: 4) { histogram[Int(bytes[index])] += 1 }
    let count = histogram.reduce(0, +)
    guard count > 0 else { return 0 }
    let total = histogram.enumerated().reduce(0.0) { $0 + Double($1.offset * $1.element) }
    var below = 0
    var sum = 0.0
    var best = (variance: 0.0, dark: 0)
    for (level, number) in histogram.enumerated() {
      below += number
      sum += Double(level * number)
      guard below > 0, below < count else { continue }
      let gap = sum / Double(below) - (total - sum) / Double(count - below)
      let variance = Double(below) * Double(count - below) * gap * gap
      if variance > best.variance { best = (variance, below) }
    }
    return Double(best.dark) / Double(count)
  }
}
