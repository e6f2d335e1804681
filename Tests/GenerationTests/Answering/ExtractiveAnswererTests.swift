import Embeddings
import Generation
import LexicalIndex
import TestSupport
import Testing

@Suite struct ExtractiveAnswererTests {
  func passage(_ text: String, start: Int = 0, heading: [String] = []) -> Passage {
    Passage(
      documentID: "d", uri: "/d", title: nil, headingPath: heading, page: 3, start: start, text: text,
      denseScore: nil)
  }

  func answerer(threshold: Double = 0.3) throws -> ExtractiveAnswerer {
    var parameters = ExtractiveAnswerer.Parameters()
    parameters.threshold = threshold
    return ExtractiveAnswerer(
      embedder: HashingEmbedder(), analyzer: try Analyzer(configuration: AnalyzerConfiguration()),
      parameters: parameters)
  }

  static let text = """
    # Canary

    A canary receives five percent of traffic. Watch it for an hour, e.g. on the error rate.
    Costs stay low.

    - Roll back the canary by pointing the alias at the old version.
    - Tell the team.

    | metric | limit |
    |---|---|
    | canary error rate | 0.1 percent |
    """

  @Test func quotesAreBytesOfTheSource() async throws {
    let answer = try await answerer().answer(
      "How do I roll back the canary alias?", passages: [passage(Self.text, start: 100)])
    #expect(answer.text?.contains("pointing the alias at the old version") == true)
    #expect(!answer.citations.isEmpty)
    let bytes = Array(Self.text.utf8)
    for citation in answer.citations {
      let range = citation.range.lowerBound - 100..<citation.range.upperBound - 100
      #expect(String(decoding: bytes[range], as: UTF8.self) == citation.quote)
      #expect(answer.text?.contains("[\(citation.marker)]") == true)
      #expect(citation.page == 3)
    }
  }

  @Test func columnNamesAndTaskBoxesAreNoAnswer() async throws {
    let text =
      "| canary metric name | canary limit value |\n|---|---|\n| canary error rate | 0.1 percent |\n\n- [ ] Tell the canary team."
    let answer = try await answerer(threshold: 0).answer(
      "canary metric limit name", passages: [passage(text)])
    #expect(answer.citations.contains { $0.quote == "| canary error rate | 0.1 percent |" })
    #expect(!answer.citations.contains { $0.quote.contains("limit value") })
    #expect(answer.text?.contains("[ ]") == false)
  }

  /// A question that the passage asks is not given back as its answer.
  @Test func questionsAreAnsweredByWhatFollows() async throws {
    let text =
      "How long is the battery guaranteed?\n\nThirty months from delivery.\n\nIs there a repair shop?"
    let answer = try await answerer().answer("How long is the battery guaranteed?", passages: [passage(text)])
    #expect(answer.text?.hasPrefix("Thirty months from delivery. [1]") == true)
    #expect(answer.citations.first?.quote == "Thirty months from delivery.")
    #expect(answer.citations.allSatisfy { !$0.quote.contains("guaranteed?") })
  }

  @Test func weakEvidenceIsNoAnswer() async throws {
    let answer = try await answerer(threshold: 0.9).answer(
      "What is the capital of Mongolia?", passages: [passage(Self.text)])
    #expect(answer.text == nil)
    #expect(answer.abstention == .weakEvidence)
    #expect(answer.citations.isEmpty)
    let nothing = try await answerer().answer("Anything?", passages: [])
    #expect(nothing.abstention == .noEvidence)
  }

  @Test func japaneseIsCutAtItsFullStops() async throws {
    let text = "ドリフトは分布の変化です。閾値は0.2とします。再学習は自動では行いません。"
    let answer = try await answerer(threshold: 0).answer("閾値は", passages: [passage(text)])
    #expect(answer.citations.contains { $0.quote == "閾値は0.2とします。" })
  }
}

@Suite struct ExtractWithoutEmbedderTests {
  private struct DeadEmbedder: Embedder {
    let identity = EmbeddingModelIdentity(
      model: "dead", weightsHash: "", dimension: 4, pooling: .mean, maximumTokens: 16)

    func countTokens(_ text: Substring) -> Int { text.count }

    func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch {
      throw EmbeddingError(.providerUnavailable, "down")
    }
  }

  @Test func wordsDecideWhereTheModelIsOutOfReach() async throws {
    let analyzer = try Analyzer(configuration: AnalyzerConfiguration())
    let answerer = ExtractiveAnswerer(embedder: DeadEmbedder(), analyzer: analyzer)
    let passage = Passage(
      documentID: "a", uri: "/a", title: nil, headingPath: [], page: nil, start: 0,
      text: "A rollback restores the earlier version. Cats sleep.", denseScore: nil)
    let answer = try await answerer.answer("rollback restores version", passages: [passage])
    #expect(answer.text == "A rollback restores the earlier version. [1]", "\(answer)")
    #expect(answer.degraded == "embedding_unavailable")
  }
}
