/// How a check of vectors decides.
package struct EmbeddingSettings: Hashable, Sendable, Codable {
  package var alpha = 0.05
  /// Smallest effect that counts as drift: twice the area under the curve less 1, Kolmogorov-Smirnov distance of a
  /// component, total variation of the clusters. The discrepancy needs none, as its rows are limited.
  package var effectFloor = 0.1
  /// Fewer rows on a side are `insufficient`.
  package var minimumCount = 100
  package var permutations = 199
  /// Rows a side that take part in the discrepancy; larger sides are sampled.
  package var discrepancyRows = 1000
  /// Rows a side that take part in the domain classifier.
  package var classifierRows = 500
  /// Rows a side that take part in the tests of single components. A distance between distributions of 20,000 rows errs
  /// by 0.014 at most, with 95% (Dvoretzky, Kiefer, Wolfowitz), where an effect of 0.1 is asked for.
  package var testRows = 20_000
  /// Rows a side that take part in the principal components, the map and the centres of clusters.
  package var componentRows = 2000
  package var clusterCount = 12
  package var seed: UInt64 = 42
  /// Results don't depend on it.
  package var threads = 2

  package init() {}

  enum CodingKeys: String, CodingKey {
    case alpha, permutations, seed, threads
    case effectFloor = "effect_floor"
    case minimumCount = "minimum_count"
    case discrepancyRows = "discrepancy_rows"
    case classifierRows = "classifier_rows"
    case testRows = "test_rows"
    case componentRows = "component_rows"
    case clusterCount = "cluster_count"
  }
}
