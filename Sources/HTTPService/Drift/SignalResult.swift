import Drift

/// What was found of one signal in one window.
package struct SignalResult: Sendable, Codable {
  /// One column, rate, folder or sentinel of the signal.
  package struct Part: Sendable, Codable {
    package var name: String
    package var verdict: Verdict
    package var statistic: Double?
    package var pValue: Double?

    enum CodingKeys: String, CodingKey {
      case name, verdict, statistic
      case pValue = "p_value"
    }
  }

  /// What moved: chunks and questions by their identity, so that a text that was deleted is not shown again.
  package struct Example: Sendable, Codable, Hashable {
    package enum Kind: String, Sendable, Codable {
      /// 32 hexadecimal digits.
      case chunk
      /// Row number.
      case question
      case text
    }

    package var kind: Kind
    package var value: String
  }

  package var signal: DriftSignal
  package var verdict: Verdict
  /// Whether somebody should be told; set with the windows before.
  package var isAlarm = false
  /// Name of what `statistic` is.
  package var method: String
  /// Comparable from window to window.
  package var statistic: Double?
  package var pValue: Double?
  package var referenceCount: Int
  package var currentCount: Int
  /// One sentence for people.
  package var summary: String
  package var parts: [Part] = []
  package var examples: [Example] = []
  /// Of signals that compare vectors.
  package var map: DriftMap?

  enum CodingKeys: String, CodingKey {
    case signal, verdict, method, statistic, summary, parts, examples, map
    case isAlarm = "is_alarm"
    case pValue = "p_value"
    case referenceCount = "reference_count"
    case currentCount = "current_count"
  }

  package init(
    signal: DriftSignal, verdict: Verdict, method: String, statistic: Double?, pValue: Double?,
    referenceCount: Int, currentCount: Int, summary: String, parts: [Part] = [], examples: [Example] = []
  ) {
    self.signal = signal
    self.verdict = verdict
    self.method = method
    self.statistic = statistic
    self.pValue = pValue
    self.referenceCount = referenceCount
    self.currentCount = currentCount
    self.summary = summary
    self.parts = parts
    self.examples = examples
  }

  static func insufficient(
    _ signal: DriftSignal, _ why: String, reference: Int = 0, current: Int = 0
  ) -> SignalResult {
    SignalResult(
      signal: signal, verdict: .insufficient, method: "none", statistic: nil, pValue: nil,
      referenceCount: reference, currentCount: current, summary: why)
  }
}

/// All that was found in one window.
package struct DriftWindow: Sendable, Codable {
  package var collection: String
  /// Row number of the baseline that it was compared with.
  package var baseline: Int64
  /// Seconds since 1970, as all times here.
  package var startsAt: Double
  package var endsAt: Double
  package var checkedAt: Double
  package var signals: [SignalResult]

  package init(
    collection: String, baseline: Int64, startsAt: Double, endsAt: Double, checkedAt: Double,
    signals: [SignalResult]
  ) {
    self.collection = collection
    self.baseline = baseline
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.checkedAt = checkedAt
    self.signals = signals
  }

  package var verdict: Verdict { Verdict.combined(signals.map(\.verdict)) }
  package var alarms: [SignalResult] { signals.filter(\.isAlarm) }

  /// The same without maps, which are most of a window's size.
  package var withoutMaps: DriftWindow {
    var window = self
    for index in window.signals.indices { window.signals[index].map = nil }
    return window
  }

  enum CodingKeys: String, CodingKey {
    case collection, baseline, signals
    case startsAt = "starts_at"
    case endsAt = "ends_at"
    case checkedAt = "checked_at"
  }
}
