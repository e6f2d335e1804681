import Tables

/// What a check found in one column.
package struct ColumnResult: Sendable, Codable {
  package var name: String
  package var type: ColumnType
  /// `nil` where nothing could be tested; then `problem` says why.
  package var method: DriftMethod?
  package var statistic: Double?
  package var pValue: Double?
  /// Corrected over the columns of the dataset.
  package var adjustedP: Double?
  /// What profile `evidently` compares with the threshold: p or a distance.
  package var score: Double?
  /// Kolmogorov-Smirnov distance, total variation, or for texts twice the area under the curve less 1; at most 1.
  package var effect: Double?
  package var threshold: Double
  package var verdict = Verdict.none
  /// Rows used, after cleaning.
  package var referenceCount = 0
  package var currentCount = 0
  package var referenceMissingShare: Double
  package var currentMissingShare: Double
  /// That as many rows are missing on both sides.
  package var missingP: Double?
  package var newCategories: [CategoryCounts.Entry] = []
  package var vanishedCategories: [CategoryCounts.Entry] = []
  /// Profile `strict`: distances with their noise floors, for people; the test decides.
  package var distances: [DistanceResult] = []
  package var distribution: Distribution?
  /// Of a text column: the words that tell the sides apart.
  package var words: [TextComparison.Word] = []
  package var problem: String?

  enum CodingKeys: String, CodingKey {
    case name, type, method, statistic, score, effect, threshold, verdict, distances, distribution, words,
      problem
    case pValue = "p_value"
    case adjustedP = "adjusted_p"
    case referenceCount = "reference_count"
    case currentCount = "current_count"
    case referenceMissingShare = "reference_missing_share"
    case currentMissingShare = "current_missing_share"
    case missingP = "missing_p"
    case newCategories = "new_categories"
    case vanishedCategories = "vanished_categories"
  }
}
