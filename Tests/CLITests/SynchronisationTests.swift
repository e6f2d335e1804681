import Foundation
import TestSupport
import Testing

/// Identity, deletion and the names of what was not taken, as a user meets them.
@Suite struct SynchronisationTests {
  let folder = TemporaryFolder()
  let rag: RagProgram
  var docs: String { folder("docs") }

  init() throws {
    rag = RagProgram(home: folder("home"))
    for index in 0..<6 { try write("note-\(index).md", "# Note \(index)\n\nLarch number \(index) is tall.") }
  }

  private func write(_ name: String, _ text: String) throws {
    try FileManager.default.createDirectory(atPath: docs, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: docs + "/" + name))
  }

  private func texts(_ object: [String: Any], _ list: String, _ member: String) -> [String] {
    (object[list] as? [[String: Any]] ?? []).compactMap { $0[member] as? String }
  }

  @Test func anEmptiedFolderIsAnError() throws {
    #expect(try rag.run("ingest", docs).status == 0)
    for index in 0..<6 { try FileManager.default.removeItem(atPath: docs + "/note-\(index).md") }
    let refused = try rag.run("ingest", docs, "--json")
    #expect(refused.status == 1)
    #expect(
      try refused.json()["documents"] as? [String: Int] == [
        "added": 0, "updated": 0, "unchanged": 0, "deleted": 0, "failed": 0, "skipped": 0, "moved": 0,
        "stale": 0,
      ])
    #expect(texts(try refused.json(), "refused", "root") == [docs])
    let text = try rag.run("ingest", docs)
    #expect(text.status == 1 && text.errors.contains("--prune"))
    #expect(try rag.run("collections", "show", "main", "--json").json()["documents"] as? Int == 6)
    // A team may allow more.
    let configuration = folder("rag.yaml")
    try Data("ingest:\n  deletion_share: 0.9\n".utf8).write(to: URL(fileURLWithPath: configuration))
    try write("note-0.md", "# Note 0\n\nLarch number 0 is tall.")
    #expect(try rag.run("ingest", docs).status == 1)
    #expect(try rag.run("ingest", docs, "--config", configuration).status == 0)
    #expect(try rag.run("collections", "show", "main", "--json").json()["documents"] as? Int == 1)
    #expect(try rag.run("ingest", docs, "--deletion-share", "2").status == 2)
  }

  @Test func whatWasNotTakenIsNamedEverywhere() throws {
    try write(".secret", "Hidden.")
    try write("half.pdf", "%PDF-1.4 cut")
    try write("tool", "\u{7F}ELF\u{2}\u{1}\u{1}\u{0}\u{9}\u{0}")
    let report = try rag.run("ingest", docs, "--json").json()
    #expect(texts(report, "failures", "path") == [docs + "/half.pdf"])
    #expect(texts(report, "skipped", "path").contains(docs + "/.secret"))
    #expect(report["notes"] is [[String: Any]] && report["refused"] is [[String: Any]])
    let shown = try rag.run("collections", "show", "main", "--json").json()
    #expect(texts(shown, "skipped", "path") == texts(report, "skipped", "path").sorted())
    #expect(shown["stale"] is [Any] && shown["notes"] is [Any])
    #expect(try rag.run("collections", "show", "main").output.contains(".secret"))
    let doctor = try rag.run("doctor", "--json").json()
    let found = try #require((doctor["collections"] as? [[String: Any]])?.first)
    #expect(found["failures"] as? Int == 1 && (found["skipped"] as? Int ?? 0) >= 1)
    let text = try rag.run("ingest", docs)
    #expect(text.errors.contains("skipped: " + docs + "/.secret"))
  }

  @Test func aStaleDocumentIsMarked() throws {
    try rag.run("ingest", docs)
    try write("note-1.md", "")
    let report = try rag.run("ingest", docs, "--json").json()
    #expect((report["documents"] as? [String: Int])?["stale"] == 1)
    let listed = try rag.run("documents", "list", "--json").json()
    let stale = (listed["documents"] as? [[String: Any]] ?? []).filter { $0["stale"] is [String: Any] }
    #expect(stale.compactMap { $0["document_id"] as? String } == ["docs/note-1.md"])
    #expect(try rag.run("documents", "list").output.contains("docs/note-1.md  Note 1  STALE"))
    #expect(
      texts(try rag.run("collections", "show", "main", "--json").json(), "stale", "document_id") == [
        "docs/note-1.md"
      ])
    #expect(try rag.run("sources", "list").output.contains("1 stale"))
  }

  @Test func sourcesAndDocumentsAreListedAndDeleted() throws {
    try rag.run("ingest", docs)
    let listed = try rag.run("sources", "list", "--json").json()
    #expect(texts(listed, "sources", "root") == [docs] && texts(listed, "sources", "label") == ["docs"])
    #expect(try rag.run("documents", "delete", "docs/note-0.md", "docs/none.md", "--json").status == 1)
    #expect(texts(try rag.run("documents", "list", "--json").json(), "documents", "document_id").count == 5)
    #expect(
      try rag.run("documents", "list", "--below", "docs/note-1.md").output.split(separator: "\n").count == 1)
    let again = try rag.run("ingest", docs, "--json").json()
    #expect((again["documents"] as? [String: Int])?["skipped"] == 1)
    #expect(texts(again, "skipped", "reason").contains { $0.contains("--restore-deleted") })
    try FileManager.default.moveItem(atPath: docs, toPath: folder("moved"))
    #expect(try rag.run("sources", "list").output.contains("NOT THERE"))
    #expect(try rag.run("sources", "move", "docs", folder("moved")).status == 0)
    #expect(
      (try rag.run("ingest", folder("moved"), "--json").json()["documents"] as? [String: Int])?["unchanged"]
        == 5)
    #expect(try rag.run("sources", "forget", "docs").status == 2)
    #expect(try rag.run("sources", "forget", "docs", "--yes").status == 0)
    #expect(texts(try rag.run("documents", "list", "--json").json(), "documents", "document_id").isEmpty)
    #expect(try rag.run("doctor").status == 0)
  }
}
