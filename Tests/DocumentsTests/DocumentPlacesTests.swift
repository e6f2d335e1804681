import TestSupport
import Testing

import Documents

@Suite struct DocumentPlacesTests {
  /// Places with everything in them, ascending as the rules want.
  static func random(_ generator: inout SeededGenerator) -> DocumentPlaces {
    var places = DocumentPlaces()
    var offset = 0
    func step(_ most: Int) -> Int { Int.random(in: 1...most, using: &generator) }
    for index in 0..<step(5) {
      places.pages.append(
        .init(
          start: offset, name: index % 2 == 0 ? nil : "Sheet é \(index)", width: Double(step(9000)) / 10,
          height: Double(step(9000)) / 10))
      offset += step(300)
    }
    if Bool.random(using: &generator) {
      var map = SourceMap()
      offset = 0
      for _ in 0..<step(6) - 1 {
        map.runs.append(
          .init(text: offset, source: step(5000), textUnit: step(4), sourceUnit: step(4) - 1))
        offset += step(200)
      }
      places.sourceMap = map
    }
    offset = 0
    for _ in 0..<step(40) {
      let start = offset + step(3) - 1
      offset = start + step(12)
      let left = Double(step(6000)) / 10
      let top = Double(step(8000)) / 10
      places.words.append(
        .init(
          range: start..<offset,
          box: PageBox(
            left: left, top: top, right: left + Double(step(900)) / 10, bottom: top + Double(step(200)) / 10))
      )
    }
    offset = 0
    for _ in 0..<step(9) - 1 {
      places.rows.append(.init(start: offset, number: step(100_000)))
      offset += step(90)
    }
    return places
  }

  @Test func encodingComesBack() throws {
    let seed: UInt64 = 23
    var generator = SeededGenerator(seed: seed)
    for round in 0..<300 {
      let places = Self.random(&generator)
      let back = try #require(DocumentPlaces(encoded: places.encoded), "seed \(seed) round \(round)")
      #expect(back.sourceMap == places.sourceMap && back.rows == places.rows)
      #expect(back.pages.map(\.start) == places.pages.map(\.start))
      #expect(back.pages.map(\.name) == places.pages.map(\.name))
      #expect(back.words.map(\.range) == places.words.map(\.range))
      for (one, other) in zip(back.words, places.words) {
        for side in [\PageBox.left, \.top, \.right, \.bottom] {
          #expect(abs(one.box[keyPath: side] - other.box[keyPath: side]) < 0.051)
        }
      }
      // What was decoded is encoded as the same bytes.
      #expect(back.encoded == places.encoded)
    }
  }

  /// Damaged bytes are no places, or other ones, but never a crash.
  @Test func damagedBytes() {
    let seed: UInt64 = 24
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      var bytes = Self.random(&generator).encoded
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) {
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
      }
      _ = DocumentPlaces(encoded: bytes)
    }
    #expect(DocumentPlaces(encoded: []) == nil)
    #expect(DocumentPlaces(encoded: [2, 0, 0, 0, 0]) == nil)
  }

  @Test(arguments: [
    // A UTF-16 file with its mark: "aü" and a character of four bytes in both.
    ([(0, 2, 1, 2), (1, 4, 2, 2), (3, 6, 4, 4)], 0..<7, 2..<10),
    ([(0, 2, 1, 2), (1, 4, 2, 2), (3, 6, 4, 4)], 1..<3, 4..<6),
    ([(0, 2, 1, 2), (1, 4, 2, 2), (3, 6, 4, 4)], 3..<7, 6..<10),
    // A carriage return before the second line is not part of a quote that ends before it.
    ([(0, 0, 1, 1), (4, 5, 1, 1)], 0..<3, 0..<3),
    ([(0, 0, 1, 1), (4, 5, 1, 1)], 0..<6, 0..<7),
    // Text that the reader wrote itself has no bytes of its own.
    ([(0, 10, 1, 0), (6, 10, 1, 1)], 0..<9, 10..<13),
    ([], 3..<9, 3..<9),
  ])
  func sourceRanges(runs: [(Int, Int, Int, Int)], text: Range<Int>, source: Range<Int>) {
    let map = SourceMap(runs: runs.map { .init(text: $0.0, source: $0.1, textUnit: $0.2, sourceUnit: $0.3) })
    #expect(map.sourceRange(text) == source)
  }

  @Test func placeOfAQuote() {
    func word(_ range: Range<Int>, _ left: Double, _ top: Double) -> DocumentPlaces.Word {
      .init(range: range, box: PageBox(left: left, top: top, right: left + 20, bottom: top + 10))
    }
    let places = DocumentPlaces(
      pages: [.init(start: 0, width: 600, height: 800), .init(start: 30, name: "Prices")],
      words: [
        word(0..<4, 50, 100), word(5..<9, 80, 101), word(10..<14, 50, 115), word(31..<35, 50, 100),
      ], rows: [.init(start: 0, number: 2), .init(start: 30, number: 7)])
    let quote = places.place(of: 5..<14)
    #expect(quote.page == 1 && quote.pageName == nil && quote.row == 2 && quote.source == nil)
    #expect(
      quote.lines == [
        PageBox(left: 80, top: 101, right: 100, bottom: 111),
        PageBox(left: 50, top: 115, right: 70, bottom: 125),
      ])
    #expect(quote.box == PageBox(left: 50, top: 101, right: 100, bottom: 125))
    #expect(places.place(of: 0..<9).lines.count == 1, "words beside each other are one line")
    #expect(places.place(of: 2..<3).lines.count == 1, "a part of a word has its box")
    // A quote over two pages shows its first.
    #expect(places.place(of: 10..<35).lines == [PageBox(left: 50, top: 115, right: 70, bottom: 125)])
    let other = places.place(of: 31..<35)
    #expect(other.page == 2 && other.pageName == "Prices" && other.row == 7)
    #expect(DocumentPlaces().place(of: 0..<4).page == nil)
  }
}
