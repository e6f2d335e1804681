import Catalog
import Embeddings
import Evaluation
import Foundation
import HTTPService
import IndexStore
import Kernels
import Retrieval

/// A month of questions to a collection, with changes that are known: what is asked about, the index, the model.
struct DriftSimulation {
  enum Phase: String, CaseIterable {
    case baseline, quiet
    case topicShift = "topic shift"
    case indexChange = "index change"
    case modelChange = "model change"
  }

  struct Day {
    var phase: Phase
    var window: DriftWindow?
  }

  let served: ServedCollection
  let home: HomeFolder
  let name: String
  let questions: [String]
  let shifted: [String]
  /// Questions a day.
  let rate: Int
  let settings: DriftMonitorSettings
  let seed: UInt64

  static let days = 28
  private static let shiftedShare = 0.4
  private static let noise: Float = 0.02

  /// The first week is the baseline. The changes of the index and of the model stay, as they would.
  static func phase(of day: Int) -> Phase {
    switch day {
    case ..<7: .baseline
    case 14..<18: .topicShift
    case 21..<24: .indexChange
    case 24...: .modelChange
    default: .quiet
    }
  }

  /// - Parameter onDay: is told each day that is over.
  /// - Throws: as `DriftMonitor`, and what answering throws.
  func run(onDay: (Int, Day) -> Void) async throws -> [Day] {
    var generator = SplitMix64(seed: seed)
    let key = try home.catalog.observationKey()
    let start = Date().timeIntervalSince1970
    let length = settings.windowSeconds
    var days: [Day] = []
    var isThinned = false
    for number in 0..<Self.days {
      let phase = Self.phase(of: number)
      if phase == .indexChange, !isThinned {
        try dropDocuments()
        isThinned = true
      }
      let today = phase == .modelChange ? changedModel : served
      let begin = start + Double(number) * length
      var observed: [(collection: String, question: ObservedQuestion)] = []
      for place in 0..<rate {
        let isShifted = phase == .topicShift && Double(generator.below(1000)) < 1000 * Self.shiftedShare
        let pool = isShifted ? shifted : questions
        let text = pool[generator.below(pool.count)]
        var asked = AskedQuestion(RetrievalQuery(text))
        asked.isExtractive = true
        asked.query.topK = 5
        asked.query.readsSyntax = false
        let answered = try await AnsweredQuestion.ask(asked, of: today.collection, with: today.tools)
        var question = answered.observation(key: key, keepsText: true)
        question.askedAt = begin + (Double(place) + 0.5) / Double(rate) * length
        observed.append((name, question))
      }
      try home.catalog.record([], questions: observed)
      let end = begin + length
      let monitor = DriftMonitor(home: home, settings: settings) { _ in today }
      var day = Day(phase: phase)
      if number == 6 {
        _ = try await monitor.makeBaseline(of: name, from: start, to: end, sentinels: nil, now: end)
      } else if number > 6 {
        day.window = try await monitor.check(name, window: begin..<end, now: end)
      }
      days.append(day)
      onDay(number, day)
    }
    return days
  }

  /// Every third document goes, as if a folder had been left out by mistake.
  private func dropDocuments() throws {
    let collection = try served.collection.snapshot().collection.id
    let documents = try home.catalog.documents(of: collection)
    let writer = try CollectionWriter(name, in: home, threads: settings.threads, holder: "rag drift simulate")
    try writer.remove(files: stride(from: 0, to: documents.count, by: 3).map { documents[$0].file })
  }

  private var changedModel: ServedCollection {
    var changed = served
    changed.tools.embedder = served.tools.embedder.map { NoisyEmbedder(base: $0, noise: Self.noise) }
    return changed
  }
}

/// The same model in name, with other vectors: what an exchanged library or file does unseen.
private struct NoisyEmbedder: Embedder {
  let base: any Embedder
  /// Standard deviation of what is added to each component of a unit vector.
  let noise: Float

  var identity: EmbeddingModelIdentity { base.identity }

  func embed(_ texts: [String], as role: EmbeddingRole) async throws(EmbeddingError) -> EmbeddingBatch {
    var batch = try await base.embed(texts, as: role)
    var matrix = batch.matrix
    for row in 0..<matrix.rows {
      var generator = SplitMix64(seed: UInt64(texts[row].utf8.reduce(5381) { ($0 &* 33) &+ UInt64($1) }))
      var squares: Float = 0
      for place in row * matrix.columns..<(row + 1) * matrix.columns {
        // Twelve uniform numbers make a normal one, closely enough.
        let normal = (0..<12).reduce(Float(-6)) { sum, _ in sum + Float.random(in: 0..<1, using: &generator) }
        matrix.values[place] += noise * normal
        squares += matrix.values[place] * matrix.values[place]
      }
      let scale = 1 / max(squares.squareRoot(), .leastNormalMagnitude)
      for place in row * matrix.columns..<(row + 1) * matrix.columns { matrix.values[place] *= scale }
    }
    batch.matrix = matrix
    return batch
  }

  func countTokens(_ text: Substring) -> Int { base.countTokens(text) }
  func knows(_ letter: Unicode.Scalar) -> Bool { base.knows(letter) }
}
