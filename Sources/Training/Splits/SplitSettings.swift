/// How rows are divided into those that a model learns from and those that it is judged by.
package struct SplitSettings: Codable, Hashable, Sendable {
  package enum Method: String, Codable, Sendable, CaseIterable {
    case random
    /// Each class has the same share on both sides.
    case stratified
    /// Rows of one group stay together.
    case group
    /// The latest rows are the test.
    case time
    /// A column says `train` or `test`.
    case given
  }

  package var method: Method
  /// Of rows, 0…1.
  package var testShare: Double
  /// Folds of the cross-validation within the training part.
  package var folds: Int
  package var seed: UInt64
  /// Of method `given`.
  package var column: String?

  package init(
    method: Method, testShare: Double = 0.2, folds: Int = 5, seed: UInt64 = 42, column: String? = nil
  ) {
    self.method = method
    self.testShare = testShare
    self.folds = folds
    self.seed = seed
    self.column = column
  }
}

/// Row numbers, rising.
package struct Split: Codable, Hashable, Sendable {
  package var train: [Int]
  package var test: [Int]

  package init(train: [Int], test: [Int]) {
    self.train = train
    self.test = test
  }
}
