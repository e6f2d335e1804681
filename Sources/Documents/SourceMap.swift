/// Maps byte offsets of normalised text back to byte offsets of the source file.
///
/// For a file that is not UTF-8 they are offsets in its transcription to UTF-8.
///
/// A list of runs: from `text` onwards, the text came from `source` onwards, byte for byte, until the next
/// run. Empty means identity. Formats whose text is not a copy of source bytes (PDF, Office) keep none.
package struct SourceMap: Hashable, Codable, Sendable {
  package struct Run: Hashable, Codable, Sendable {
    package var text: Int
    package var source: Int

    package init(text: Int, source: Int) {
      self.text = text
      self.source = source
    }
  }

  /// Ascending by `text`.
  package var runs: [Run]

  package init(runs: [Run] = []) {
    self.runs = runs
  }

  /// The source offset of byte `offset` of the text.
  ///
  /// - Complexity: O(log runs).
  package func sourceOffset(_ offset: Int) -> Int {
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].text <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return offset }
    return runs[low - 1].source + (offset - runs[low - 1].text)
  }
}
