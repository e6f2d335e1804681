import Foundation
import TestSupport
import Testing

/// `rag eval` as a team would gate its changes with it.
@Suite struct EvalTests {
  let folder = TemporaryFolder()
  var rag: RagProgram { RagProgram(home: folder("home")) }

  static let root: String = {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
  }()

  func measure(_ name: String, _ result: RagProgram.Result) throws -> Double {
    let measures = try #require(try result.json()["measures"] as? [String: Any])
    return try #require(measures[name] as? Double)
  }

  @Test func theGateOnCorpusEval() throws {
    let corpus = Self.root + "/corpus"
    #expect(try rag.run("ingest", corpus, "--collection", "main", "--quiet").status == 0)
    let base = try rag.run(
      "eval", corpus + "/eval", "--collection", "main", "--name", "before", "--save-run", folder("run.trec"),
      "--json",
      "--gate", "nDCG@10>=0.88", "--gate", "citation_precision>=0.85", "--gate", "quote_fidelity>=1",
      "--gate", "abstention_recall>=0.8", "--gate", "answer_rate>=0.8")
    #expect(base.status == 0, "\(base.errors)")
    let gate = try #require(try base.json()["gate"] as? [String: Any])
    #expect(gate["passed"] as? Bool == true)
    #expect((gate["conditions"] as? [Any])?.count == 5)
    let page = try String(
      contentsOfFile: try #require(try base.json()["report"] as? String), encoding: .utf8)
    #expect(page.contains("<svg") && !page.contains("<script") && !page.contains("http://"))

    // Words without vectors are worse, and must not get through.
    let worse = try rag.run(
      "eval", corpus + "/eval", "--collection", "main", "--mode", "lexical", "--no-answers", "--json",
      "--gate",
      "nDCG@10 not-worse-than before by 0.01")
    #expect(worse.status == 10)
    #expect(worse.errors.contains("REFUSED: nDCG@10 is"))
    #expect(try measure("nDCG@10", worse) < measure("nDCG@10", base))

    // The same again is no worse; the saved run scores the same from its file.
    let again = try rag.run(
      "eval", corpus + "/eval", "--collection", "main", "--no-answers", "--json", "--gate",
      "nDCG@10 not-worse-than before by 0.01")
    #expect(again.status == 0, "\(again.errors)")
    let filed = try rag.run(
      "eval", "--qrels", corpus + "/eval/qrels/test.tsv", "--run", folder("run.trec"), "--json", "--no-keep")
    #expect(try measure("nDCG@10", filed) == measure("nDCG@10", base))

    let history = try rag.run("eval", "history", "--json", "--svg", folder("history.svg"))
    #expect((try history.json()["runs"] as? [Any])?.count == 3)
    #expect(try String(contentsOfFile: folder("history.svg"), encoding: .utf8).hasPrefix("<svg"))
    #expect(try rag.run("doctor").status == 0)
  }

  /// Questions of corpus/eval in the language of their documents: a judged one is among the first three.
  @Test func documentsOfOtherLanguagesAreFound() throws {
    let languages = [
      "ja": ["b068", "b069", "b070"], "zh": ["b071", "b072", "b073"], "de": ["a027", "a028"],
      "es": ["a040", "a041"],
      "fr": ["b074", "b075"],
    ]
    let corpus = Self.root + "/corpus"
    var texts: [String: String] = [:]
    for line in try String(contentsOfFile: corpus + "/eval/queries.jsonl", encoding: .utf8).split(
      separator: "\n")
    {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      texts[try #require(object["_id"] as? String)] = object["text"] as? String
    }
    var judged: [String: Set<String>] = [:]
    for line in try String(contentsOfFile: corpus + "/eval/qrels/test.tsv", encoding: .utf8).split(
      separator: "\n")
    {
      let fields = line.split(separator: "\t").map(String.init)
      if fields.count == 3, Int(fields[2]) ?? 0 > 0 { judged[fields[0], default: []].insert(fields[1]) }
    }
    #expect(try rag.run("ingest", corpus, "--quiet").status == 0)
    for (language, ids) in languages {
      for id in ids {
        let result = try rag.run("search", try #require(texts[id]), "--top-k", "3", "--json")
        let hits = try #require(try result.json()["hits"] as? [[String: Any]])
        let found = hits.compactMap { $0["document_id"] as? String }
        #expect(!(judged[id] ?? []).isDisjoint(with: found), "\(language) \(id): \(found)")
      }
    }
  }

  @Test func aDamagedCollectionIsRefusedOnScifact() throws {
    let datasets = ProcessInfo.processInfo.environment["RAG_DATASETS"] ?? Self.root + "/../shared/datasets"
    let source = datasets + "/scifact"
    guard FileManager.default.fileExists(atPath: source + "/corpus.jsonl") else {
      FileHandle.standardError.write(
        Data("scifact is not at hand: set RAG_DATASETS; test passed over\n".utf8))
      return
    }
    // A part of it, so that the test is over soon: the judged documents and every tenth of the others.
    let small = folder("small")
    try FileManager.default.createDirectory(atPath: small + "/qrels", withIntermediateDirectories: true)
    let qrels = try String(contentsOfFile: source + "/qrels/test.tsv", encoding: .utf8)
    let judged = Set(qrels.split(separator: "\n").dropFirst().map { String($0.split(separator: "\t")[1]) })
    let lines = try String(contentsOfFile: source + "/corpus.jsonl", encoding: .utf8).split(separator: "\n")
    let kept = lines.enumerated().filter { place, line in
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return place % 10 == 0 || judged.contains(object?["_id"] as? String ?? "")
    }
    try kept.map { String($1) }.joined(separator: "\n").write(
      toFile: small + "/corpus.jsonl", atomically: true, encoding: .utf8)
    for file in ["queries.jsonl", "qrels/test.tsv"] {
      try FileManager.default.copyItem(atPath: source + "/" + file, toPath: small + "/" + file)
    }
    let hybrid = try rag.run("eval", small, "--collection", "scifact", "--name", "hybrid", "--json")
    #expect(hybrid.status == 0, "\(hybrid.errors)")
    let ingested = try rag.run("collections", "list", "--json").output
    let dense = try rag.run(
      "eval", small, "--collection", "scifact", "--mode", "dense", "--json", "--gate",
      "nDCG@10 not-worse-than hybrid by 0.01", "--gate", "nDCG@10>=0.5")
    #expect(dense.status == 10)
    #expect(dense.errors.contains("worse by more than 0.0100") || dense.errors.contains("may be worse"))
    // Nothing was ingested again.
    #expect(try rag.run("collections", "list", "--json").output == ingested)
  }

  @Test func synthesisIsReviewedAndScored() throws {
    try SampleDocuments.write(0..<20, to: folder("docs"))
    #expect(try rag.run("ingest", folder("docs"), "--quiet").status == 0)
    let file = folder("questions.yaml")
    #expect(try rag.run("eval", "synth", "--review", file, "--count", "8", "--quiet").status == 0)
    let drafted = try String(contentsOfFile: file, encoding: .utf8)
    #expect(drafted.contains("status: draft"))
    // Nothing is accepted yet.
    #expect(try rag.run("eval", "synth", "--review", file, "--output", folder("docs") + "/eval").status == 12)
    try drafted.replacingOccurrences(of: "status: draft", with: "status: accepted").write(
      toFile: file, atomically: true, encoding: .utf8)
    // Drafting again keeps what was decided.
    #expect(try rag.run("eval", "synth", "--review", file, "--count", "8", "--quiet").status == 0)
    #expect(try !String(contentsOfFile: file, encoding: .utf8).contains("status: draft"))
    #expect(try rag.run("eval", "synth", "--review", file, "--output", folder("docs") + "/eval").status == 0)
    let result = try rag.run("eval", folder("docs") + "/eval", "--collection", "main", "--json")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try result.json()["queries"] as? Int == 8)
    #expect(try measure("Success@5", result) > 0)
  }

  @Test(arguments: [
    (["eval"], "Give the folder"), (["eval", "nowhere"], "cannot be read"),
    (["eval", "--qrels", "x"], "go together"), (["eval", "nowhere", "--gate", "nDCG@10"], "comparison"),
    (["eval", "nowhere", "--gate", "Foo@3>=1"], "not known"),
    (["eval", "nowhere", "--measures", "wrong"], "not known"),
  ])
  func wrongCallsSayWhatToDo(arguments: [String], words: String) throws {
    let result = try rag.run(arguments)
    #expect(result.status == 2 || result.status == 1)
    #expect(result.errors.contains(words), "\(result.errors)")
  }
}
