import Foundation

/// Fisher's exact test of a 2×2 table, two-sided: the probability of all tables that are no likelier.
///
/// - Source: Fisher, "Statistical Methods for Research Workers", 1934, section 21.02.
package enum FisherExact {
  /// - Parameters: counts of the two categories on the reference side, then on the current side.
  /// - Complexity: O(smallest margin).
  package static func pValue(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> Double {
    let row = a + b
    let column = a + c
    let total = a + b + c + d
    let low = max(0, row + column - total)
    let high = min(row, column)
    func logWeight(_ x: Int) -> Double {
      SpecialFunctions.logBinomial(Double(column), Double(x))
        + SpecialFunctions.logBinomial(Double(total - column), Double(row - x))
    }
    // Weights relative to the observed table: the normalising constant cancels.
    let observed = logWeight(a)
    var reached = 0.0
    var all = 0.0
    for x in low...high {
      let weight = exp(logWeight(x) - observed)
      all += weight
      if weight <= 1 + 1e-7 { reached += weight }
    }
    return min(1, reached / all)
  }
}
