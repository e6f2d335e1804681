import Foundation
import TestSupport
import Testing

@Suite struct DamageTests {
  let folder = TemporaryFolder()
  var rag: RagProgram { RagProgram(home: folder("home")) }

  /// Every file of the index: cut short, with a bit flipped, removed. Each is an error that names the file and what to
  /// do; never a crash, never an answer from damaged bytes.
  @Test func everyDamagedFileIsNamed() throws {
    try SampleDocuments.write(0..<40, to: folder("docs"))
    try rag.run("ingest", folder("docs"))
    try FileManager.default.removeItem(atPath: folder("docs/note-0004.md"))
    try rag.run("ingest", folder("docs"), "--prune")
    let segment = folder("home/main/segments/00000001")
    let names = try FileManager.default.contentsOfDirectory(atPath: segment).sorted()
    #expect(names.count == 10, "\(names)")
    let good = try rag.run("search", "unique7 canary", "--json").json()["hits"] as? [[String: Any]]
    for name in names {
      let path = segment + "/" + name
      let whole = try #require(FileManager.default.contents(atPath: path))
      let damages: [(String, Data?)] = [
        ("cut in half", whole.prefix(whole.count / 2)), ("cut by a byte", whole.dropLast()),
        ("emptied", Data()), ("removed", nil),
        ("flipped in the head", flip(whole, at: 3)),
        ("flipped in the middle", flip(whole, at: whole.count / 2)),
        ("flipped near the end", flip(whole, at: whole.count - 20)),
      ]
      for (what, bytes) in damages {
        if let bytes {
          try bytes.write(to: URL(fileURLWithPath: path))
        } else {
          try FileManager.default.removeItem(atPath: path)
        }
        for arguments in [
          ["search", "unique7 canary", "--json"], ["query", "What about the canary?", "--json"],
        ] {
          let result = try rag.run(arguments)
          #expect(result.status == 1, "\(name) \(what): \(result.output.prefix(200)) \(result.errors)")
          #expect(result.output.isEmpty)
          #expect(result.errors.contains(name), "\(name) \(what): \(result.errors)")
          #expect(result.errors.contains("rag doctor"), "\(name) \(what): \(result.errors)")
        }
        let doctor = try rag.run("doctor", "--json")
        #expect(doctor.status == 10, "\(name) \(what)")
        #expect(doctor.output.contains("rag reindex"), "\(name) \(what): \(doctor.output)")
        try whole.write(to: URL(fileURLWithPath: path))
      }
    }
    // Put back byte for byte, all is well again; and what doctor recommends mends a damage for good.
    #expect(try rag.run("doctor").status == 0)
    let again = try rag.run("search", "unique7 canary", "--json").json()["hits"] as? [[String: Any]]
    #expect(again?.map { $0["chunk_id"] as? String } == good?.map { $0["chunk_id"] as? String })
    try Data().write(to: URL(fileURLWithPath: segment + "/postings.bin"))
    #expect(try rag.run("reindex").status == 0)
    #expect(try rag.run("doctor").status == 0)
    let mended = try rag.run("search", "unique7 canary", "--json").json()["hits"] as? [[String: Any]]
    #expect(mended?.map { $0["chunk_id"] as? String } == good?.map { $0["chunk_id"] as? String })
  }

  func flip(_ data: Data, at place: Int) -> Data {
    var copy = Data(data)
    copy[max(0, place)] ^= 0x20
    return copy
  }

  @Test func aDamagedCatalogIsNamed() throws {
    try SampleDocuments.write(0..<5, to: folder("docs"))
    try rag.run("ingest", folder("docs"))
    for suffix in ["-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: folder("home/catalog.sqlite" + suffix))
    }
    try Data("no database".utf8).write(to: URL(fileURLWithPath: folder("home/catalog.sqlite")))
    let result = try rag.run("search", "canary")
    #expect(result.status == 1)
    #expect(result.errors.contains("catalog.sqlite"))
  }

  /// A limit on file sizes stands in for a full disk: writing fails half-way through a segment. Where the test may mount
  /// a small tmpfs, a disk that is really full is tried too.
  @Test func aFullDiskLeavesTheOldState() throws {
    try SampleDocuments.write(0..<10, to: folder("docs"))
    try rag.run("ingest", folder("docs"))
    let before = try SampleDocuments.indexFiles(home: folder("home"))
    try SampleDocuments.write(10..<400, to: folder("docs"))
    // In units of 512 bytes; SIGXFSZ is ignored so that write fails instead.
    let limited = try shell(
      "trap '' XFSZ; ulimit -f 1000; exec '\(RagProgram.path)' ingest '\(folder("docs"))' --quiet")
    #expect(limited.status == 1, "\(limited.errors)")
    #expect(limited.errors.contains("intact") || limited.errors.contains("full"), "\(limited.errors)")
    #expect(try rag.run("doctor").status == 0)
    #expect(try SampleDocuments.indexFiles(home: folder("home")) == before)
    #expect(try rag.run("search", "unique3", "--mode", "lexical").output.contains("note-0003"))
    #expect(try rag.run("ingest", folder("docs")).status == 0)
    #expect(try rag.run("search", "unique300", "--mode", "lexical").output.contains("note-0300"))
  }

  @Test func aReallyFullDiskLeavesTheOldState() throws {
    let mount = folder("small")
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
    guard try shell("mount -t tmpfs -o size=3m tmpfs '\(mount)'").status == 0 else {
      // Not root, or no mounts here: the test above covers the same paths.
      return
    }
    defer { _ = try? shell("umount '\(mount)'") }
    let small = RagProgram(home: mount + "/home")
    try SampleDocuments.write(0..<10, to: folder("docs"))
    #expect(try small.run("ingest", folder("docs")).status == 0)
    try SampleDocuments.write(10..<900, to: folder("docs"))
    let full = try small.run("ingest", folder("docs"), "--quiet", "--chunks-per-commit", "400")
    #expect(full.status == 1, "\(full.output)")
    #expect(full.errors.contains("No space left") || full.errors.contains("disk is full"), "\(full.errors)")
    #expect(try small.run("search", "unique3", "--mode", "lexical").output.contains("note-0003"))
    #expect(try small.run("doctor").status == 0)
  }

  func shell(_ command: String) throws -> RagProgram.Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    var variables = ProcessInfo.processInfo.environment
    variables["RAG_HOME"] = folder("home")
    process.environment = variables
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return RagProgram.Result(status: process.terminationStatus, output: "", errors: text)
  }
}
