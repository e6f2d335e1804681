import Evaluation
import Testing

@Suite struct InputTests {
  @Test func bothFormsOfJudgements() throws {
    let beir = try Qrels(text: "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq2\td1\t-1\n")
    let trec = try Qrels(text: "q1 0 d1 2\r\nq1 0 d2 0\n\nq2 0 d1 -1")
    #expect(beir == trec)
    #expect(beir.grades["q1"] == ["d1": 2, "d2": 0])
    #expect(beir.queries == ["q1", "q2"])
  }

  @Test(arguments: ["", "q1 d1\n", "q1 0 d1 high\n", "a b c d e\n", "query-id\tcorpus-id\tscore\n"])
  func damagedJudgements(text: String) {
    #expect(throws: EvaluationError.self) { try Qrels(text: text) }
  }

  @Test func aRunComesBackAsItWasSaved() throws {
    var run = Run(name: "my run")
    run.set(
      [Run.Entry(document: "b", score: 0.1), Run.Entry(document: "a", score: 0.30000000000000004)], for: "q2")
    run.set(ranked: ["z", "y", "z", "x"], for: "q1")
    let read = try Run(text: run.text, name: "file")
    #expect(read.name == "my-run")
    #expect(read.rankings == run.rankings)
    #expect(run.rankings["q1"]?.map(\.document) == ["z", "y", "x"])
  }

  @Test func passagesRollUpToDocumentsByTheBest() {
    var run = Run(name: "chunks")
    run.set(
      [
        Run.Entry(document: "a", score: 1), Run.Entry(document: "b", score: 2),
        Run.Entry(document: "a", score: 3),
      ], for: "q")
    #expect(run.rankings["q"]?.map(\.document) == ["a", "b"])
    #expect(run.rankings["q"]?.map(\.score) == [3, 2])
  }

  @Test func tiesAreBrokenByFallingDocument() {
    var run = Run(name: "ties")
    run.set(
      ["a", "c", "b"].map { Run.Entry(document: $0, score: 1) } + [
        Run.Entry(document: "d", score: 1 + 1e-12)
      ],
      for: "q")
    #expect(run.rankings["q"]?.map(\.document) == ["d", "c", "b", "a"])
  }

  @Test(arguments: ["", "q Q0 d 1 x n\n", "q Q0 d 1 nan n\n", "q Q0 d 1 1\n", "q Q0 d 1 1 n\nq Q0 d 2 0 n\n"])
  func damagedRuns(text: String) {
    #expect(throws: EvaluationError.self) { try Run(text: text, name: "file") }
  }
}
