/// Text under construction that knows which bytes of its source each part came from.
struct SourcedText: Equatable, Sendable {
  private(set) var bytes: [UInt8] = []
  /// As in `SourceMap`, with a run at 0 as soon as there is text.
  private(set) var runs: [SourceMap.Run] = []

  init() {}

  /// A copy of `range` of `source`.
  init(copying range: Range<Int>, of source: [UInt8]) {
    copy(range, of: source)
  }

  /// Text that the reader wrote itself, at `position` of the source.
  init(writing text: String, at position: Int) {
    write(text, at: position)
  }

  var isEmpty: Bool { bytes.isEmpty }
  var count: Int { bytes.count }
  var string: String { String(decoding: bytes, as: UTF8.self) }
  var sourceMap: SourceMap { SourceMap(runs: runs) }
  /// Where the text begins in the source; 0 for no text.
  var sourceStart: Int { runs.first?.source ?? 0 }
  /// Where it ends in the source.
  var sourceEnd: Int { isEmpty ? 0 : sourceMap.sourceRange((count - 1)..<count).upperBound }
  var isBlank: Bool { TextScan.isBlank(0..<bytes.count, in: bytes) }

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  /// Appends `range` of `source`, byte for byte.
  mutating func copy(_ range: Range<Int>, of source: [UInt8]) {
    guard !range.isEmpty else { return }
    addRun(source: range.lowerBound, textUnit: 1, sourceUnit: 1)
    bytes.append(contentsOf: source[range])
  }

  /// Appends one byte that stands at `position` of the source.
  mutating func copy(_ byte: UInt8, at position: Int) {
    addRun(source: position, textUnit: 1, sourceUnit: 1)
    bytes.append(byte)
  }

  /// Appends `text` in place of `range` of the source: an escape, a character of another encoding.
  mutating func replace(_ range: Range<Int>, with text: some Collection<UInt8>) {
    guard !text.isEmpty else { return }
    if text.count == 1, range.count == 1, let byte = text.first {
      copy(byte, at: range.lowerBound)
    } else {
      addRun(source: range.lowerBound, textUnit: text.count, sourceUnit: range.count)
      bytes.append(contentsOf: text)
    }
  }

  mutating func replace(_ range: Range<Int>, with text: String) {
    replace(range, with: Array(text.utf8))
  }

  /// Appends text that no bytes of the source say, at `position` of it.
  mutating func write(_ text: some Collection<UInt8>, at position: Int) {
    replace(position..<position, with: text)
  }

  mutating func write(_ text: String, at position: Int) {
    replace(position..<position, with: Array(text.utf8))
  }

  mutating func append(_ other: SourcedText) {
    let base = bytes.count
    for (index, run) in other.runs.enumerated() {
      let end = index + 1 < other.runs.count ? other.runs[index + 1].text : other.bytes.count
      addRun(source: run.source, textUnit: run.textUnit, sourceUnit: run.sourceUnit, at: base + run.text)
      bytes.append(contentsOf: other.bytes[run.text..<end])
    }
  }

  /// Appends `other` with each of its bytes as `shown` has it: a line break as a blank.
  mutating func append(_ other: SourcedText, as shown: some Collection<UInt8>) {
    precondition(shown.count == other.count, "\(shown.count) bytes for \(other.count)")
    let base = bytes.count
    append(other)
    for (index, byte) in shown.enumerated() { bytes[base + index] = byte }
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    runs.removeAll(keepingCapacity: true)
  }

  /// Drops all from byte `count` on, which is a border of characters.
  mutating func truncate(to count: Int) {
    let count = max(0, count)
    guard count < bytes.count else { return }
    bytes.removeLast(bytes.count - count)
    while let last = runs.last, last.text >= count { runs.removeLast() }
  }

  /// `range` of the text, which begins and ends at borders of characters.
  ///
  /// - Complexity: O(range + log runs).
  func slice(_ range: Range<Int>) -> SourcedText {
    guard !range.isEmpty else { return SourcedText() }
    guard range.count < bytes.count else { return self }
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].text <= range.lowerBound { low = middle + 1 } else { high = middle }
    }
    var out = SourcedText()
    var index = max(0, low - 1)
    while index < runs.count, runs[index].text < range.upperBound {
      let run = runs[index]
      let start = max(range.lowerBound, run.text)
      let end = min(range.upperBound, index + 1 < runs.count ? runs[index + 1].text : bytes.count)
      index += 1
      out.addRun(
        source: run.source + (start - run.text) / run.textUnit * run.sourceUnit, textUnit: run.textUnit,
        sourceUnit: run.sourceUnit)
      out.bytes.append(contentsOf: bytes[start..<end])
    }
    return out
  }

  /// The text without blanks at both ends.
  var trimmed: SourcedText { slice(TextScan.trimmed(0..<bytes.count, in: bytes)) }

  /// Offset in the source of byte `offset` of the text.
  func sourceOffset(_ offset: Int) -> Int { sourceMap.sourceOffset(offset) }

  private mutating func addRun(source: Int, textUnit: Int, sourceUnit: Int, at text: Int? = nil) {
    let text = text ?? bytes.count
    let textUnit = sourceUnit == 0 ? 1 : textUnit
    if let last = runs.last, last.textUnit == textUnit, last.sourceUnit == sourceUnit {
      let distance = text - last.text
      if sourceUnit == 0 {
        if last.source == source { return }
      } else if distance % textUnit == 0, last.source + distance / textUnit * sourceUnit == source {
        return
      }
    }
    runs.append(
      SourceMap.Run(text: text, source: source, textUnit: textUnit, sourceUnit: sourceUnit))
  }
}
