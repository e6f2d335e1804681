import Catalog
import Drift
import Embeddings
import Foundation
import IndexStore
import Kernels
import Storage
import Tables

/// All signals of one window, compared with a baseline.
struct WindowSignals: Sendable {
  let baseline: DriftBaseline
  /// Where windows begin, seconds since 1970.
  let baselineEnd: Double
  let served: ServedCollection
  /// Row number.
  let collection: Int64
  let window: Range<Double>
  let settings: DriftMonitorSettings

  private static let partLimit = 8
  private static let exampleLimit = 5

  /// - Throws: `CatalogError`, `IndexStoreError`; what a model or a search can't do makes its signal insufficient.
  func run() async throws -> [SignalResult] {
    let distributions = try await BackgroundThread.run(niceness: settings.niceness) { try compared() }
    return await distributions + [canaries(), sentinels()]
  }

  private func compared() throws -> [SignalResult] {
    let catalog = served.collection.home.catalog
    let asked = try catalog.observedQuestions(
      ofCollection: collection, from: window.lowerBound, to: window.upperBound)
    let corpus = try CorpusSample(served.collection, from: window.lowerBound, to: window.upperBound)
    let rates = RateSignal(baseline: baseline, settings: settings)
    return [
      corpusEmbeddings(corpus), documents(corpus), questionEmbeddings(asked), retrieval(asked),
      rates.result(
        since: try catalog.observedQuestions(
          ofCollection: collection, from: baselineEnd, to: window.upperBound),
        rated: try catalog.feedbackCounts(
          ofCollection: served.collection.name, from: window.lowerBound, to: window.upperBound)),
    ]
  }

  private func corpusEmbeddings(_ corpus: CorpusSample) -> SignalResult {
    let reference = baseline.corpus.matrix
    guard served.collection.isComparable(to: baseline.model) else {
      return .insufficient(
        .corpus, "The collection has another model than the baseline: make a new baseline.")
    }
    var result = embeddings(.corpus, reference, corpus.vectors, of: "chunks") { row in
      .init(kind: .chunk, value: Hex.string(corpus.chunks[row].id))
    }
    let folders = corpus.chunks.map { DocumentFacts.folder(of: $0.documentID) }
    let sizes = Dictionary(grouping: folders, by: { $0 }).mapValues(\.count)
      .filter { $0.value >= settings.minimumCount }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    guard sizes.count > 1 else { return result }
    for (folder, _) in sizes.prefix(Self.partLimit) {
      let before = Self.rows(reference, where: { baseline.corpusFolders[$0] == folder })
      let now = Self.rows(corpus.vectors, where: { folders[$0] == folder })
      let part = embeddings(.corpus, before, now, of: "chunks") { _ in nil }
      result.parts.append(
        .init(name: folder, verdict: part.verdict, statistic: part.statistic, pValue: part.pValue))
    }
    return result
  }

  private func questionEmbeddings(_ asked: [ObservedQuestion]) -> SignalResult {
    let usable = asked.filter { $0.vector != nil && $0.model == baseline.model }
    guard let reference = baseline.questions?.matrix else {
      return .insufficient(
        .questions,
        "The baseline has no vectors of questions: they are kept where drift.keep_questions is set.",
        current: usable.count)
    }
    let sample = SeededSample.of(usable, limit: DriftBaseline.vectorRows)
    return embeddings(
      .questions, reference, DriftMonitor.matrix(sample.compactMap(\.vector)), of: "questions"
    ) { .init(kind: .question, value: String(sample[$0].id)) }
  }

