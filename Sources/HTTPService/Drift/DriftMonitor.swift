import Catalog
import Drift
import Embeddings
import Foundation
import IndexStore
import Kernels
import Retrieval

/// How a collection is watched.
package struct DriftMonitorSettings: Sendable {
  /// Length of a window, seconds.
  package var windowSeconds = 86_400.0
  /// Alarm after so many …
  package var neededWindows = 2
  /// … of the last so many windows drifted.
  package var windowSpan = 3
  package var alpha = 0.05
  /// Fewer rows of a signal are too few to decide.
  package var minimumCount = 100
  /// Sentinels drift below this mean overlap of their ranked lists with the baseline's.
  package var leastOverlap = 0.9
  /// Windows that are checked at once where some were missed; older ones are passed over.
  package var longestCatchUp = 31
  /// Days for which questions are kept.
  package var keptDays = 90
  package var threads = 2
  /// How far the work stands behind other threads, 0…19.
  package var niceness = 0

  package init() {}
}

/// Watches collections: makes baselines, compares windows of time with them, keeps what it finds.
package struct DriftMonitor: Sendable {
  package let home: HomeFolder
  package let settings: DriftMonitorSettings
  let open: OpenCollections.Opener

  /// - Parameter open: gives a collection with its models.
  package init(home: HomeFolder, settings: DriftMonitorSettings, open: @escaping OpenCollections.Opener) {
    self.home = home
    self.settings = settings
    self.open = open
  }

  /// Fixes what is there now as what later windows are compared with.
  ///
  /// - Parameters:
  ///   - start: seconds since 1970; questions from here on belong to it. `nil` takes all that are kept.
  ///   - end: of the time that it stands for, and where windows begin.
  ///   - sentinels: fixed questions; `nil` takes kept questions, or else headings of the documents.
  /// - Throws: `IndexStoreError.collectionMissing`, `CatalogError`, `RetrievalError`, `EmbeddingError`.
  package func makeBaseline(
    of name: String, from start: Double?, to end: Double, sentinels: [String]?, now: Double
  ) async throws -> DriftBaselineSummary {
    let served = try await open(name)
    let id = try served.collection.snapshot().collection.id
    let first = try start ?? home.catalog.firstObservation(ofCollection: id) ?? end
    let content = try await baseline(served, id: id, from: first, to: end, sentinels: sentinels)
    let record = DriftBaselineRecord(
      createdAt: now, startsAt: first, endsAt: end, content: Array(try JSONEncoder().encode(content)))
    let row = try home.catalog.add(record, collection: id)
    return DriftBaselineSummary(
      id: row, collection: name, startsAt: first, endsAt: end, chunks: content.corpusFolders.count,
      documents: content.documents.count, questions: content.asked.count,
      questionVectors: content.questions?.matrix.rows ?? 0, canaries: content.canaries?.matrix.rows ?? 0,
      sentinels: content.sentinels.count)
  }

  /// Closed windows since the baseline that were not checked yet, the oldest first.
  ///
  /// - Throws: `DriftMonitorError.noBaseline`, and as `makeBaseline`.
  package func dueWindows(of name: String, now: Double) throws -> [Range<Double>] {
    let (id, baseline) = try newestBaseline(of: name)
    let length = settings.windowSeconds
    let closed = Int(((now - baseline.endsAt) / length).rounded(.down))
    guard closed > 0 else { return [] }
    let checked = Set(
      try home.catalog.driftWindows(ofCollection: id, limit: 100_000).filter { $0.baseline == baseline.id }
        .map(\.startsAt))
    return (max(0, closed - settings.longestCatchUp)..<closed).compactMap { index in
      let start = baseline.endsAt + Double(index) * length
      return checked.contains(start) ? nil : start..<start + length
    }
  }

  /// Compares a window with the newest baseline, and keeps the result.
  ///
  /// - Throws: as `dueWindows`.
  package func check(_ name: String, window: Range<Double>, now: Double) async throws -> DriftWindow {
    let (id, record) = try newestBaseline(of: name)
    let baseline = try Self.content(of: record)
    let served = try await open(name)
    let signals = try await WindowSignals(
      baseline: baseline, baselineEnd: record.endsAt, served: served, collection: id, window: window,
      settings: settings
    ).run()
    let before = try home.catalog.driftWindows(ofCollection: id, limit: 1000)
      .filter { $0.baseline == record.id && $0.endsAt <= window.lowerBound }.compactMap(Self.window)
    let result = DriftWindow(
      collection: name, baseline: record.id, startsAt: window.lowerBound, endsAt: window.upperBound,
      checkedAt: now,
      signals: signals.map { signal in
        var signal = signal
        signal.isAlarm = isAlarm(signal, after: before)
        return signal
      })
    try home.catalog.keep(
      DriftWindowRecord(
        baseline: record.id, startsAt: result.startsAt, endsAt: result.endsAt, checkedAt: now,
        verdict: result.verdict.rawValue, isAlarm: !result.alarms.isEmpty, result: try Self.json(result)))
    try home.catalog.thinObservations(
      ofCollection: id, before: now - Double(settings.keptDays) * 86_400,
      keptVectorsADay: 2 * DriftBaseline.vectorRows)
    return result
  }

  /// Windows that were kept, the oldest first.
  ///
  /// - Parameter end: seconds since 1970; later windows are left out.
  package func history(
    of name: String, endingBy end: Double = .infinity, limit: Int
  ) throws -> [DriftWindow] {
    guard let record = try home.catalog.collection(named: name) else { throw Self.missing(name) }
    return try home.catalog.driftWindows(ofCollection: record.id, endingBy: end, limit: limit).compactMap(
      Self.window)
  }

  /// Where windows begin, seconds since 1970.
  ///
  /// - Throws: as `dueWindows`.
  package func baselineEnd(of name: String) throws -> Double { try newestBaseline(of: name).baseline.endsAt }

  /// Whether there is anything to compare with.
  package func hasBaseline(_ name: String) throws -> Bool {
    guard let record = try home.catalog.collection(named: name) else { return false }
    return try home.catalog.driftBaseline(ofCollection: record.id) != nil
  }

  /// The window's form in the catalog and in the API.
  package static func json(_ window: DriftWindow) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(window), as: UTF8.self)
  }

  private static func window(_ record: DriftWindowRecord) -> DriftWindow? {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try? decoder.decode(DriftWindow.self, from: Data(record.result.utf8))
  }

  private static func content(of record: DriftBaselineRecord) throws -> DriftBaseline {
    do {
      return try JSONDecoder().decode(DriftBaseline.self, from: Data(record.content))
    } catch {
      throw DriftMonitorError(
        .noBaseline,
        "baseline \(record.id) cannot be read by this version: make a new one with 'rag drift baseline' (\(error))"
      )
    }
  }

  func newestBaseline(of name: String) throws -> (collection: Int64, baseline: DriftBaselineRecord) {
    guard let record = try home.catalog.collection(named: name) else { throw Self.missing(name) }
    guard let baseline = try home.catalog.driftBaseline(ofCollection: record.id) else {
      throw DriftMonitorError(
        .noBaseline,
        "collection '\(name)' has no baseline yet: make one with 'rag drift baseline --collection \(name)'")
    }
    return (record.id, baseline)
  }

  private static func missing(_ name: String) -> IndexStoreError {
    IndexStoreError(.collectionMissing, "there is no collection '\(name)'")
  }

  /// Alarms at once, or when enough of the last windows that could be decided drifted.
  private func isAlarm(_ signal: SignalResult, after before: [DriftWindow]) -> Bool {
    guard signal.verdict == .drift else { return false }
    if signal.signal.alarmsAtOnce { return true }
    var windows = ConsecutiveWindows(needed: settings.neededWindows, of: settings.windowSpan)
    var isAlarm = false
    let verdicts = before.compactMap { window in window.signals.first { $0.signal == signal.signal }?.verdict
    }
    for verdict in verdicts + [signal.verdict] where verdict != .insufficient {
      isAlarm = windows.observe(verdict == .drift)
    }
    return isAlarm
  }
}

/// What a new baseline holds.
package struct DriftBaselineSummary: Sendable {
  package var id: Int64
  package var collection: String
  package var startsAt: Double
  package var endsAt: Double
  package var chunks: Int
  package var documents: Int
  package var questions: Int
  package var questionVectors: Int
  package var canaries: Int
  package var sentinels: Int
}

/// Why drift of a collection could not be told.
package struct DriftMonitorError: Error, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case noBaseline = "no_baseline"
  }

  package var code: Code
  package var message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { message }
}
