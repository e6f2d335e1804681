/// What a check found in two sets of vectors.
package struct EmbeddingResult: Sendable, Codable {
  /// A row's place on the map of the first two principal components.
  package struct Point: Sendable, Codable {
    package var row: Int
    package var x: Double
    package var y: Double
  }

  package var settings: EmbeddingSettings
  package var verdict: Verdict
  package var referenceRows: Int
  package var currentRows: Int
  package var dimension: Int
  package var meanDistances: EmbeddingDistances
  package var discrepancy: MaximumMeanDiscrepancy
  package var classifier: DomainClassifier
  /// Share of components whose Kolmogorov-Smirnov p, corrected by Benjamini-Hochberg, is at most alpha.
  package var driftedComponentShare: Double
  /// The smallest corrected p of a component that is not constant but for rounding.
  package var componentP: Double
  package var clusters: ClusterMass
  /// Mean distance to what the components keep of a row (65% of the variance), in standard deviations.
  package var referenceReconstructionError: Double
  package var currentReconstructionError: Double
  /// By method, corrected over the methods by Benjamini-Hochberg; one at most alpha is drift where its effect is large
  /// enough too.
  package var adjustedP: [String: Double]
  /// By method; see ``EmbeddingSettings/effectFloor``.
  package var effects: [String: Double]
  package var referenceMap: [Point]
  package var currentMap: [Point]

  enum CodingKeys: String, CodingKey {
    case settings, verdict, dimension, discrepancy, classifier, clusters, effects
    case referenceRows = "reference_rows"
    case currentRows = "current_rows"
    case meanDistances = "mean_distances"
    case driftedComponentShare = "drifted_component_share"
    case componentP = "component_p"
    case referenceReconstructionError = "reference_reconstruction_error"
    case currentReconstructionError = "current_reconstruction_error"
    case adjustedP = "adjusted_p"
    case referenceMap = "reference_map"
    case currentMap = "current_map"
  }
}
