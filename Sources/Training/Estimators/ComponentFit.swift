import Kernels

/// Finds the directions in which rows differ most; a row's coordinates along them are weighted sums of its features.
///
/// - Source: Jolliffe, "Principal Component Analysis", 2nd ed., section 2.1.
struct ComponentFit {
  private let wanted: Double

  /// - Parameter parameters: all of `Algorithm.pca`.
  init(parameters: [String: Double]) {
    wanted = parameters["n_components", default: 2]
  }

  /// As many components as are wanted, or as explain the wanted share of the variance.
  ///
  /// - Throws: `.unfit` where no feature varies; `.invalidArgument` for more components than features.
  /// - Complexity: O(n × features² + features³).
  func fit(_ rows: TrainingRows) throws(TrainingError) -> ComponentModel {
    let width = rows.features.columns
    guard wanted < 1 || Int(wanted) <= width else {
      throw TrainingError(.invalidArgument, "n_components is \(Int(wanted)), of \(width) prepared features")
    }
    let weights = rows.weights ?? [Double](repeating: 1, count: rows.features.rows)
    let means = rows.featureMeans
    var centred = DoubleMatrix(rows.features)
    for row in 0..<centred.rows {
      let scale = weights[row].squareRoot()
      for feature in 0..<width {
        centred.values[row * width + feature] =
          (centred.values[row * width + feature] - means[feature]) * scale
      }
    }
    let eigen = SymmetricEigen(centred.transposedTimes(centred).values, size: width)
    let variance = eigen.values.reduce(0, +)
    guard variance > 0 else { throw TrainingError(.unfit, "every row is the same") }
    var count = Int(wanted)
    if wanted < 1 {
      count = 0
      var share = 0.0
      while count < width, share < wanted {
        share += eigen.values[count] / variance
        count += 1
      }
    }
    return ComponentModel(
      components: eigen.vectors.prefix(count * width).map { Float($0) }, mean: means.map { Float($0) })
  }
}
