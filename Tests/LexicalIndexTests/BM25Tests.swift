import Foundation
import Kernels
import LexicalIndex
import Storage
import TestSupport
import Testing

/// BM25 by its formula, over plain dictionaries: the oracle.
private struct PlainBM25 {
  let documents: [[String: Int]]
  let lengths: [Int]
  let parameters = BM25Parameters()

  init(_ texts: [String], _ analyzer: Analyzer) {
    let terms = texts.map { analyzer.terms(of: $0) }
    documents = terms.map { $0.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
    lengths = terms.map(\.count)
  }

  func score(_ query: [QueryTerm], _ document: Int) -> Double {
    let average = max(1, Double(lengths.reduce(0, +)) / Double(lengths.count))
    var sum = 0.0
    for term in query {
      guard let frequency = documents[document][term.term] else { continue }
      let df = Double(documents.reduce(0) { $0 + ($1[term.term] == nil ? 0 : 1) })
      let idf = log(1 + (Double(documents.count) - df + 0.5) / (df + 0.5))
      let norm = parameters.k1 * (1 - parameters.b + parameters.b * Double(lengths[document]) / average)
      sum += term.weight * idf * Double(frequency) / (Double(frequency) + norm)
    }
    return sum
  }
}

@Suite struct BM25Tests {
  let folder = TemporaryFolder()

  func analyzer() throws -> Analyzer { try Analyzer(configuration: AnalyzerConfiguration()) }

  func index(_ texts: [String], name: String = "a") throws -> LexicalIndexReader {
    var builder = LexicalIndexBuilder(analyzer: try analyzer())
    for text in texts { builder.add(text) }
    try Folder.create(folder(name))
    _ = try LexicalIndexSerializer.write(builder, to: folder(name))
    let reader = try LexicalIndexReader(folder: folder(name), documentCount: texts.count)
    try reader.verify()
    return reader
  }

  func statistics(_ readers: [LexicalIndexReader], _ terms: [QueryTerm]) -> CorpusStatistics {
    var statistics = CorpusStatistics()
    for reader in readers { statistics.add(reader, terms: terms) }
    return statistics
  }

