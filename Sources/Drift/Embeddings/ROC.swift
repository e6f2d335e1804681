/// The area under the ROC curve: the chance that a positive scores above a negative, ties counting half.
package enum ROC {
  /// - Throws: `.emptySide` where there are none of a kind.
  /// - Complexity: O(n log n).
  package static func area(negatives: [Double], positives: [Double]) throws(DriftError) -> Double {
    let pair = try SamplePair(positives, negatives)
    return MannWhitney.statistic(pair).u / (Double(pair.n) * Double(pair.m))
  }
}
