/// What was looked for before training, and found: signs that a model would know what it must guess.
package struct LeakageReport: Codable, Hashable, Sendable {
  package enum Kind: String, Codable, Sendable {
    /// The feature's values are the target's, under other names at most.
    case targetCopy = "target_copy"
    /// One feature alone tells the target almost always.
    case nearPerfect = "near_perfect_feature"
    /// A value of its own in every row.
    case identifier
    /// A time after the moment that the label was known.
    case future = "after_the_label"
    /// Rows of the test that are in the training part, too.
    case duplicates = "duplicates_across_split"
  }

  package struct Finding: Codable, Hashable, Sendable {
    package var kind: Kind
    package var column: String?
    package var message: String
    /// Somebody declared that this is as it should be.
    package var isAllowed: Bool
  }

  package var findings: [Finding]
  /// Rows that are equal to an earlier one in all features.
  package var duplicateRows: Int
  /// Whether equal rows were kept on one side of the split.
  package var keepsDuplicatesTogether: Bool

  package var isClean: Bool { findings.allSatisfy(\.isAllowed) }
}
