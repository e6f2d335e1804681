/// What is watched.
package enum DriftSignal: String, Codable, CaseIterable, Sendable {
  /// Embeddings of what was ingested.
  case corpus
  /// Formats, languages, folders, lengths and duplicates of what was ingested.
  case documents
  /// Embeddings of what was asked.
  case questions
  /// How far questions are from the nearest passage, what they found, and how they were answered.
  case retrieval
  /// How often nothing was found, no answer was given, and an answer was rated badly.
  case rates
  /// Vectors of fixed texts.
  case model
  /// Ranked lists of fixed questions.
  case sentinels

  /// Whether one window decides. The others look at new samples each time, so one window in twenty drifts by chance:
  /// they alarm when enough of the last windows agree.
  var alarmsAtOnce: Bool {
    switch self {
    case .rates, .model, .sentinels: true
    case .corpus, .documents, .questions, .retrieval: false
    }
  }

  var title: String {
    switch self {
    case .corpus: "Corpus: embeddings"
    case .documents: "Corpus: documents"
    case .questions: "Questions: embeddings"
    case .retrieval: "Questions: retrieval"
    case .rates: "Questions: rates"
    case .model: "Model: canaries"
    case .sentinels: "Answers: sentinel questions"
    }
  }
}
