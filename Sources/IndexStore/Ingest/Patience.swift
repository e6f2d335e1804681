import Catalog

/// How long the last good version of a file answers when the file holds something that cannot be read, perhaps because it
/// is being saved.
package struct Patience: Hashable, Sendable {
  /// Ingests that must have found it so.
  package var tries = 5
  /// Seconds since the first of them.
  package var seconds = 600.0

  package init() {}

  /// The state of a file after one more failure; `nil` where the last good version has to go.
  ///
  /// - Parameters:
  ///   - hash: of the bytes that could not be read; where they changed since, somebody is still writing.
  ///   - now: seconds since 1970.
  func state(after known: StaleState?, reason: String, hash: [UInt8]?, now: Double) -> StaleState? {
    guard let known, known.contentHash == hash else {
      return StaleState(reason: reason, since: now, tries: 1, contentHash: hash)
    }
    if isSpent(on: known, hash: hash, now: now) { return nil }
    return StaleState(reason: reason, since: known.since, tries: known.tries + 1, contentHash: hash)
  }

  /// Whether a file has held these bytes for so long that it is not being saved.
  func isSpent(on known: StaleState?, hash: [UInt8]?, now: Double) -> Bool {
    guard let known, known.contentHash == hash else { return false }
    return known.tries >= tries && now - known.since >= seconds
  }
}
