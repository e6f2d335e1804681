import Evaluation
import Foundation
import Testing

@Suite struct MeasureTests {
  /// A run with its judgements, and what the reference tool makes of it (`Fixtures/make_reference.py`).
  struct Case: Decodable {
    var level: Int
    var qrels: [String: [String: Int]]
    var run: [String: [String: Double]]
    var values: [String: [String: Double]]
  }

  static let cases: [Case] = {
    let url = Bundle.module.url(forResource: "Fixtures/measures", withExtension: "json")
    guard let url, let data = try? Data(contentsOf: url) else { return [] }
    return (try? JSONDecoder().decode([Case].self, from: data)) ?? []
  }()

  @Test func equalsTheReferenceTool() throws {
    try #require(Self.cases.count == 2)
    var compared = 0
    for item in Self.cases {
      var qrels = Qrels()
      for (query, grades) in item.qrels {
        for (document, grade) in grades { qrels.judge(query: query, document: document, grade: grade) }
      }
      var run = Run(name: "random")
      for (query, scores) in item.run {
        run.set(scores.map { Run.Entry(document: $0.key, score: $0.value) }, for: query)
      }
      let names = Set(item.values.values.flatMap(\.keys)).sorted()
      let measures = try names.map { name in
        var measure = try Measure(name)
        if measure.kind != .RBP { measure.level = item.level }
        return measure
      }
      let scores = RunScores(run, qrels: qrels, measures: measures)
      #expect(scores.queries.count == item.qrels.count)
      for (row, name) in names.enumerated() {
        for (place, query) in scores.queries.enumerated() {
          guard let expected = item.values[query]?[name] else { continue }
          let found = try #require(scores.values[row][place])
          #expect(
            abs(found - expected) < 1e-6,
            "\(name) of \(query), level \(item.level): \(found), not \(expected)")
          compared += 1
        }
      }
    }
    // 46 names at level 1, 38 at level 2, 40 queries each.
    #expect(compared > 3000)
  }

  @Test(arguments: [
    "nDCG@10", "AP", "AP@100", "AP(rel=2)", "RR", "RR@10", "P@5", "R@100", "Success@1", "Judged@10", "Bpref",
    "RBP(rel=1)", "RBP(p=0.5,rel=2)@20", "ERR@20", "IPrec@0.1", "infAP", "Rprec", "NumRet", "nDCG",
  ])
  func namesAreReadAndWritten(name: String) throws {
    #expect(try Measure(name).name == name)
  }

  @Test(arguments: [
    "", "ndcg@10", "nDCG@0", "nDCG@x", "nDCG@10x", "R", "Success", "IPrec", "IPrec@1.5", "Bpref@5",
    "nDCG(rel=2)",
    "AP(rel=0)", "AP(rel=2", "AP(foo=1)", "AP(rel)", "P(p=0.5)@5",
  ])
  func otherNamesAreRefused(name: String) {
    #expect(throws: EvaluationError.self) { try Measure(name) }
  }

  @Test func missingQueriesCountZero() throws {
    var qrels = Qrels()
    qrels.judge(query: "a", document: "x", grade: 1)
    qrels.judge(query: "b", document: "x", grade: 1)
    var run = Run(name: "half")
    run.set(ranked: ["x"], for: "a")
    run.set(ranked: ["x"], for: "not judged")
    let scores = RunScores(run, qrels: qrels, measures: [try Measure("RR"), try Measure("Judged@10")])
    #expect(scores.missing == ["b"])
    #expect(scores.mean(try Measure("RR")) == 0.5)
    // Not defined for an empty ranking, so that the mean is over the other query.
    #expect(scores.mean(try Measure("Judged@10")) == 1)
    #expect(scores.mean(try Measure("AP")) == nil)
  }
}
