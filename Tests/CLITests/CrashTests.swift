import Foundation
import TestSupport
import Testing

/// Ingest killed at random moments. `RAG_CRASH_ROUNDS` sets the number of kills (default 6).
@Suite struct CrashTests {
  let folder = TemporaryFolder()

  @Test func aKilledIngestLosesNothingAndGoesOn() throws {
    let rounds = Int(ProcessInfo.processInfo.environment["RAG_CRASH_ROUNDS"] ?? "") ?? 6
    let seed =
      UInt64(ProcessInfo.processInfo.environment["RAG_CRASH_SEED"] ?? "") ?? UInt64.random(in: 0...9999)
    var generator = SeededGenerator(seed: seed)
    let docs = folder("docs")
    let count = 240
    try SampleDocuments.write(0..<count, to: docs)
    let arguments = ["ingest", docs, "--chunks-per-commit", "20", "--threads", "2", "--quiet"]

    let whole = RagProgram(home: folder("whole"))
    let start = ContinuousClock.now
    #expect(try whole.run(arguments).status == 0)
    let duration = start.duration(to: .now)
    let expected = try SampleDocuments.indexFiles(home: folder("whole"))

    let rag = RagProgram(home: folder("home"))
    var kills = 0
    var homes = 0
    while kills < rounds {
      // A fresh home now and then, so that early moments are hit as well as late ones.
      if homes == 0 || Int.random(in: 0..<8, using: &generator) == 0 {
        try? FileManager.default.removeItem(atPath: folder("home"))
        homes += 1
      }
      let process = try rag.start(arguments)
      let moment = Double.random(in: 0...1, using: &generator)
      Thread.sleep(
        forTimeInterval: moment * 0.9 * Double(duration.components.attoseconds) * 1e-18
          + moment * 0.9 * Double(duration.components.seconds))
      if !process.isRunning {
        // It came to its end: begin again from nothing.
        process.waitUntilExit()
        try? FileManager.default.removeItem(atPath: folder("home"))
        homes += 1
        continue
      }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      kills += 1
      guard FileManager.default.fileExists(atPath: folder("home/catalog.sqlite")) else { continue }
      let doctor = try rag.run("doctor", "--json")
      // A kill before the first table was made leaves a catalog without collections.
      #expect(doctor.status == 0, "seed \(seed), kill \(kills): \(doctor.output) \(doctor.errors)")
      let shown = try rag.run("collections", "show", "main", "--json")
      guard shown.status == 0 else { continue }
      let listed = try #require(try shown.json()["document_list"] as? [[String: Any]])
      let ids = Set(listed.compactMap { $0["document_id"] as? String })
      for _ in 0..<4 {
        let index = Int.random(in: 0..<count, using: &generator)
        let digits = String(index)
        let id = "docs/note-" + String(repeating: "0", count: 4 - digits.count) + digits + ".md"
        let result = try rag.run("search", "unique\(index)", "--mode", "lexical", "--json")
        #expect(result.status == 0, "seed \(seed): \(result.errors)")
        let hits = try #require(try result.json()["hits"] as? [[String: Any]])
        #expect(
          hits.contains { $0["document_id"] as? String == id } == ids.contains(id), "seed \(seed), \(id)")
      }
    }
    #expect(try rag.run(arguments).status == 0)
    #expect(try rag.run("doctor").status == 0)
    #expect(try SampleDocuments.indexFiles(home: folder("home")) == expected, "seed \(seed)")
    #expect(try counts(rag) == count)
  }

  func counts(_ rag: RagProgram) throws -> Int? {
    try rag.run("collections", "show", "main", "--json").json()["documents"] as? Int
  }
}
