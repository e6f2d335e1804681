import Storage

/// Judgements: for each query, the grade of each judged document.
///
/// A grade of 0 is judged and not relevant; a negative one is in the pool and not judged, as trec_eval has it.
package struct Qrels: Hashable, Sendable {
  /// Query, then document, to grade.
  package private(set) var grades: [String: [DocumentPath: Int]] = [:]

  package init() {}

  /// Judged queries, sorted.
  package var queries: [String] { grades.keys.sorted() }

  /// Sets a grade; a later one for the same pair stands.
  package mutating func judge(query: String, document: String, grade: Int) {
    grades[query, default: [:]][DocumentPath(document)] = grade
  }

  /// Reads TREC's four columns (`query iteration document grade`) or BEIR's three with a header
  /// (`query-id corpus-id score`, tab-separated).
  ///
  /// - Parameter name: of the file, for messages.
  /// - Throws: `EvaluationError.malformed` with the line.
  /// - Complexity: O(text).
  package init(text: String, name: String = "qrels") throws(EvaluationError) {
    for (number, fields) in LineFields.all(of: text) {
      let place = "\(name), line \(number)"
      let triple: (Substring, Substring, Substring)
      switch fields.count {
      case 3:
        // BEIR's header.
        if number == 1, Int(fields[2]) == nil { continue }
        triple = (fields[0], fields[1], fields[2])
      case 4: triple = (fields[0], fields[2], fields[3])
      default:
        throw EvaluationError(
          .malformed, "\(place): \(fields.count) columns; a judgement has 3 (BEIR) or 4 (TREC)")
      }
      guard let grade = Int(triple.2) else {
        throw EvaluationError(.malformed, "\(place): the grade '\(triple.2)' is not a whole number")
      }
      judge(query: String(triple.0), document: String(triple.1), grade: grade)
    }
    guard !grades.isEmpty else { throw EvaluationError(.malformed, "\(name): there are no judgements") }
  }
}
