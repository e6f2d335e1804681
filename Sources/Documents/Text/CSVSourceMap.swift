/// Where the values of delimited text stand in it.
enum CSVSourceMap {
  /// The map from `text` to `bytes`: values are copies, names and separators are the reader's own and lead to the value
  /// that follows.
  ///
  /// - Parameter placed: ascending by their texts.
  /// - Complexity: O(text).
  static func map(_ placed: [SheetTables.Placed], from bytes: [UInt8], to text: String) -> SourceMap {
    var runs: [SourceMap.Run] = []
    var end = 0
    let text = Array(text.utf8)
    for value in placed {
      if value.text.lowerBound > end {
        runs.append(
          SourceMap.Run(text: end, source: value.source.lowerBound, textUnit: 1, sourceUnit: 0))
      }
      copy(value, bytes, text, &runs)
      end = value.text.upperBound
    }
    return SourceMap(runs: runs)
  }

  /// Runs of one value: one, unless quotes in it are doubled or characters were dropped.
  private static func copy(
    _ value: SheetTables.Placed, _ bytes: [UInt8], _ text: [UInt8], _ runs: inout [SourceMap.Run]
  ) {
    runs.append(SourceMap.Run(text: value.text.lowerBound, source: value.source.lowerBound))
    guard value.source.count != value.text.count else { return }
    var source = value.source.lowerBound
    var expected = source
    var index = value.text.lowerBound
    while index < value.text.upperBound, source < value.source.upperBound {
      let byte = bytes[source]
      // What an assembler drops: control characters, soft hyphens, byte order marks.
      if byte < 0x20 && byte != 0x09 && byte != 0x0A || byte == 0x7F {
        source += 1
        continue
      }
      if TextScan.has("\u{AD}", in: bytes, at: source) || TextScan.has("\u{FEFF}", in: bytes, at: source) {
        source += byte == 0xC2 ? 2 : 3
        continue
      }
      let isDoubled = byte == 0x22 && source + 1 < value.source.upperBound && bytes[source + 1] == 0x22
      if source != expected || isDoubled {
        if runs[runs.count - 1].text == index { runs.removeLast() }
        runs.append(SourceMap.Run(text: index, source: source, textUnit: 1, sourceUnit: isDoubled ? 2 : 1))
      }
      source += isDoubled ? 2 : 1
      index += 1
      // Behind a doubled quote another run begins.
      expected = isDoubled ? -1 : source
    }
  }
}
