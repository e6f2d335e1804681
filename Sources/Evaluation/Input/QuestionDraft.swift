import Foundation

/// A question that was made from a passage and waits for a person to look at it.
package struct QuestionDraft: Codable, Hashable, Sendable {
  package enum Status: String, Codable, Sendable {
    case draft, accepted, rejected
  }

  package var id: String
  package var question: String
  /// A phrase that a right answer holds; `nil` where none is known.
  package var answer: String?
  /// Document that answers it.
  package var document: String
  /// `heading`, `definition` or `model`.
  package var kind: String
  package var status: Status

  package init(
    id: String, question: String, answer: String?, document: String, kind: String, status: Status = .draft
  ) {
    self.id = id
    self.question = question
    self.answer = answer
    self.document = document
    self.kind = kind
    self.status = status
  }
}

/// A file of drafts, with what they were made from.
package struct QuestionReview: Codable, Hashable, Sendable {
  /// Of the file's form.
  package var version = 1
  package var collection: String
  /// Hash of the documents that the drafts were made from.
  package var data: String
  /// What made them.
  package var generator: String
  package var seed: UInt64
  package var questions: [QuestionDraft]

  package init(collection: String, data: String, generator: String, seed: UInt64, questions: [QuestionDraft])
  {
    self.collection = collection
    self.data = data
    self.generator = generator
    self.seed = seed
    self.questions = questions
  }

  /// Takes over what a person has already decided or rewritten; what was decided and not drafted again stays.
  package mutating func merge(reviewed: QuestionReview) {
    let decided = reviewed.questions.filter { $0.status != .draft }
    let known = Set(decided.map(\.id))
    questions = decided + questions.filter { !known.contains($0.id) }
  }

  package var accepted: [QuestionDraft] { questions.filter { $0.status == .accepted } }

  /// The accepted questions as BEIR's `queries.jsonl`.
  package var queriesText: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return accepted.map { draft in
      let line = Line(
        _id: draft.id, text: draft.question, metadata: Line.Metadata(answerable: true, answer: draft.answer))
      // Encoding strings cannot fail.
      return (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? ""
    }.joined()
  }

  /// Their judgements as BEIR's table.
  package var qrelsText: String {
    "query-id\tcorpus-id\tscore\n" + accepted.map { "\($0.id)\t\($0.document)\t1\n" }.joined()
  }

  /// Wire type.
  private struct Line: Encodable {
    struct Metadata: Encodable {
      var answerable: Bool
      var answer: String?
    }

    var _id: String
    var text: String
    var metadata: Metadata
  }
}

/// Makes questions out of headings and definitions, without a language model.
package enum QuestionPatterns {
  /// The question that a heading stands for; `nil` for one that says too little.
  package static func heading(_ path: [String], title: String?) -> String? {
    guard let last = path.last, last.count >= 4, last.contains(where: \.isLetter) else { return nil }
    if last.hasSuffix("?") { return last }
    let context = [title].compactMap { $0 }.first { $0 != last && !$0.isEmpty }
    let words = last.split { !$0.isLetter && !$0.isNumber }.count
    guard words >= 2 || context != nil else { return nil }
    return context.map { "\($0): \(last)" } ?? last
  }

  /// Questions for sentences such as "A canary is a release to a few users first."
  package static func definitions(_ text: String) -> [(question: String, answer: String)] {
    let flat = text.split { $0 == "\n" || $0 == " " || $0 == "\t" }.joined(separator: " ")
    let pattern =
      /(?:^|[.!?] )(?:An? |The )?([A-Z][\w\-]*(?: [\w\-]+){0,3}) (is|are|means) ((?:an? |the |how |when )[^.!?]{15,200})[.]/
    let vague: Set<String> = [
      "this", "that", "it", "these", "those", "there", "they", "he", "she", "we", "you", "one",
    ]
    return flat.matches(of: pattern).compactMap { match in
      let subject = String(match.1)
      let first = subject.split(separator: " ").first.map { $0.lowercased() } ?? ""
      guard !vague.contains(first) else { return nil }
      let verb = match.2 == "means" ? "does" : String(match.2)
      let question = verb == "does" ? "What does \(subject) mean?" : "What \(verb) \(subject)?"
      return (question, String(match.3))
    }
  }
}
