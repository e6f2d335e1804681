/// How p-values of several columns are corrected.
package enum PValueAdjustment: String, Codable, Sendable, CaseIterable {
  /// Share of false findings. Source: Benjamini, Hochberg, J. Royal Stat. Society B 57, 1995.
  case benjaminiHochberg = "bh"
  /// The same under any dependence. Source: Benjamini, Yekutieli, Annals of Statistics 29, 2001.
  case benjaminiYekutieli = "by"
  /// Chance of any false finding. Source: Holm, Scandinavian J. of Statistics 6, 1979.
  case holm
  case bonferroni
  case none

  /// - Parameter pValues: any order.
  /// - Returns: corrected values in that order, each at most 1.
  /// - Complexity: O(m log m).
  package func adjusted(_ pValues: [Double]) -> [Double] {
    let m = Double(pValues.count)
    switch self {
    case .none:
      return pValues
    case .bonferroni:
      return pValues.map { min(1, $0 * m) }
    case .holm:
      let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
      var corrected = pValues
      var largest = 0.0
      for (place, index) in order.enumerated() {
        largest = max(largest, min(1, (m - Double(place)) * pValues[index]))
        corrected[index] = largest
      }
      return corrected
    case .benjaminiHochberg:
      return stepUp(pValues, factor: m)
    case .benjaminiYekutieli:
      return stepUp(pValues, factor: m * (1...max(1, pValues.count)).reduce(0.0) { $0 + 1 / Double($1) })
    }
  }

  private func stepUp(_ pValues: [Double], factor: Double) -> [Double] {
    let order = pValues.indices.sorted { (pValues[$0], $0) > (pValues[$1], $1) }
    var corrected = pValues
    var smallest = 1.0
    for (place, index) in order.enumerated() {
      smallest = min(smallest, factor * pValues[index] / Double(pValues.count - place))
      corrected[index] = smallest
    }
    return corrected
  }
}
