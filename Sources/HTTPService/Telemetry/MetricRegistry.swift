import Synchronization

/// Counters, gauges and histograms, written as Prometheus reads them.
///
/// - Source: Prometheus text exposition format 0.0.4.
package final class MetricRegistry: Sendable {
  package enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  /// A metric by name; made once, at start.
  package struct Family: Sendable {
    package var name: String
    package var kind: Kind
    package var help: String
    /// Upper bounds, ascending, for a histogram.
    package var bounds: [Double] = []

    package init(_ name: String, _ kind: Kind, _ help: String, bounds: [Double] = []) {
      self.name = name
      self.kind = kind
      self.help = help
      self.bounds = bounds
    }
  }

  /// Names and values of labels, in the order in which they are shown.
  package struct Labels: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    var pairs: [[String]]

    package init(dictionaryLiteral elements: (String, String)...) {
      pairs = elements.map { [$0, $1] }
    }
  }

  private struct Series {
    var value = 0.0
    /// Not cumulative; one more than there are bounds.
    var buckets: [UInt64] = []
    var count: UInt64 = 0
  }

  private struct State {
    var families: [Family] = []
    var series: [String: [Labels: Series]] = [:]
    /// Asked for when the metrics are read.
    var gauges: [@Sendable () -> [(family: String, labels: Labels, value: Double)]] = []
  }

  private let state = Mutex(State())

  package init() {}

  package func declare(_ families: [Family]) {
    state.withLock { state in
      for family in families {
        precondition(state.series[family.name] == nil, "\(family.name) is declared twice")
        state.families.append(family)
        state.series[family.name] = [:]
      }
    }
  }

  /// Lets `read` tell the values of gauges, or of counters that are kept elsewhere, when they are asked for.
  package func observe(_ read: @escaping @Sendable () -> [(family: String, labels: Labels, value: Double)]) {
    state.withLock { $0.gauges.append(read) }
  }

  package func add(_ amount: Double = 1, to name: String, _ labels: Labels = [:]) {
    state.withLock { $0.series[name]?[labels, default: Series()].value += amount }
  }

  /// Puts `value` into a histogram.
  package func record(_ value: Double, in name: String, _ labels: Labels = [:]) {
    state.withLock { state in
      guard let family = state.families.first(where: { $0.name == name }) else { return }
      var series = state.series[name]?[labels] ?? Series()
      if series.buckets.isEmpty { series.buckets = [UInt64](repeating: 0, count: family.bounds.count + 1) }
      series.buckets[family.bounds.firstIndex { value <= $0 } ?? family.bounds.count] += 1
      series.value += value
      series.count += 1
      state.series[name]?[labels] = series
    }
  }

  package func value(of name: String, _ labels: Labels = [:]) -> Double {
    state.withLock { $0.series[name]?[labels]?.value ?? 0 }
  }

  /// All labels of `name` with their values.
  package func total(of name: String) -> Double {
    state.withLock { $0.series[name]?.values.reduce(0) { $0 + $1.value } ?? 0 }
  }

  /// Count and quantiles of each series of a histogram.
  package func quantiles(_ levels: [Double], of name: String, by label: String) -> [(
    label: String, count: Int, values: [Double]
  )] {
    state.withLock { state in
      guard let family = state.families.first(where: { $0.name == name }) else { return [] }
      return (state.series[name] ?? [:]).compactMap { labels, series in
        guard let value = labels.pairs.first(where: { $0[0] == label })?[1] else { return nil }
        return (
          value, Int(series.count),
          levels.map { Self.quantile($0, buckets: series.buckets, bounds: family.bounds) }
        )
      }.sorted { $0.label < $1.label }
    }
  }

  /// Linear inside a bucket, as Prometheus' `histogram_quantile`.
  static func quantile(_ level: Double, buckets: [UInt64], bounds: [Double]) -> Double {
    let total = buckets.reduce(0, +)
    guard total > 0 else { return 0 }
    let rank = level * Double(total)
    var before = 0.0
    for (index, count) in buckets.enumerated() {
      let next = before + Double(count)
      if next >= rank, count > 0 {
        guard index < bounds.count else { return bounds.last ?? 0 }
        let lower = index == 0 ? 0 : bounds[index - 1]
        return lower + (bounds[index] - lower) * (rank - before) / Double(count)
      }
      before = next
    }
    return bounds.last ?? 0
  }

  /// The exposition.
  package var text: String {
    let (families, kept, gauges) = state.withLock { ($0.families, $0.series, $0.gauges) }
    var series = kept
    for read in gauges {
      for (family, labels, value) in read() {
        series[family]?[labels, default: Series()].value = value
      }
    }
    var text = ""
    for family in families {
      text += "# HELP \(family.name) \(Self.escaped(family.help, quotes: false))\n"
      text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
      let all = (series[family.name] ?? [:]).sorted { Self.shown($0.key) < Self.shown($1.key) }
      for (labels, series) in all {
        guard family.kind == .histogram else {
          text += "\(family.name)\(Self.shown(labels)) \(Self.shown(series.value))\n"
          continue
        }
        var count: UInt64 = 0
        for (index, bucket) in series.buckets.enumerated() {
          count += bucket
          let bound = index < family.bounds.count ? Self.shown(family.bounds[index]) : "+Inf"
          var with = labels
          with.pairs.append(["le", bound])
          text += "\(family.name)_bucket\(Self.shown(with)) \(count)\n"
        }
        text += "\(family.name)_sum\(Self.shown(labels)) \(Self.shown(series.value))\n"
        text += "\(family.name)_count\(Self.shown(labels)) \(series.count)\n"
      }
    }
    return text
  }

  private static func shown(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }

  private static func shown(_ labels: Labels) -> String {
    guard !labels.pairs.isEmpty else { return "" }
    return "{" + labels.pairs.map { "\($0[0])=\"\(escaped($0[1], quotes: true))\"" }.joined(separator: ",")
      + "}"
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
