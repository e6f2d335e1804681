/// Distances between the mean vectors of two sets.
package struct EmbeddingDistances: Hashable, Sendable, Codable {
  package var euclidean = 0.0
  /// 1 - cosine, 0…2.
  package var cosine = 0.0
  package var cityblock = 0.0
  package var chebyshev = 0.0

  /// - Parameters: means, shape `[d]` each.
  package init(_ reference: [Double], _ current: [Double]) {
    var products = (0.0, 0.0, 0.0)
    for (x, y) in zip(reference, current) {
      let difference = abs(x - y)
      euclidean += difference * difference
      cityblock += difference
      chebyshev = max(chebyshev, difference)
      products = (products.0 + x * y, products.1 + x * x, products.2 + y * y)
    }
    euclidean = euclidean.squareRoot()
    let norm = (products.1 * products.2).squareRoot()
    cosine = norm > 0 ? 1 - products.0 / norm : 0
  }
}
