/// Maps byte offsets of normalised text back to byte offsets of the source file.
///
/// A list of runs. Within a run, each `textUnit` bytes of text came from `sourceUnit` bytes of the file: (1, 1) is a
/// byte-for-byte copy, (1, 2) ASCII letters of a UTF-16 file, (2, 1) letters with accents of a Latin-1 file. A
/// `sourceUnit` of 0 marks text that the reader wrote itself: all of it maps to `source`. No runs mean identity.
package struct SourceMap: Hashable, Codable, Sendable {
  package struct Run: Hashable, Codable, Sendable {
    package var text: Int
    package var source: Int
    package var textUnit: Int
    package var sourceUnit: Int

    package init(text: Int, source: Int, textUnit: Int = 1, sourceUnit: Int = 1) {
      self.text = text
      self.source = source
      self.textUnit = textUnit
      self.sourceUnit = sourceUnit
    }

    package init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      text = try container.decode(Int.self, forKey: .text)
      source = try container.decode(Int.self, forKey: .source)
      textUnit = try container.decodeIfPresent(Int.self, forKey: .textUnit) ?? 1
      sourceUnit = try container.decodeIfPresent(Int.self, forKey: .sourceUnit) ?? 1
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
    guard let run = run(at: offset) else { return offset }
    return run.source + (offset - run.text) / run.textUnit * run.sourceUnit
  }

  /// The bytes of the file that `range` of the text came from.
  ///
  /// The end is the end of the last character's source, so that what the file has between two runs (a carriage
  /// return, an escape sequence) is inside only where the text goes on behind it.
  ///
  /// - Complexity: O(log runs).
  package func sourceRange(_ range: Range<Int>) -> Range<Int> {
    let start = sourceOffset(range.lowerBound)
    guard !range.isEmpty else { return start..<start }
    guard let run = run(at: range.upperBound - 1) else { return range }
    let units = (range.upperBound - run.text + run.textUnit - 1) / run.textUnit
    return start..<max(start, run.source + units * run.sourceUnit)
  }

  private func run(at offset: Int) -> Run? {
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].text <= offset { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? runs[low - 1] : nil
  }
}
