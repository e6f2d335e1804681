import LexicalIndex
import Storage
import TestSupport
import Testing

@Suite struct NearTermsTests {
  let folder = TemporaryFolder()

  /// The whole table, as the definition has it.
  private func slow(_ a: [UInt32], _ b: [UInt32]) -> Int {
    var table = [[Int]](repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in 0...a.count { table[i][0] = i }
    for j in 0...b.count { table[0][j] = j }
    for i in 0..<a.count {
      for j in 0..<b.count {
        var cost = min(table[i][j + 1] + 1, table[i + 1][j] + 1, table[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, table[i - 1][j - 1] + 1) }
        table[i + 1][j + 1] = cost
      }
    }
    return table[a.count][b.count]
  }

  /// An index of words of few letters, so that many are near to each other.
  private func index(seed: UInt64) throws -> LexicalIndexReader {
    var generator = SeededGenerator(seed: seed)
    var configuration = AnalyzerConfiguration()
    configuration.language = "xx"
    var builder = LexicalIndexBuilder(analyzer: try Analyzer(configuration: configuration))
    let letters = Array("aabbccdé7东ж")
    for _ in 0..<40 {
      let words = (0..<100).map { _ in
        String(
          (0..<Int.random(in: 1...9, using: &generator)).map { _ in
            letters.randomElement(using: &generator) ?? "a"
          })
      }
      builder.add(words.joined(separator: " "))
    }
    try Folder.create(folder("index"))
    _ = try LexicalIndexSerializer.write(builder, to: folder("index"))
    return try LexicalIndexReader(folder: folder("index"))
  }

  @Test(arguments: [0, 1, 2, 3]) func equalsTheWholeTable(_ limit: Int) throws {
    let reader = try index(seed: 7)
    var terms: [(bytes: [UInt8], frequency: Int)] = []
    reader.forEachTerm { terms.append(($0, $1.documentFrequency)) }
    #expect(terms.count > 1000)
    var generator = SeededGenerator(seed: 8)
    var seen = 0
    for number in 0..<60 {
      let other = String(
        decoding: terms[Int.random(in: 0..<terms.count, using: &generator)].bytes, as: UTF8.self)
      // Words of the index, and others.
      let word =
        number % 2 == 0
        ? other
        : String(
          (0..<Int.random(in: 0...8, using: &generator)).map { _ in
            "abcdéfж".randomElement(using: &generator) ?? "a"
          })
      let pattern = word.unicodeScalars.map(\.value)
      let right = terms.compactMap { term -> String? in
        guard term.bytes.first ?? 0 > 0x39 else { return nil }
        let distance = slow(pattern, String(decoding: term.bytes, as: UTF8.self).unicodeScalars.map(\.value))
        return distance <= limit ? "\(term.bytes) \(distance) \(term.frequency)" : nil
      }
      var found: [String] = []
      reader.forEachTerm(near: word, limit: limit) { found.append("\($0) \($1) \($2)") }
      #expect(found == right, "\(word), limit \(limit), seeds 7 and 8")
      seen += found.count
    }
    #expect(seen > 20)
  }
}
