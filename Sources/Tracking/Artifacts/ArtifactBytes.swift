/// Where the bytes of files lie, once each, under their SHA-256; they are never changed.
protocol ArtifactBytes: Sendable {
  /// Takes over a file that is whole and synced; it is gone from its place then.
  ///
  /// - Parameters:
  ///   - digest: its SHA-256, 64 hexadecimal digits.
  ///   - bytes: its size.
  func keep(_ temporary: String, digest: String, bytes: Int) throws(TrackingError)

  /// Where the bytes can be read on this machine, for now: they may be taken away again where they are a copy.
  ///
  /// - Throws: `.damaged` where they are gone.
  func place(of digest: String) throws(TrackingError) -> String

  /// What `place` gave last is not what was kept.
  ///
  /// - Returns: whether it was a copy, so that `place` gets another.
  func discardCopy(of digest: String) -> Bool

  /// Removes what isn't among `known` and is older than `age` seconds.
  ///
  /// - Returns: bytes that were freed.
  func removeAll(except known: Set<String>, olderThan age: Double) throws(TrackingError) -> Int
}
