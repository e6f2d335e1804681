import Crypto
import Evaluation
import Foundation
import IndexStore
import Storage

/// A folder with questions and judgements, and the documents that they are about.
struct TestCollection {
  enum Documents {
    /// `corpus.jsonl`, a document a line.
    case beir(path: String)
    /// Files of a folder: of the one above, where the test collection lies among the documents.
    case files(path: String)
  }

  let path: String
  /// What its runs are kept under.
  let name: String
  let documents: Documents
  let questions: [Question]
  let qrels: Qrels
  /// SHA-256 of questions and judgements.
  let hash: String

  /// - Parameter split: name of a file in `qrels`; `nil` takes `test`, or the only one.
  /// - Throws: `UsageError` where the folder is no test collection, `EvaluationError` for a malformed file.
  init(path: String, split: String?) throws {
    self.path = path
    let folder = URL(fileURLWithPath: path).standardizedFileURL
    let queriesPath = path + "/queries.jsonl"
    let queries = try Self.read(
      queriesPath,
      hint:
        "a test collection is a folder with queries.jsonl, qrels/test.tsv and corpus.jsonl (BEIR's layout), "
        + "or with the first two inside a folder of documents")
    let qrelsPath = try path + "/qrels/" + Self.split(split, in: path + "/qrels")
    let judgements = try Self.read(
      qrelsPath, hint: "judgements are tab-separated: query-id, corpus-id, score")
    questions = try QuestionSet(text: String(decoding: queries, as: UTF8.self), name: queriesPath).questions
    qrels = try Qrels(text: String(decoding: judgements, as: UTF8.self), name: qrelsPath)
    var digest = SHA256()
    digest.update(data: queries)
    digest.update(data: judgements)
    hash = Hex.string(digest.finalize())
    if FileManager.default.fileExists(atPath: path + "/corpus.jsonl") {
      documents = .beir(path: path)
      name = folder.lastPathComponent
    } else {
      let parent = folder.deletingLastPathComponent()
      documents = .files(path: parent.path)
      name = parent.lastPathComponent
    }
  }

  /// Questions that count for rankings: the judged ones.
  /// Judged questions by a hash of their ids, so that they stay where they are: those that something is chosen or learned
  /// from, and those that judge it.
  var halves: (learned: [Question], held: [Question]) {
    (judged.filter { Self.isLearned($0.id) }, judged.filter { !Self.isLearned($0.id) })
  }

  static func isLearned(_ question: String) -> Bool {
    Array(SHA256.hash(data: Array(question.utf8)))[0] & 1 == 0
  }

  var judged: [Question] { questions.filter { qrels.grades[$0.id] != nil } }

  /// Questions that count for answers: where it is known whether or what the documents answer.
  var answerable: [Question] { questions.filter { $0.isAnswerable != nil || !$0.goldAnswers.isEmpty } }

  private static func split(_ name: String?, in folder: String) throws -> String {
    let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0.hasSuffix(".tsv") || $0.hasSuffix(".txt") || $0.hasSuffix(".qrels") }.sorted()
    guard !files.isEmpty else { throw UsageError("\(folder): there are no judgements (test.tsv)") }
    let stems = files.map { String($0.prefix { $0 != "." }) }
    if let name {
      guard let index = stems.firstIndex(of: name) else {
        throw UsageError(
          "\(folder): there is no split '\(name)'. There are: \(stems.joined(separator: ", "))")
      }
      return files[index]
    }
    if let index = stems.firstIndex(of: "test") { return files[index] }
    guard files.count == 1 else {
      throw UsageError("\(folder): name one with --split: \(stems.joined(separator: ", "))")
    }
    return files[0]
  }

  private static func read(_ path: String, hint: String) throws -> Data {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw UsageError("\(path) cannot be read: \(hint)")
    }
    return data
  }
}
