/// The area under the ROC curve: the chance that a positive scores above a negative, ties counting half.
package enum RankedAUC {
  /// - Returns: NaN where there are none of a kind.
  /// - Complexity: O(n log n).
  package static func area(scores: [Double], isPositive: [Bool], weights: [Double]? = nil) -> Double {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var negativesBelow = 0.0
    var pairs = 0.0
    var positives = 0.0
    var place = 0
    while place < order.count {
      var end = place
      var tiedPositives = 0.0
      var tiedNegatives = 0.0
      while end < order.count, scores[order[end]] == scores[order[place]] {
        let weight = weights?[order[end]] ?? 1
        if isPositive[order[end]] { tiedPositives += weight } else { tiedNegatives += weight }
        end += 1
      }
      pairs += tiedPositives * (negativesBelow + tiedNegatives / 2)
      negativesBelow += tiedNegatives
      positives += tiedPositives
      place = end
    }
    return pairs / (positives * negativesBelow)
  }
}
