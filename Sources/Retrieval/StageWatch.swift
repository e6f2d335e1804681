/// Measures the stages of one call.
struct StageWatch {
  private var last = ContinuousClock.now
  private(set) var milliseconds: [String: Double] = [:]

  /// Ends a stage, which began with the one before.
  mutating func lap(_ stage: String) {
    let now = ContinuousClock.now
    let parts = last.duration(to: now).components
    milliseconds[stage, default: 0] += Double(parts.seconds) * 1e3 + Double(parts.attoseconds) * 1e-15
    last = now
  }
}
