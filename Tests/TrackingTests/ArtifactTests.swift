import Foundation
import TestSupport
import Testing
import Tracking

@Suite struct ArtifactTests {
  let store: Store
  let artifacts: ArtifactStore

  init() throws {
    store = try Store()
    artifacts = store.tracking.artifacts
  }

  private func put(_ text: String, _ path: String) throws { try artifacts.put(Array(text.utf8), at: path) }

  private var blobs: Int {
    let folder = store.folder("home/_artifacts/sha256")
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return files.filter { $0.contains("/") }.count
  }

  @Test func foldersListWhatIsInThem() throws {
    for path in ["a/b/c.txt", "a/b/d.txt", "a/b0.txt", "a/b.txt", "a-b/x", "a/ü/z"] { try put(path, path) }
    #expect(
      try artifacts.list("a").map { "\($0.name) \($0.isFolder)" } == [
        "b.txt false", "b true", "b0.txt false", "ü true",
      ])
    #expect(try artifacts.list("").map(\.name) == ["a-b", "a"])
    for path in ["a/b/c.txt", "nothing"] { #expect(try artifacts.list(path).isEmpty) }
    #expect(try artifacts.files(under: "a/b").map(\.path) == ["c.txt", "d.txt"])
    try artifacts.delete("a/b")
    #expect(try artifacts.list("a").map(\.name) == ["b.txt", "b0.txt", "ü"])
  }

  /// Equal bytes lie once, and go when nothing names them.
  @Test func equalBytesLieOnce() throws {
    for number in 0..<5 { try put("same", "f\(number)") }
    try put("other", "g")
    #expect(blobs == 2)
    try artifacts.delete("f0")
    #expect(try artifacts.collectGarbage(olderThan: 0) == 0)
    #expect(blobs == 2)
    for number in 1..<5 { try artifacts.delete("f\(number)") }
    #expect(try artifacts.collectGarbage() == 0)
    #expect(blobs == 2)
    #expect(try artifacts.collectGarbage(olderThan: 0) == 4)
    #expect(blobs == 1)
    #expect(try artifacts.file("g") != nil)
  }

  /// What is not finished leaves nothing.
  @Test func anUploadThatBreaksOffLeavesNothing() throws {
    try put("old", "a")
    do {
      let receiver = try artifacts.receive("a")
      try "half".utf8.withContiguousStorageIfAvailable { try receiver.append(UnsafeRawBufferPointer($0)) }
    }
    #expect(try artifacts.file("a")?.bytes == 3)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: store.folder("home/_artifacts/incoming")).isEmpty)
  }

  @Test(arguments: [
    "../x", "a/../b", "/a", "a//b", "a/./b", "", "a\u{0}b", "a\\b", "a\nb",
    String(repeating: "x", count: 1100),
  ])
  func pathsThatLeadOutAreRefused(_ path: String) throws {
    #expect(throws: TrackingError.self) { try put("x", path) }
    #expect(throws: TrackingError.self) { try artifacts.file(path) }
  }

  @Test func aFileIsNoFolder() throws {
    try put("x", "a/b")
    #expect(throws: TrackingError.self) { try put("y", "a/b/c") }
    #expect(throws: TrackingError.self) { try put("y", "a") }
    try put("z", "a/b")
  }
}
