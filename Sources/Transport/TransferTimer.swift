/// Tells which deadline of a transfer comes next.
///
/// Pure: it is told what happened when, and asked what has passed.
struct TransferTimer: Sendable {
  typealias Instant = ContinuousClock.Instant

  private enum Phase {
    case connecting
    case waiting(since: Instant)
    case receiving(last: Instant)
    /// The reader has bytes enough; only the total deadline runs.
    case paused
  }

  let deadlines: TransportDeadlines
  private let start: Instant
  private var phase = Phase.connecting

  init(_ deadlines: TransportDeadlines, start: Instant) {
    self.deadlines = deadlines
    self.start = start
  }

  var isConnecting: Bool {
    if case .connecting = phase { true } else { false }
  }

  mutating func connected(at now: Instant) {
    if isConnecting { phase = .waiting(since: now) }
  }

  mutating func received(at now: Instant) {
    phase = .receiving(last: now)
  }

  mutating func paused() {
    phase = .paused
  }

  mutating func resumed(at now: Instant) {
    if case .paused = phase { phase = .receiving(last: now) }
  }

  /// The earliest deadline that runs, `nil` if none does.
  var next: (kind: TransportDeadlines.Kind, at: Instant)? {
    let ofPhase: (kind: TransportDeadlines.Kind, at: Instant)? =
      switch phase {
      case .connecting: deadlines.connect.map { (.connect, start + $0) }
      case .waiting(let since): deadlines.firstByte.map { (.firstByte, since + $0) }
      case .receiving(let last): deadlines.idle.map { (.idle, last + $0) }
      case .paused: nil
      }
    guard let total = deadlines.total.map({ start + $0 }) else { return ofPhase }
    guard let ofPhase, ofPhase.at <= total else { return (.total, total) }
    return ofPhase
  }

  /// The deadline that has passed at `now`, `nil` if none has.
  func expired(at now: Instant) -> TransportDeadlines.Kind? {
    guard let next, next.at <= now else { return nil }
    return next.kind
  }

  func limit(of kind: TransportDeadlines.Kind) -> Duration? {
    switch kind {
    case .connect: deadlines.connect
    case .firstByte: deadlines.firstByte
    case .idle: deadlines.idle
    case .total: deadlines.total
    }
  }
}