  /// The domain classifier's area is what goes into the history: it has the same scale for all sizes.
  private func embeddings(
    _ signal: DriftSignal, _ reference: Matrix, _ current: Matrix, of what: String,
    example: (Int) -> SignalResult.Example?
  ) -> SignalResult {
    let counts = "\(reference.rows) and \(current.rows) \(what)"
    guard min(reference.rows, current.rows) >= max(10, settings.minimumCount) else {
      return .insufficient(
        signal, "Too few to decide: \(counts), \(settings.minimumCount) a side are needed.",
        reference: reference.rows, current: current.rows)
    }
    var checkSettings = EmbeddingSettings()
    checkSettings.alpha = settings.alpha
    checkSettings.minimumCount = settings.minimumCount
    checkSettings.threads = settings.threads
    do {
      let found = try EmbeddingCheck(checkSettings).run(reference: reference, current: current)
      let grown = found.clusters.clusters.first { $0.currentShare > $0.referenceShare }
      let area = String(format: "%.3f", found.classifier.areaUnderCurve)
      var summary = "A classifier tells \(counts) apart with an area of \(area)"
      if found.verdict == .drift, let grown {
        summary += String(
          format: "; one cluster went from %.1f to %.1f %%", 100 * grown.referenceShare,
          100 * grown.currentShare)
      }
      var result = SignalResult(
        signal: signal, verdict: found.verdict, method: "domain_classifier_auc",
        statistic: found.classifier.areaUnderCurve, pValue: found.adjustedP.values.min(),
        referenceCount: reference.rows, currentCount: current.rows, summary: summary + ".")
      let moved = found.verdict == .drift ? Array((grown?.examples ?? []).prefix(Self.exampleLimit)) : []
      result.examples = moved.compactMap(example)
      result.map = DriftMap(found, shown: moved, example: example)
      return result
    } catch {
      return .insufficient(signal, error.message, reference: reference.rows, current: current.rows)
    }
  }

  private func documents(_ corpus: CorpusSample) -> SignalResult {
    table(
      .documents, baseline.documents.count, corpus.facts.count, of: "documents",
      { () throws(TableError) in try DocumentFacts.table(baseline.documents) },
      { () throws(TableError) in try DocumentFacts.table(corpus.facts) })
  }

  private func retrieval(_ asked: [ObservedQuestion]) -> SignalResult {
    table(
      .retrieval, baseline.asked.count, asked.count, of: "questions",
      { () throws(TableError) in try QuestionFacts.table(baseline.asked) },
      { () throws(TableError) in try QuestionFacts.table(asked.map(QuestionFacts.init)) })
  }

  /// The largest effect of a column is what goes into the history.
  private func table(
    _ signal: DriftSignal, _ before: Int, _ now: Int, of what: String,
    _ reference: () throws(TableError) -> Table, _ current: () throws(TableError) -> Table
  ) -> SignalResult {
    guard min(before, now) >= settings.minimumCount else {
      return .insufficient(
        signal,
        "Too few to decide: \(before) and \(now) \(what), \(settings.minimumCount) a side are needed.",
        reference: before, current: now)
    }
    var checkSettings = DriftSettings()
    checkSettings.alpha = settings.alpha
    checkSettings.minimumCount = settings.minimumCount
    checkSettings.threads = settings.threads
    do {
      let found = try DriftCheck(checkSettings).run(reference: reference(), current: current())
      let worst = found.columns.filter { $0.effect != nil }.max { ($0.effect ?? 0) < ($1.effect ?? 0) }
      let moved = found.columns.filter { $0.verdict == .drift }.map(\.name)
      let summary =
        moved.isEmpty
        ? "None of \(found.columns.count) columns moved." : "Moved: \(moved.joined(separator: ", "))."
      return SignalResult(
        signal: signal, verdict: found.verdict, method: "largest_effect", statistic: worst?.effect,
        pValue: found.columns.compactMap(\.adjustedP).min(), referenceCount: before, currentCount: now,
        summary: summary,
        parts: found.columns.map {
          .init(name: $0.name, verdict: $0.verdict, statistic: $0.effect, pValue: $0.adjustedP)
        })
    } catch {
      return .insufficient(signal, "\(error)", reference: before, current: now)
    }
  }

