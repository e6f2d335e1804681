/// Times of single operations, in seconds.
struct Latencies {
  private var seconds: [Double] = []

  mutating func append(_ value: Double) {
    seconds.append(value)
  }

  /// The value that a share `q` (0…1) of the times does not exceed, by nearest rank; 0 for no times.
  func quantile(_ q: Double) -> Double {
    guard !seconds.isEmpty else { return 0 }
    let sorted = seconds.sorted()
    return sorted[min(sorted.count - 1, max(0, Int((q * Double(sorted.count)).rounded(.up)) - 1))]
  }
}
