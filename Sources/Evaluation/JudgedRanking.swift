import Storage

/// One query's ranking seen through the judgements: all that measures need.
package struct JudgedRanking: Hashable, Sendable {
  /// What is known of a document at a place of the ranking.
  package enum Judgement: Hashable, Sendable {
    case grade(Int)
    /// In the pool, and not judged (a negative grade).
    case unjudged
    /// Not among the judgements.
    case outsidePool
  }

  /// By place, best first.
  package let judgements: [Judgement]
  /// Grades of all judged documents, retrieved or not; none negative.
  package let judgedGrades: [Int]

  /// - Parameters:
  ///   - ranking: in evaluation order.
  ///   - grades: of the query's judged documents.
  package init(_ ranking: [Run.Entry], grades: [DocumentPath: Int]) {
    judgements = ranking.map { entry in
      guard let grade = grades[DocumentPath(entry.document)] else { return .outsidePool }
      return grade < 0 ? .unjudged : .grade(grade)
    }
    judgedGrades = grades.values.filter { $0 >= 0 }
  }

  /// Whether the document at `place` (from 0) has at least grade `level`.
  func isRelevant(_ place: Int, _ level: Int) -> Bool {
    if case .grade(let grade) = judgements[place] { return grade >= level }
    return false
  }

  /// Judged documents of at least grade `level`.
  func relevantCount(_ level: Int) -> Int {
    judgedGrades.count { $0 >= level }
  }

  /// Relevant documents in the first `depth` places; `nil` means all.
  func relevantRetrieved(_ level: Int, depth: Int? = nil) -> Int {
    (0..<places(depth)).count { isRelevant($0, level) }
  }

  /// Places that are looked at.
  func places(_ cutoff: Int?) -> Int { min(cutoff ?? judgements.count, judgements.count) }
}
