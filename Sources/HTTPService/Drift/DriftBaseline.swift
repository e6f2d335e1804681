import Catalog
import Drift
import Foundation
import Kernels
import Tables

/// What later windows are compared with: samples of the corpus and of the questions, vectors of the canary texts and
/// ranked lists of the sentinel questions.
struct DriftBaseline: Sendable, Codable {
  struct Vectors: Sendable, Codable {
    var columns: Int
    /// Little-endian float32, row-major.
    var bytes: Data

    init(_ matrix: Matrix) {
      columns = matrix.columns
      bytes = matrix.values.withUnsafeBytes { Data($0) }
    }

    var matrix: Matrix {
      let count = bytes.count / 4
      let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = bytes.copyBytes(to: buffer) / 4
      }
      return Matrix(rows: columns == 0 ? 0 : count / columns, columns: columns, values: values)
    }
  }

  struct Sentinel: Sendable, Codable {
    var question: String
    /// Identities, best first.
    var documents: [String]
  }

  /// Hash of the weights that made all vectors.
  var model: String
  var canaries: Vectors?
  var corpus: Vectors
  /// Folder of each row of `corpus`.
  var corpusFolders: [String]
  var documents: [DocumentFacts]
  /// Only where texts may be kept.
  var questions: Vectors?
  var asked: [QuestionFacts]
  /// Answers of the time that were rated well and badly.
  var ratedUp: Int
  var ratedDown: Int
  var sentinels: [Sentinel]

  /// Most rows of each sample. A share has a standard error of at most 0.011 in 2,000 rows, and of 0.007 in 5,000.
  static let vectorRows = 2000
  static let factRows = 5000
}

/// What is watched of a document beside its text.
struct DocumentFacts: Sendable, Codable, Hashable {
  var format: String
  var language: String?
  var folder: String
  /// Bytes of its chunks' texts.
  var bytes: Int
  /// Whether another document has the same content.
  var isDuplicate: Bool

  /// - Complexity: O(chunks).
  static func of(_ chunks: [ChunkOrigin]) -> [DocumentFacts] {
    var facts: [Int64: (first: ChunkOrigin, bytes: Int)] = [:]
    for chunk in chunks { facts[chunk.document, default: (chunk, 0)].bytes += chunk.bytes }
    var copies: [[UInt8]: Int] = [:]
    for fact in facts.values { copies[fact.first.contentHash, default: 0] += 1 }
    return facts.sorted { $0.key < $1.key }.map { _, fact in
      DocumentFacts(
        format: fact.first.format, language: fact.first.language, folder: folder(of: fact.first.documentID),
        bytes: fact.bytes, isDuplicate: copies[fact.first.contentHash] ?? 0 > 1)
    }
  }

  /// The first two parts of an identity: source and folder inside it; files of the source itself are in none.
  static func folder(of id: String) -> String {
    let parts = id.split(separator: "/")
    return parts.count > 2 ? "\(parts[0])/\(parts[1])" : parts.count == 2 ? String(parts[0]) : ""
  }

  static func table(_ facts: [DocumentFacts]) throws(TableError) -> Table {
    try Table(columns: [
      Column(name: "format", categories: facts.map(\.format)),
      Column(name: "language", categories: facts.map(\.language)),
      Column(name: "folder", categories: facts.map { $0.folder.isEmpty ? "(top)" : $0.folder }),
      Column(name: "length", numbers: facts.map { Double($0.bytes) }),
      Column(name: "duplicate", categories: facts.map { $0.isDuplicate ? "yes" : "no" }),
    ])
  }
}

/// What is watched of a question beside its vector.
struct QuestionFacts: Sendable, Codable, Hashable {
  var topScore: Double?
  var scoreGap: Double?
  var hits: Int
  var words: Int
  var isAbstained: Bool?

  init(_ question: ObservedQuestion) {
    topScore = question.topScore
    scoreGap = question.scoreGap
    hits = question.hits
    words = question.words
    isAbstained = question.isAbstained
  }

  static func table(_ facts: [QuestionFacts]) throws(TableError) -> Table {
    try Table(columns: [
      Column(
        name: "distance to the nearest passage", numbers: facts.map { $0.topScore.map { 1 - $0 } ?? .nan }),
      Column(name: "gap to the second", numbers: facts.map { $0.scoreGap ?? .nan }),
      Column(name: "words", numbers: facts.map { Double($0.words) }),
      Column(name: "found", categories: facts.map { $0.hits == 0 ? "nothing" : "passages" }),
      Column(name: "answer", categories: facts.map { $0.isAbstained.map { $0 ? "abstained" : "answered" } }),
    ])
  }
}