  private func canaries() async -> SignalResult {
    guard let before = baseline.canaries?.matrix, let embedder = served.tools.embedder else {
      return .insufficient(
        .model, "There was no embedding model when the baseline was made, or there is none now.")
    }
    let now: Matrix
    do {
      now = try await embedder.embed(CanaryTexts.all, as: .query).matrix
    } catch {
      return .insufficient(.model, "The canary texts cannot be embedded: \(error.message)")
    }
    guard now.rows == before.rows, now.columns == before.columns else {
      return SignalResult(
        signal: .model, verdict: .drift, method: "least_cosine", statistic: 0, pValue: nil,
        referenceCount: before.rows, currentCount: now.rows,
        summary: "The model makes vectors of \(now.columns) components where it made \(before.columns).")
    }
    let cosines = (0..<now.rows).map { Self.cosine(before.row($0), now.row($0)) }
    let least = cosines.min() ?? 1
    let changed = cosines.indices.filter { cosines[$0] < CanaryTexts.leastCosine }
    return SignalResult(
      signal: .model, verdict: changed.isEmpty ? .none : .drift, method: "least_cosine", statistic: least,
      pValue: nil, referenceCount: before.rows, currentCount: now.rows,
      summary: changed.isEmpty
        ? String(format: "All fixed texts have their vectors: least cosine %.6f.", least)
        : "\(changed.count) of \(now.rows) fixed texts have other vectors"
          + String(format: " (least cosine %.4f): the model, its tokenizer or a library has changed.", least),
      examples: changed.prefix(Self.exampleLimit).map { .init(kind: .text, value: CanaryTexts.all[$0]) })
  }

  private func sentinels() async -> SignalResult {
    let before = baseline.sentinels
    guard !before.isEmpty else { return .insufficient(.sentinels, "The baseline has no sentinel questions.") }
    let now: [[String]]
    do {
      now = try await DriftMonitor.rankedLists(
        of: before.map(\.question), served: served, threads: settings.threads)
    } catch {
      return .insufficient(.sentinels, "The sentinel questions cannot be asked: \(error)")
    }
    let overlaps = zip(before, now).map { RankBiasedOverlap.extrapolated($0.documents, $1) }
    let mean = overlaps.reduce(0, +) / Double(overlaps.count)
    let order = overlaps.indices.sorted { (overlaps[$0], $0) < (overlaps[$1], $1) }
    let changed = order.filter { overlaps[$0] < settings.leastOverlap }
    return SignalResult(
      signal: .sentinels, verdict: mean < settings.leastOverlap ? .drift : .none, method: "mean_rank_overlap",
      statistic: mean, pValue: nil, referenceCount: before.count, currentCount: now.count,
      summary: String(format: "Ranked lists overlap by %.3f in the mean; ", mean)
        + "\(changed.count) of \(before.count) are below \(settings.leastOverlap).",
      parts: changed.prefix(Self.partLimit).map {
        .init(
          name: before[$0].question, verdict: .drift, statistic: overlaps[$0], pValue: nil)
      })
  }

  private static func cosine(_ a: [Float], _ b: [Float]) -> Double {
    var sums = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      sums.0 += Double(x) * Double(y)
      sums.1 += Double(x) * Double(x)
      sums.2 += Double(y) * Double(y)
    }
    let norm = (sums.1 * sums.2).squareRoot()
    return norm > 0 ? min(1, sums.0 / norm) : 0
  }

  private static func rows(_ matrix: Matrix, where keeps: (Int) -> Bool) -> Matrix {
    DriftMonitor.matrix((0..<matrix.rows).filter(keeps).map(matrix.row))
  }
}

extension DocumentCollection {
  /// Whether vectors of now can be compared with those that `weightsHash` made.
  fileprivate func isComparable(to weightsHash: String) -> Bool {
    (try? snapshot().configuration.embedding.weightsHash) == weightsHash
  }
}
