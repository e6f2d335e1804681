/// Ranks and what is computed from them.
enum Ranks {
  /// From 1; equal values share the mean of their ranks.
  ///
  /// - Complexity: O(n log n).
  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var place = 0
    while place < order.count {
      var end = place
      while end < order.count, values[order[end]] == values[order[place]] { end += 1 }
      for tied in place..<end { ranks[order[tied]] = Double(place + end + 1) / 2 }
      place = end
    }
    return ranks
  }

  /// Spearman's; 0 where one side is constant.
  static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    let (x, y) = (ranks(x), ranks(y))
    let middle = Double(x.count + 1) / 2
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (x, y) in zip(x, y) {
      xx += (x - middle) * (x - middle)
      yy += (y - middle) * (y - middle)
      xy += (x - middle) * (y - middle)
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : 0
  }
}
