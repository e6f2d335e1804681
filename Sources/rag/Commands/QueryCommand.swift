import ArgumentParser
import Catalog
import Generation
import HTTPService
import IndexStore
import Retrieval

struct QueryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Answer a question from the documents, with citations, or say that they do not answer it.",
    discussion: """
      With a language model in the configuration (llm) it reads the passages and writes the answer; without one, or
      when it fails, the answer is made of the documents' own sentences. Each [1] is resolved to document, heading,
      page and the exact bytes. When the evidence is weak there is no answer, and the reason is given.

      EXAMPLES
        rag query "What PSI value means major drift?"
        rag query "Wie wird ein Modell kalibriert?" --json
        rag query "rollback steps" --filter "folder = 'corpus/registry'"
      """)

  @Argument(help: "The question.")
  var question: String

  @OptionGroup var global: GlobalOptions
  @OptionGroup var retrieval: RetrievalOptions

  @Option(help: "Answer only when the evidence is at least this sure, 0 to 1.")
  var threshold: Double?

  @Flag(help: "Answer with the documents' own sentences even where a language model is configured.")
  var extractive = false

  @Option(help: "Let the language model write so many other wordings to search with, 1 to 8.")
  var multiQuery: Int?

  @Flag(help: "Let the language model make up a passage to search with (HyDE).")
  var hyde = false

  func validate() throws {
    if let multiQuery, !(1...8).contains(multiQuery) {
      throw ValidationError("--multi-query must be from 1 to 8, not \(multiQuery)")
    }
    if hyde, multiQuery != nil { throw ValidationError("Give --hyde or --multi-query, not both.") }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let query = try retrieval.query(question, settings: wiring.settings, topK: 5)
    let opened = try await retrieval.open(wiring, mode: query.mode, quiet: global.quiet)
    var asked = AskedQuestion(query)
    asked.threshold = threshold
    asked.isExtractive = extractive
    if let multiQuery { asked.expansion = .queries(multiQuery) }
    if hyde { asked.expansion = .hypothesis }
    let model = extractive ? nil : try wiring.languageModel()
    let tools = try opened.tools(wiring.settings, model: model, prompts: try wiring.prompts())
    let answered = try await AnsweredQuestion.ask(asked, of: opened.collection, with: tools)
    try? opened.record(answered, keepsText: wiring.settings.file.drift?.keepQuestions ?? false)
    if global.json {
      Terminal.out(answered.json.description)
      return
    }
    answered.note(quiet: global.quiet)
    answered.print()
  }
}

extension AnsweredQuestion {
  /// Answer and citations, for people.
  func print() {
    guard let text = answer.text else {
      let why =
        switch answer.abstention {
        case .noEvidence: "nothing was found"
        case .modelDeclined: "the language model finds no answer in what was found"
        case .weakEvidence, nil: "what was found does not answer it well enough"
        }
      Terminal.out("No answer: \(why).")
      if let nearest = result.hits.first {
        Terminal.out("Nearest passage: \(nearest.content.documentID)")
      }
      return
    }
    Terminal.out(text)
    Terminal.out("")
    for citation in answer.citations {
      var place = citation.placeInWords
      if !citation.headingPath.isEmpty { place += " — " + citation.headingPath.joined(separator: " › ") }
      Terminal.out("[\(citation.marker)] \(place) (\(citation.bytesInWords))")
    }
  }

  /// Tells people on standard error what was done otherwise than asked, and what they should doubt.
  func note(quiet: Bool) {
    guard !quiet else { return }
    result.noteDegradation(quiet: quiet)
    if found.asked != question.query.text { Terminal.note("Note: searched for '\(found.asked)'.") }
    if let degradation = answer.degradation {
      Terminal.note("Note: these are the documents' own sentences, as there is no model: \(degradation)")
    }
    for sentence in answer.sentences where !sentence.isSupported {
      Terminal.note(
        sentence.markers.isEmpty
          ? "Note: cites nothing: \(sentence.text)" : "Note: not supported by what it cites: \(sentence.text)"
      )
    }
  }
}
