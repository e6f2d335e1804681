import Foundation

/// A question of a test collection.
package struct Question: Hashable, Sendable {
  package var id: String
  package var text: String
  /// Whether the documents answer it; `nil` where the set does not say.
  package var isAnswerable: Bool?
  /// Phrases any of which a right answer holds.
  package var goldAnswers: [String]

  package init(id: String, text: String, isAnswerable: Bool? = nil, goldAnswers: [String] = []) {
    self.id = id
    self.text = text
    self.isAnswerable = isAnswerable
    self.goldAnswers = goldAnswers
  }
}

/// Questions as BEIR's `queries.jsonl` has them: `{"_id": …, "text": …, "metadata": {…}}`, one a line.
///
/// Of the metadata, `answerable` (true or false) and `answer` (a phrase, or a list of them) are read.
package struct QuestionSet: Hashable, Sendable {
  package private(set) var questions: [Question] = []

  /// - Parameter name: of the file, for messages.
  /// - Throws: `EvaluationError.malformed` with the line.
  /// - Complexity: O(text).
  package init(text: String, name: String = "queries") throws(EvaluationError) {
    var seen: Set<String> = []
    var number = 0
    for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      let place = "\(name), line \(number)"
      let record: Record
      do {
        record = try JSONDecoder().decode(Record.self, from: Data(line))
      } catch {
        throw EvaluationError(
          .malformed,
          "\(place): not a question. A line is {\"_id\": \"q1\", \"text\": \"…\"}, with "
            + "\"metadata\": {\"answerable\": true, \"answer\": \"…\"} where that is known")
      }
      guard seen.insert(record.id).inserted else {
        throw EvaluationError(.malformed, "\(place): question \(record.id) comes twice")
      }
      questions.append(
        Question(
          id: record.id, text: record.text, isAnswerable: record.metadata?.answerable,
          goldAnswers: record.metadata?.answers ?? []))
    }
    guard !questions.isEmpty else { throw EvaluationError(.malformed, "\(name): there are no questions") }
  }

  private struct Record: Decodable {
    var id: String
    var text: String
    var metadata: Metadata?

    enum CodingKeys: String, CodingKey {
      case id = "_id"
      case text, metadata
    }
  }

  private struct Metadata: Decodable {
    var answerable: Bool?
    var answers: [String]

    enum CodingKeys: String, CodingKey {
      case answerable, answer
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      // Sets of other makers use the same names for other things: what does not fit is not there.
      answerable = try? values.decodeIfPresent(Bool.self, forKey: .answerable)
      let one = (try? values.decodeIfPresent(String.self, forKey: .answer)).flatMap { $0 }
      let many = (try? values.decodeIfPresent([String].self, forKey: .answer)).flatMap { $0 }
      answers = (one.map { [$0] } ?? many ?? []).filter { !$0.isEmpty }
    }
  }
}