  /// Words whose frequencies fall as in real text; word 0 is in nearly every document.
  func corpus(_ count: Int, seed: UInt64) -> [String] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      (0..<Int.random(in: 0...30, using: &generator)).map { _ in
        "w" + String(Int(400 * pow(Double.random(in: 0..<1, using: &generator), 4)))
      }.joined(separator: " ")
    }
  }

  @Test func oneDocumentByHand() throws {
    let reader = try index(["drift drift alarm", "drift", "quiet"])
    let terms = QueryTerm.terms(of: "drift", analyzer: try analyzer())
    let hits = reader.search(
      terms, k: 10, parameters: BM25Parameters(), statistics: statistics([reader], terms))
    // N = 3, df = 2, average length 5/3.
    let idf = log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    let first = idf * 2 / (2 + 1.2 * (0.25 + 0.75 * 3 / (5.0 / 3)))
    let second = idf * 1 / (1 + 1.2 * (0.25 + 0.75 * 1 / (5.0 / 3)))
    #expect(hits.map(\.ordinal) == [1, 0])
    #expect(abs(Double(hits[0].score) - second) < 1e-6)
    #expect(abs(Double(hits[1].score) - first) < 1e-6)
  }

  @Test(arguments: [0, 1, 127, 128, 129, 255, 256, 257, 3000])
  func equalsTheOracle(count: Int) throws {
    let seed = UInt64(count) + 17
    let texts = corpus(count, seed: seed)
    let reader = try index(texts)
    let analyzer = try analyzer()
    let oracle = PlainBM25(texts, analyzer)
    var generator = SeededGenerator(seed: seed)
    for round in 0..<60 {
      let query = (0..<Int.random(in: 1...6, using: &generator))
        .map { _ in "w\(Int(420 * pow(Double.random(in: 0..<1, using: &generator), 3)))" }
        .joined(separator: " ")
      let terms = QueryTerm.terms(of: query, analyzer: analyzer)
      let statistics = statistics([reader], terms)
      var allowed: OrdinalSet?
      if round % 3 == 1 {
        let share = Double.random(in: 0...1, using: &generator)
        allowed = OrdinalSet(
          universe: count,
          (0..<Ordinal(count)).filter { _ in Double.random(in: 0..<1, using: &generator) < share })
      }
      let k = [1, 3, 10, 100][round % 4]
      let hits = reader.search(
        terms, k: k, parameters: BM25Parameters(), statistics: statistics, allowed: allowed)
      // Exhaustive, in the reader's own arithmetic: equal bit for bit, ties included.
      let all = Array(0..<Ordinal(count))
      let scores = reader.scores(terms, ordinals: all, parameters: BM25Parameters(), statistics: statistics)
      let expected = zip(all, scores).map { ScoredOrdinal(ordinal: $0, score: $1) }
        .filter { $0.score > 0 && (allowed?.contains($0.ordinal) ?? true) }
        .sorted(by: ScoredOrdinal.ranks).prefix(k)
      #expect(hits == Array(expected), "seed \(seed), round \(round), query \(query)")
      // And the formula in double precision.
      for (ordinal, score) in zip(all, scores).prefix(200) {
        #expect(abs(Double(score) - oracle.score(terms, Int(ordinal))) < 1e-4)
      }
    }
  }

  /// More chunks than are scored together, in topics, so that whole stretches can be passed over.
  @Test func manyWindowsEqualTheOracle() throws {
    let count = 80_000
    var generator = SeededGenerator(seed: 21)
    let texts = (0..<count).map { document in
      (0..<Int.random(in: 0...6, using: &generator)).map { _ -> String in
        let word = Int(60 * pow(Double.random(in: 0..<1, using: &generator), 3))
        return Bool.random(using: &generator) ? "w\(word)" : "t\(document / 700)x\(word % 8)"
      }.joined(separator: " ")
    }
    let reader = try index(texts)
    let all = Array(0..<Ordinal(count))
    let some = OrdinalSet(universe: count, all.filter { $0 % 3 == 0 && !(20_000..<50_000).contains($0) })
    for round in 0..<24 {
      let topic = Int.random(in: 0..<115, using: &generator)
      let words = ["w0", "w\(round)", "t\(topic)x0", "t\(topic)x3", "w1", "t7x1"].shuffled(using: &generator)
      let terms = QueryTerm.terms(
        of: words.prefix(1 + round % 6).joined(separator: " "), analyzer: try analyzer())
      let statistics = statistics([reader], terms)
      let allowed = round % 4 == 3 ? some : nil
      let k = [1, 10, 1000][round % 3]
      let scores = reader.scores(terms, ordinals: all, parameters: BM25Parameters(), statistics: statistics)
      let expected = zip(all, scores).map { ScoredOrdinal(ordinal: $0, score: $1) }
        .filter { $0.score > 0 && (allowed?.contains($0.ordinal) ?? true) }
        .sorted(by: ScoredOrdinal.ranks).prefix(k)
      let hits = reader.search(
        terms, k: k, parameters: BM25Parameters(), statistics: statistics, allowed: allowed)
      #expect(hits == Array(expected), "round \(round), \(terms.map(\.term))")
    }
  }

  @Test func scoresAreComparableAcrossSegments() throws {
    let texts = corpus(600, seed: 3)
    let whole = try index(texts, name: "whole")
    let parts = [try index(Array(texts[..<250]), name: "p1"), try index(Array(texts[250...]), name: "p2")]
    let terms = QueryTerm.terms(of: "w0 w5 w77 w200", analyzer: try analyzer())
    let together = statistics(parts, terms)
    #expect(together == statistics([whole], terms))
    let expected = whole.search(terms, k: 20, parameters: BM25Parameters(), statistics: together)
    var merged = parts[0].search(terms, k: 20, parameters: BM25Parameters(), statistics: together)
    merged += parts[1].search(terms, k: 20, parameters: BM25Parameters(), statistics: together)
      .map { ScoredOrdinal(ordinal: $0.ordinal + 250, score: $0.score) }
    #expect(Array(merged.sorted(by: ScoredOrdinal.ranks).prefix(20)) == expected)
  }

  @Test func mergedBytesAreThoseOfAFreshBuild() throws {
    let texts = corpus(700, seed: 9)
    let kept = (0..<700).filter { $0 % 7 != 3 }
    _ = try index(kept.map { texts[$0] }, name: "fresh")
    let first = try index(Array(texts[..<300]), name: "first")
    let second = try index(Array(texts[300...]), name: "second")
    var builder = LexicalIndexBuilder(analyzer: try analyzer())
    builder.append(first, keeping: kept.filter { $0 < 300 }.map { Ordinal($0) })
    builder.append(second, keeping: kept.filter { $0 >= 300 }.map { Ordinal($0 - 300) })
    try Folder.create(folder("merged"))
    _ = try LexicalIndexSerializer.write(builder, to: folder("merged"))
    for name in ["terms.dict", "postings.bin", "norms.bin"] {
      #expect(
        try Folder.readFile(folder("merged/" + name)) == Folder.readFile(folder("fresh/" + name)), "\(name)")
    }
  }

  @Test func damagedPayloadsAreFoundByVerify() throws {
    _ = try index(corpus(400, seed: 1))
    var generator = SeededGenerator(seed: 99)
    for name in ["terms.dict", "postings.bin"] {
      let whole = try Folder.readFile(folder("a/" + name))
      for _ in 0..<40 {
        // With the checksum made right again, so that only the inner order can tell.
        var payload = Array(whole[64..<whole.count - 16])
        let place = Int.random(in: 0..<payload.count, using: &generator)
        payload[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator))
        var writer = try FramedFileWriter(
          path: folder("a/" + name), kind: name == "terms.dict" ? .termDictionary : .postings)
        try writer.append(contentsOf: payload)
        _ = try writer.finish()
        // Either an error or an order that still holds; never a trap.
        if let reader = try? LexicalIndexReader(folder: folder("a"), documentCount: 400) {
          _ = try? reader.verify()
        }
      }
      try Folder.writeFile(whole, to: folder("a/" + name))
    }
  }
}
