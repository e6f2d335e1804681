import Foundation
import TestSupport
import Testing

@Suite struct MainJobTests {
  let folder = TemporaryFolder()
  var rag: RagProgram { RagProgram(home: folder("home")) }
  var docs: String { folder("docs") }

  func counts(_ result: RagProgram.Result) throws -> [String: Int] {
    try #require(try result.json()["documents"] as? [String: Int])
  }

  func hits(_ query: String, mode: String = "hybrid", extra: [String] = []) throws -> [[String: Any]] {
    let result = try rag.run(["search", query, "--mode", mode, "--json"] + extra)
    #expect(result.status == 0, "\(result.errors)")
    return try #require(try result.json()["hits"] as? [[String: Any]])
  }

  @Test func ingestSearchQuery() throws {
    try SampleDocuments.write(0..<30, to: docs)
    let first = try rag.run("ingest", docs, "--json")
    #expect(first.status == 0, "\(first.errors)")
    #expect(try counts(first)["added"] == 30)
    #expect(try rag.run("doctor").status == 0)

    for mode in ["lexical", "hybrid"] {
      let hits = try hits("unique17", mode: mode)
      let best = try #require(hits.first)
      #expect(best["document_id"] as? String == "docs/note-0017.md")
      #expect(best["rank"] as? Int == 1)
      // The passage is exactly the bytes that it names.
      let start = try #require(best["start"] as? Int)
      let end = try #require(best["end"] as? Int)
      let source = Array(SampleDocuments.text(17).utf8)
      #expect(best["text"] as? String == String(decoding: source[start..<end], as: UTF8.self))
    }
    #expect(try hits("how is calibration checked", mode: "dense").count == 10)

    let answer = try rag.run("query", "How long to wait before the canary of note 8 is closed?", "--json")
    #expect(answer.status == 0)
    let object = try answer.json()
    let citations = try #require(object["citations"] as? [[String: Any]])
    for citation in citations {
      let uri = try #require(citation["uri"] as? String)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: uri))
      let start = try #require(citation["start"] as? Int)
      let end = try #require(citation["end"] as? Int)
      #expect(String(decoding: bytes[start..<end], as: UTF8.self) == citation["quote"] as? String)
    }
    #expect((object["lineage"] as? [String: Any])?["embedding_weights"] as? String != nil)
    #expect(object["answer_id"] as? String != nil)
  }

  @Test func unchangedUpdatedDeleted() throws {
    try SampleDocuments.write(0..<12, to: docs)
    let first = try counts(try rag.run("ingest", docs, "--dry-run", "--json"))
    #expect(first["added"] == 12)
    #expect(!FileManager.default.fileExists(atPath: folder("home")))
    try rag.run("ingest", docs)
    let again = try counts(try rag.run("ingest", docs, "--json"))
    #expect(again["unchanged"] == 12)
    #expect(again["added"] == 0)

    try Data("# Note 3\n\nA wholly new text about zebras.".utf8)
      .write(to: URL(fileURLWithPath: docs + "/note-0003.md"))
    try FileManager.default.removeItem(atPath: docs + "/note-0005.md")
    let plan = try counts(try rag.run("ingest", docs, "--dry-run", "--json"))
    #expect(plan["updated"] == 1)
    #expect(plan["deleted"] == 1)
    #expect(try hits("unique5", mode: "lexical").count == 1)

    let kept = try counts(try rag.run("ingest", docs, "--no-prune", "--json"))
    #expect(kept["deleted"] == 0)
    #expect(try hits("unique5", mode: "lexical").count == 1)

    let done = try counts(try rag.run("ingest", docs, "--prune", "--json"))
    #expect(done["deleted"] == 1)
    for mode in ["lexical", "dense", "hybrid"] {
      for query in ["unique5", "unique3"] {
        let found = try hits(query, mode: mode, extra: ["--top-k", "50"])
        #expect(!found.contains { $0["document_id"] as? String == "docs/note-0005.md" })
        #expect(!found.contains { ($0["text"] as? String)?.contains("unique3 ") == true })
      }
    }
    #expect(try hits("zebras", mode: "lexical").first?["document_id"] as? String == "docs/note-0003.md")
    let explained = try rag.run("explain", "unique5 unique3", "--json")
    #expect(!explained.output.contains("note-0005"))

    #expect(try rag.run("compact").status == 0)
    #expect(try rag.run("doctor").status == 0)
    // Neither text nor terms of what was deleted is anywhere under the home folder.
    for case let path as String in FileManager.default.enumerator(atPath: folder("home")) ?? .init() {
      let full = folder("home") + "/" + path
      guard let data = FileManager.default.contents(atPath: full) else { continue }
      #expect(data.range(of: Data("unique5".utf8)) == nil, "\(path)")
      #expect(data.range(of: Data("note-0005".utf8)) == nil, "\(path)")
      #expect(data.range(of: Data("The word unique3 stands".utf8)) == nil, "\(path)")
    }
  }

  @Test func filtersNarrowTheSearch() throws {
    try SampleDocuments.write(0..<20, to: docs + "/a")
    try SampleDocuments.write(20..<40, to: docs + "/b")
    try rag.run("ingest", docs)
    for mode in ["lexical", "dense", "hybrid"] {
      let found = try hits(
        "dashboard of the canary", mode: mode, extra: ["--filter", "folder = 'docs/b'", "--top-k", "50"])
      #expect(!found.isEmpty)
      #expect(found.allSatisfy { ($0["document_id"] as? String)?.hasPrefix("docs/b/") == true })
    }
    let bad = try rag.run("search", "x", "--filter", "folder =")
    #expect(bad.status == 2)
    #expect(bad.errors.contains("at byte"))
  }

