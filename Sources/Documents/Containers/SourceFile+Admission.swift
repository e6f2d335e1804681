extension SourceFile {
  /// Refuses what no container reader should start on.
  ///
  /// - Throws: `.empty` for a file of zero bytes, `.tooLarge` for one over `limits.fileBytes`.
  func admit(under limits: ReadingLimits) throws(DocumentError) {
    guard !bytes.isEmpty else { throw DocumentError(.empty, "the file has no bytes; nothing to read") }
    guard bytes.count <= limits.fileBytes else {
      throw DocumentError(
        .tooLarge,
        "the file has \(bytes.count) bytes, over the limit of \(limits.fileBytes); split it or raise the limit"
      )
    }
  }

  /// Whether the bytes start with `prefix`.
  func starts(with prefix: [UInt8]) -> Bool {
    bytes.starts(with: prefix)
  }
}
