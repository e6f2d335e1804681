/// How the catalog keeps places: about eight bytes a word, read in one pass.
///
/// A version byte, then pages, runs of the source map, words and rows, each a count and its items; numbers are LEB128,
/// offsets as differences from the item before, box sides as zigzag differences in tenths of a unit.
extension DocumentPlaces {
  private static let version: UInt8 = 1

  /// - Complexity: O(pages + runs + words + rows).
  package var encoded: [UInt8] {
    var out = NumberWriter()
    out.bytes.append(Self.version)
    out.write(pages.count)
    var last = 0
    for page in pages {
      out.write(page.start - last)
      last = page.start
      out.write(page.name)
      out.write(Self.tenths(page.width))
      out.write(Self.tenths(page.height))
    }
    out.write(sourceMap.map { $0.runs.count + 1 } ?? 0)
    last = 0
    var lastSource = 0
    for run in sourceMap?.runs ?? [] {
      out.write(run.text - last)
      out.writeSigned(run.source - lastSource)
      out.write(run.textUnit)
      out.write(run.sourceUnit)
      last = run.text
      lastSource = run.source
    }
    out.write(words.count)
    last = 0
    var box = (left: 0, top: 0, bottom: 0)
    for word in words {
      out.write(word.range.lowerBound - last)
      out.write(word.range.count)
      last = word.range.upperBound
      let left = Self.tenths(word.box.left)
      let top = Self.tenths(word.box.top)
      let bottom = Self.tenths(word.box.bottom)
      out.writeSigned(left - box.left)
      out.writeSigned(top - box.top)
      out.writeSigned(Self.tenths(word.box.right) - left)
      out.writeSigned(bottom - box.bottom)
      box = (left, top, bottom)
    }
    out.write(rows.count)
    last = 0
    var lastNumber = 0
    for row in rows {
      out.write(row.start - last)
      out.writeSigned(row.number - lastNumber)
      last = row.start
      lastNumber = row.number
    }
    return out.bytes
  }

  /// - Returns: `nil` for bytes that `encoded` did not write.
  /// - Complexity: O(bytes).
  package init?(encoded bytes: [UInt8]) {
    self.init()
    guard bytes.first == Self.version else { return nil }
    var input = NumberReader(bytes: bytes, position: 1)
    var last = 0
    for _ in 0..<input.count() {
      last += input.number()
      let name = input.text()
      pages.append(
        Page(start: last, name: name, width: Double(input.number()) / 10, height: Double(input.number()) / 10)
      )
    }
    let runs = input.count()
    if runs > 0 {
      last = 0
      var source = 0
      var map = SourceMap()
      for _ in 1..<runs {
        last += input.number()
        source += input.signed()
        map.runs.append(
          SourceMap.Run(
            text: last, source: source, textUnit: max(1, input.number()), sourceUnit: input.number()))
      }
      sourceMap = map
    }
    last = 0
    var box = (left: 0, top: 0, bottom: 0)
    for _ in 0..<input.count() {
      let start = last + input.number()
      last = start + input.number()
      box.left += input.signed()
      box.top += input.signed()
      let right = box.left + input.signed()
      box.bottom += input.signed()
      words.append(
        Word(
          range: start..<last,
          box: PageBox(
            left: Double(box.left) / 10, top: Double(box.top) / 10, right: Double(right) / 10,
            bottom: Double(box.bottom) / 10)))
    }
    last = 0
    var number = 0
    for _ in 0..<input.count() {
      last += input.number()
      number += input.signed()
      rows.append(Row(start: last, number: number))
    }
    guard !input.isBroken, input.position == bytes.count else { return nil }
  }

  private static func tenths(_ value: Double) -> Int {
    value.isFinite ? Int(max(-1e9, min(1e9, (value * 10).rounded()))) : 0
  }
}

private struct NumberWriter {
  var bytes: [UInt8] = []

  mutating func write(_ number: Int) {
    var rest = UInt(bitPattern: number)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func writeSigned(_ number: Int) {
    write((number << 1) ^ (number >> (Int.bitWidth - 1)))
  }

  /// Nothing is 0, a text its count of bytes and one, then the bytes.
  mutating func write(_ text: String?) {
    write(text.map { $0.utf8.count + 1 } ?? 0)
    bytes.append(contentsOf: (text ?? "").utf8)
  }
}

private struct NumberReader {
  /// Larger numbers were not written, and sums of them cannot overflow.
  private static let limit = 1 << 48

  let bytes: [UInt8]
  var position: Int
  var isBroken = false

  init(bytes: [UInt8], position: Int) {
    self.bytes = bytes
    self.position = position
  }

  mutating func number() -> Int {
    var value = 0
    var shift = 0
    while position < bytes.count, shift < 56 {
      let byte = bytes[position]
      position += 1
      value |= Int(byte & 0x7F) << shift
      if byte < 0x80 {
        if value > Self.limit { break }
        return value
      }
      shift += 7
    }
    isBroken = true
    position = bytes.count
    return 0
  }

  mutating func signed() -> Int {
    let value = number()
    return (value >> 1) ^ -(value & 1)
  }

  /// Number of items that follow; each has at least a byte.
  mutating func count() -> Int {
    let count = number()
    if count > bytes.count - position + 1 {
      isBroken = true
      position = bytes.count
      return 0
    }
    return count
  }

  mutating func text() -> String? {
    let count = number() - 1
    guard count >= 0 else { return nil }
    guard count <= bytes.count - position else {
      isBroken = true
      position = bytes.count
      return nil
    }
    defer { position += count }
    return String(decoding: bytes[position..<position + count], as: UTF8.self)
  }
}
