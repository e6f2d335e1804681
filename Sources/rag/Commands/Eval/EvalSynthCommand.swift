import ArgumentParser
import Catalog
import Crypto
import Evaluation
import Foundation
import Generation
import HTTPService
import IndexStore
import Kernels
import Storage
import Yams

struct EvalSynthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    abstract:
      "Draft questions from a collection, for a person to review; make a test collection of the accepted ones.",
    discussion: """
      With a configured language model it writes the questions; without one they come from headings and definitions.
      The review file is YAML: set 'status' of each question to accepted or rejected, and change its words freely.
      Drafting again into the same file keeps what was decided.

      EXAMPLES
        rag eval synth --collection main --review questions.yaml --count 50
        rag eval synth --review questions.yaml --output handbook/eval
        rag eval handbook/eval --collection main
      """)

  @OptionGroup var global: GlobalOptions

  @Option(name: .shortAndLong, help: "Collection to draft from.")
  var collection: String?

  @Option(help: ArgumentHelp("The file that a person reviews.", valueName: "file"))
  var review: String

  @Option(help: ArgumentHelp("Write the accepted questions as a test collection.", valueName: "dir"))
  var output: String?

  @Option(help: "Most questions to draft.")
  var count = 100

  @Option(help: "The same seed drafts from the same passages.")
  var seed: UInt64 = 42

  func validate() throws {
    guard count > 0 else { throw ValidationError("--count must be at least 1") }
  }

  func run() async throws {
    if let output {
      try export(to: output)
    } else {
      try await draft()
    }
  }

  private func known() throws -> QuestionReview? {
    guard let data = FileManager.default.contents(atPath: review) else { return nil }
    do {
      return try YAMLDecoder().decode(QuestionReview.self, from: String(decoding: data, as: UTF8.self))
    } catch {
      throw UsageError("\(review): not a review file: \(error)")
    }
  }

  private func export(to folder: String) throws {
    guard let file = try known() else {
      throw UsageError("\(review): there is no such file. Draft questions first")
    }
    guard !file.accepted.isEmpty else {
      Terminal.note(
        "Error: \(review) has no accepted question. Set 'status: accepted' where a question is good")
      throw ExitCode(12)
    }
    do {
      try FileManager.default.createDirectory(atPath: folder + "/qrels", withIntermediateDirectories: true)
      try write(file.queriesText, to: folder + "/queries.jsonl")
      try write(file.qrelsText, to: folder + "/qrels/test.tsv")
    } catch let error as UsageError {
      throw error
    } catch {
      throw UsageError("\(folder): cannot be written: \(error.localizedDescription)")
    }
    show(["accepted": file.accepted.count, "questions": file.questions.count], "\(folder): ")
  }

  private func draft() async throws {
    let wiring = try Wiring(global)
    let opened = try DocumentCollection(wiring.collectionName(collection), in: wiring.openHome())
    let snapshot = try opened.snapshot()
    let model = try wiring.languageModel()
    let prompt = try QuestionPrompt(try wiring.prompts())
    var generator = SplitMix64(seed: seed)
    let ids = snapshot.liveChunkIDs.shuffled(using: &generator)
    let line = ProgressLine(isQuiet: global.quiet)
    var drafts: [QuestionDraft] = []
    var seen: Set<String> = []
    for start in stride(from: 0, to: ids.count, by: 64) where drafts.count < count {
      let batch = Array(ids[start..<min(ids.count, start + 64)])
      let contents = try snapshot.contents(of: batch)
      for id in batch {
        guard drafts.count < count, let content = contents[id] else { continue }
        for draft in await questions(from: content, model, prompt) where drafts.count < count {
          if seen.insert(draft.question).inserted { drafts.append(draft) }
        }
        line.show("\(drafts.count)/\(count) questions")
      }
    }
    line.finish()
    guard !drafts.isEmpty else {
      Terminal.note("Error: no question could be made of collection '\(opened.name)'")
      throw ExitCode(12)
    }
    var file = QuestionReview(
      collection: opened.name, data: try snapshot.dataHash(), generator: model?.identity ?? "patterns/1",
      seed: seed, questions: drafts)
    if let known = try known() { file.merge(reviewed: known) }
    let text = try YAMLEncoder().encode(file)
    try write(
      "# Set status to accepted or rejected; question and answer may be rewritten.\n" + text, to: review)
    show(["drafted": drafts.count, "questions": file.questions.count], "\(review): ")
  }

  private func questions(
    from content: StoredChunk, _ model: (any LanguageModel)?, _ prompt: QuestionPrompt
  ) async -> [QuestionDraft] {
    let document = content.documentID
    func draft(_ question: String, _ answer: String?, _ kind: String) -> QuestionDraft {
      let hash = SHA256.hash(data: Array((document + "\0" + question).utf8))
      return QuestionDraft(
        id: "s" + String(Hex.string(hash).prefix(10)), question: question, answer: answer, document: document,
        kind: kind)
    }
    if let model {
      // A passage for which the model has no question is passed over.
      guard
        let reply = try? await model.complete(
          prompt.question(passage: content.shownText), maximumTokens: 200),
        let pair = QuestionPrompt.read(reply)
      else { return [] }
      return [draft(pair.question, pair.answer, "model")]
    }
    var drafts = QuestionPatterns.definitions(content.text).prefix(1).map {
      draft($0.question, $0.answer, "definition")
    }
    if drafts.isEmpty,
      let question = QuestionPatterns.heading(content.record.chunk.headingPath, title: content.title)
    {
      drafts.append(draft(question, nil, "heading"))
    }
    return drafts
  }

  private func write(_ text: String, to path: String) throws {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw UsageError("\(path): cannot be written: \(error.localizedDescription)")
    }
  }

  private func show(_ counts: [String: Int], _ place: String) {
    let sorted = counts.sorted { $0.key < $1.key }
    if global.json {
      Terminal.out(JSONValue.object(sorted.map { ($0.key, .integer($0.value)) }).description)
    } else {
      Terminal.out(place + sorted.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
    }
  }
}
