import IndexStore
import Synchronization

/// Shows how far long work is: a line that is rewritten on a terminal, a line now and then elsewhere.
final class ProgressLine: Sendable {
  private let start = ContinuousClock.now
  private let lastShown = Mutex<ContinuousClock.Instant?>(nil)
  private let isQuiet: Bool
  private let isTerminal = Terminal.stderrIsTerminal

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
  }

  /// Shows a line, unless one was shown a moment ago.
  func show(_ line: @autoclosure () -> String) {
    guard !isQuiet, let _ = due() else { return }
    write(line())
  }

  /// Now, where it is time for another line.
  private func due() -> ContinuousClock.Instant? {
    let now = ContinuousClock.now
    let interval: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
    return lastShown.withLock { lastShown in
      if let shown = lastShown, now - shown < interval { return nil }
      lastShown = now
      return now
    }
  }

  private func write(_ line: String) {
    if isTerminal {
      Terminal.write("\r\u{1B}[K" + line, to: 2)
    } else {
      Terminal.note(line)
    }
  }

  func show(_ progress: IngestProgress) {
    guard !isQuiet, progress.documentsTotal > 0, let now = due() else { return }
    let seconds = Self.seconds(start.duration(to: now))
    let rate = seconds > 0 ? Double(progress.chunksEmbedded) / seconds : 0
    var line =
      "\(progress.documents)/\(progress.documentsTotal) documents, \(progress.chunksEmbedded)/\(progress.chunksRead) chunks"
    if rate > 0 { line += ", \(Int(rate)) chunks/s" }
    // Nearly all the time goes into embedding: the chunks of the documents that are not read yet are taken to be as
    // many a document as those that are.
    if progress.chunksEmbedded > 0, progress.documents > 0 {
      let perDocument = Double(progress.chunksRead) / Double(progress.documents)
      let rest = perDocument * Double(progress.documentsTotal) - Double(progress.chunksEmbedded)
      if rest > 0, rate > 0 { line += ", about \(Int((rest / rate).rounded(.up))) s left" }
    }
    write(line)
  }

  func finish() {
    if !isQuiet, isTerminal, lastShown.withLock({ $0 != nil }) { Terminal.write("\r\u{1B}[K", to: 2) }
  }

  static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}