  @Test func badFilesAreReportedAndTheRestGoesOn() throws {
    try SampleDocuments.write(0..<3, to: docs)
    let write = { (name: String, bytes: [UInt8]) in
      try Data(bytes).write(to: URL(fileURLWithPath: docs + "/" + name))
    }
    try write("empty.md", [])
    try write("nul.txt", Array("text\0with\0nul\0bytes".utf8))
    try write(
      "broken.txt", Array("good text \u{E9} ".utf8) + [0xC3, 0x28, 0xFF] + Array(" more text é".utf8))
    try write("garbage.pdf", Array("%PDF-1.7 garbage".utf8))
    try write("garbage.docx", Array("PK\u{3}\u{4} garbage".utf8))
    try write("picture.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0])
    let result = try rag.run("ingest", docs, "--json")
    #expect(result.status == 0)
    // A few bad bytes cost themselves, and are named.
    #expect(try counts(result)["added"] == 5)
    let notes = try #require(try result.json()["notes"] as? [[String: Any]])
    let noted = Set(
      notes.compactMap { ($0["path"] as? String).map { URL(fileURLWithPath: $0).lastPathComponent } })
    #expect(noted == ["broken.txt", "nul.txt"])
    let failures = try #require(try result.json()["failures"] as? [[String: String]])
    let names = failures.map { URL(fileURLWithPath: $0["path"] ?? "").lastPathComponent }.sorted()
    #expect(names == ["empty.md", "garbage.docx", "garbage.pdf", "picture.png"])
    #expect(failures.allSatisfy { !($0["reason"] ?? "").isEmpty })
    #expect(try rag.run("ingest", docs, "--strict").status == 1)
    let shown = try rag.run("collections", "show", "main", "--json")
    #expect((try shown.json()["failures"] as? [Any])?.count == 4)
    // A new one: files that were seen before are not looked at again.
    try write("large.txt", Array(String(repeating: "Large. ", count: 60).utf8))
    let large = try rag.run("ingest", docs, "--max-file-bytes", "200", "--json")
    #expect(large.output.contains("--max-file-bytes"))
  }

  @Test func usageErrorsExitWithTwo() throws {
    #expect(try rag.run("ingest").status == 2)
    #expect(try rag.run("search").status == 2)
    #expect(try rag.run("search", "x", "--mode", "psychic").status == 2)
    #expect(try rag.run("nonsense").status == 2)
    #expect(try rag.run("--help").status == 0)
    let missing = try rag.run("search", "x")
    #expect(missing.status == 1)
    #expect(missing.errors.contains("ingest"))
    try SampleDocuments.write(0..<2, to: docs)
    try rag.run("ingest", docs)
    let wrong = try rag.run("search", "x", "--collection", "other")
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("main"))
    try Data("threads: 1\ncolour: red\n".utf8).write(to: URL(fileURLWithPath: folder("rag.yaml")))
    let configured = try rag.run("search", "x", "--config", folder("rag.yaml"))
    #expect(configured.status == 2)
    #expect(configured.errors.contains("colour"))
  }

  @Test func bytesAreTheSameForAnyNumberOfThreadsAndAfterARebuild() throws {
    try SampleDocuments.write(0..<60, to: docs)
    let one = RagProgram(home: folder("one"))
    let two = RagProgram(home: folder("two"))
    try one.run("ingest", docs, "--threads", "1", "--chunks-per-commit", "25")
    try two.run("ingest", docs, "--threads", "2", "--chunks-per-commit", "25")
    let files = try SampleDocuments.indexFiles(home: folder("one"))
    #expect(files.count > 16)
    #expect(try SampleDocuments.indexFiles(home: folder("two")) == files)

    // Without sources and without indexes, from the catalog alone.
    try FileManager.default.removeItem(atPath: docs)
    try FileManager.default.removeItem(atPath: folder("two/main/segments"))
    let sick = two
    #expect(try sick.run("doctor").status == 10)
    #expect(try sick.run("search", "canary").status == 1)
    let rebuilt = try two.run("reindex", "--json")
    #expect(rebuilt.status == 0, "\(rebuilt.errors)")
    #expect(try SampleDocuments.indexFiles(home: folder("two")) == files)
    #expect(try two.run("doctor").status == 0)
  }

  @Test func embedPrintsWhatNumPyReads() throws {
    let npy = folder("v.npy")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c",
      "printf 'one text\\nanother text\\n' | \(RagProgram.path) embed --npy \(npy) --quiet && "
        + "printf 'one text\\n' | \(RagProgram.path) embed > \(folder("v.json"))",
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let data = try Data(contentsOf: URL(fileURLWithPath: npy))
    #expect(data.prefix(6) == Data([0x93] + Array("NUMPY".utf8)))
    let headerLength = Int(data[8]) + Int(data[9]) << 8
    #expect((10 + headerLength) % 64 == 0)
    #expect(String(decoding: data[10..<10 + headerLength], as: UTF8.self).contains("(2, 384)"))
    #expect(data.count == 10 + headerLength + 2 * 384 * 4)
    let row = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: folder("v.json"))))
    let values = try #require(row as? [Double])
    #expect(values.count == 384)
    #expect(abs(values.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
    let first = data[(10 + headerLength)..<(14 + headerLength)].withUnsafeBytes {
      $0.loadUnaligned(as: Float.self)
    }
    #expect(abs(Double(first) - values[0]) < 1e-7)
  }
}
