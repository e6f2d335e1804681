import Embeddings
import Kernels
import LexicalIndex

/// Answers with sentences of the passages themselves: no language model, nothing invented.
///
/// A sentence is scored by its cosine to the question and by the share of the question's terms that it holds,
/// rarer terms counting more. The best ones, each cited, are the answer; when the evidence is weak there is none.
package struct ExtractiveAnswerer: Answerer {
  package struct Parameters: Hashable, Sendable {
    /// Most sentences in an answer.
    package var sentences = 3
    /// Most sentences that are embedded for one question.
    package var candidates = 32
    /// Share of the cosine in a sentence's score; the terms have the rest.
    package var denseWeight = 0.6
    /// Further sentences must reach this share of the best one's score.
    package var relativeFloor = 0.75
    /// Below this confidence there is no answer. Found on one half of `corpus/eval` by `rag eval`; on the
    /// other half 86 % of the answerable questions are answered and 91 % of the others refused.
    package var threshold = 0.4

    package init() {}
  }

  private let embedder: (any Embedder)?
  private let analyzer: Analyzer
  private let parameters: Parameters

  /// - Parameters:
  ///   - embedder: `nil` where none can be had; then terms alone decide.
  ///   - analyzer: the collection's.
  package init(embedder: (any Embedder)?, analyzer: Analyzer, parameters: Parameters = Parameters()) {
    self.embedder = embedder
    self.analyzer = analyzer
    self.parameters = parameters
  }

  package var identity: String {
    "extractive/1 threshold=\(parameters.threshold) sentences=\(parameters.sentences)"
  }

  package func answer(
    _ request: AnswerRequest, emit: @escaping @Sendable (AnswerEvent) async -> Void
  ) async throws(GenerationError) -> Answer {
    let answer = try await answer(request.question, passages: request.passages)
    let lines = answer.text?.split(separator: "\n").map(String.init) ?? []
    // A line a citation, in order.
    for (index, line) in lines.enumerated() {
      if index < answer.citations.count { await emit(.citation(answer.citations[index])) }
      await emit(.delta(index + 1 < lines.count ? line + "\n" : line))
    }
    return answer
  }

  /// The whole answer at once.
  package func answer(
    _ question: String, passages: [Passage]
  ) async throws(GenerationError) -> Answer {
    var answer = try await extract(question, passages: passages)
    answer.answerer = identity
    return answer
  }

  private func extract(_ question: String, passages: [Passage]) async throws(GenerationError) -> Answer {
    let units = passages.enumerated().flatMap { EvidenceUnits.units(of: $1, number: $0) }
    guard !units.isEmpty else {
      return Answer(text: nil, abstention: .noEvidence, citations: [], confidence: 0)
    }
    var scored = coverage(of: question, in: units, passages: passages)
    scored.sort { $0.score > $1.score || ($0.score == $1.score && $0.order < $1.order) }
    scored = Array(scored.prefix(parameters.candidates))
    var degraded: String?
    if let embedder, await !addCosines(&scored, question: question, passages: passages, embedder: embedder) {
      // Words alone decide then, as in a search.
      degraded = "embedding_unavailable"
    }
    scored.sort { $0.score > $1.score || ($0.score == $1.score && $0.order < $1.order) }
    guard let best = scored.first else {
      return Answer(text: nil, abstention: .noEvidence, citations: [], confidence: 0)
    }
    guard best.score >= parameters.threshold else {
      var answer = Answer(text: nil, abstention: .weakEvidence, citations: [], confidence: best.score)
      answer.degraded = degraded
      return answer
    }
    let chosen = scored.filter { $0.score >= parameters.relativeFloor * best.score }
      .prefix(parameters.sentences)
      // The best passage's sentences first, each passage's in reading order.
      .sorted { ($0.unit.passage, $0.unit.range.lowerBound) < ($1.unit.passage, $1.unit.range.lowerBound) }
    var answer = compose(chosen.map(\.unit), passages: passages, confidence: min(1, best.score))
    answer.degraded = degraded
    return answer
  }

  private struct Scored {
    var unit: EvidenceUnit
    var order: Int
    var coverage: Double
    var score: Double
  }

  /// Scores units by the share of the question's terms that they or their headings hold.
  private func coverage(of question: String, in units: [EvidenceUnit], passages: [Passage]) -> [Scored] {
    let wanted = Set(analyzer.terms(of: question))
    let held = units.map { Set(analyzer.terms(of: $0.text)).intersection(wanted) }
    // How telling a term is, among these units: terms that all of them hold tell nothing.
    var weights: [String: Double] = [:]
    for term in wanted {
      let count = held.reduce(0) { $0 + ($1.contains(term) ? 1 : 0) }
      weights[term] = 1 / (1 + Double(count) / Double(units.count) * 4)
    }
    let total = wanted.sorted().reduce(0) { $0 + (weights[$1] ?? 0) }
    let headings = passages.map { passage in
      Set(analyzer.terms(of: ([passage.title ?? ""] + passage.headingPath).joined(separator: " ")))
        .intersection(wanted)
    }
    // Names that stand outside the passage say of its rows what headings say of sentences.
    let columns = units.map { Set(analyzer.terms(of: $0.columns ?? "")).intersection(wanted) }
    let questions = units.map { Set(analyzer.terms(of: $0.question ?? "")).intersection(wanted) }
    return units.enumerated().map { order, unit in
      var sum = 0.0
      for term in wanted.sorted() {
        let weight = weights[term] ?? 0
        if held[order].contains(term) || questions[order].contains(term) {
          sum += weight
        } else if headings[unit.passage].contains(term) || columns[order].contains(term) {
          sum += weight / 2
        }
      }
      let share = total > 0 ? sum / total : 0
      return Scored(unit: unit, order: order, coverage: share, score: share)
    }
  }

  /// - Returns: whether there were vectors; without them scores stay as they are.
  private func addCosines(
    _ scored: inout [Scored], question: String, passages: [Passage], embedder: any Embedder
  ) async -> Bool {
    let matrix: Matrix
    let query: Matrix
    do {
      query = try await embedder.embed([question], as: .query).matrix
      let texts = scored.map { item in
        // A sentence means more under its heading.
        (passages[item.unit.passage].headingPath.last.map { $0 + ": " } ?? "")
          + (item.unit.question.map { $0 + " " } ?? "") + Self.readable(item.unit)
      }
      matrix = try await embedder.embed(texts, as: .passage).matrix
    } catch {
      return false
    }
    for index in scored.indices {
      var cosine: Float = 0
      for column in 0..<matrix.columns {
        cosine += matrix.values[index * matrix.columns + column] * query.values[column]
      }
      scored[index].score =
        parameters.denseWeight * Double(cosine) + (1 - parameters.denseWeight) * scored[index].coverage
    }
    return true
  }

  private func compose(_ units: [EvidenceUnit], passages: [Passage], confidence: Double) -> Answer {
    var citations: [Citation] = []
    var sentences: [String] = []
    for (index, unit) in units.enumerated() {
      let passage = passages[unit.passage]
      citations.append(passage.citation(unit, marker: index + 1))
      sentences.append(Self.readable(unit) + " [\(index + 1)]")
    }
    return Answer(
      text: sentences.joined(separator: "\n"), abstention: nil, citations: citations, confidence: confidence)
  }

  /// A unit's text on one line; a row of a table with the names of its columns, which would be lost otherwise.
  static func readable(_ unit: EvidenceUnit) -> String {
    guard let columns = unit.columns else { return readable(unit.text) }
    return TableRowText.named(row: unit.text, columns: columns)
  }

  /// A unit's text on one line, without its list marker, task box or quote sign.
  static func readable(_ text: String) -> String {
    var words = text.split { $0 == " " || $0 == "\n" || $0 == "\t" }[...]
    if let first = words.first, words.count > 1 {
      let isNumber =
        first.utf8.dropLast().allSatisfy { (48...57).contains($0) } && first.utf8.count > 1
        && (first.hasSuffix(".") || first.hasSuffix(")"))
      if ["-", "*", "+", ">"].contains(first) || isNumber { words = words.dropFirst() }
      // The box of a task.
      if words.count > 2, words.first == "[", words.dropFirst().first == "]" { words = words.dropFirst(2) }
      if words.count > 1, words.first?.lowercased() == "[x]" { words = words.dropFirst() }
    }
    return words.joined(separator: " ")
  }
}
