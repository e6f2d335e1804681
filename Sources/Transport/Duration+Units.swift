extension Duration {
  /// Rounded down; clamped to what `Int` holds.
  var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = Int(clamping: seconds).multipliedReportingOverflow(by: 1000)
    return overflow ? .max : scaled + Int(attoseconds / 1_000_000_000_000_000)
  }

  /// In seconds.
  var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
