import Storage
import TestSupport
import Testing

@Suite struct FolderTests {
  let folder = TemporaryFolder()

  @Test func createWriteReadRemove() throws {
    try Folder.create(folder("a/b/c"))
    try Folder.create(folder("a/b/c"))
    try Folder.writeFile(Array("text".utf8), to: folder("a/b/file"))
    #expect(try Folder.entries(folder("a/b")) == ["c", "file"])
    #expect(try Folder.readFile(folder("a/b/file")) == Array("text".utf8))
    #expect(throws: StorageError.self) { try Folder.readFile(folder("a/b/file"), limit: 3) }
    #expect(throws: StorageError.self) { try Folder.readFile(folder("a/b/c")) }
    #expect(throws: StorageError.self) { try Folder.create(folder("a/b/file/d")) }
    try Folder.move(folder("a/b"), to: folder("moved"))
    #expect(!Folder.exists(folder("a/b")))
    try Folder.remove(folder("moved"))
    try Folder.remove(folder("moved"))
    #expect(try Folder.entries(folder.path) == ["a"])
    #expect(try Folder.entries(folder("none")) == [])
  }

  @Test func aStampChangesWithTheBytes() throws {
    let path = folder("file")
    try Folder.writeFile([1, 2, 3], to: path)
    let before = try FileStamp(of: path)
    #expect(try FileStamp(of: path) == before)
    try Folder.writeFile([1, 2, 4], to: path)
    #expect(try FileStamp(of: path) != before)
  }

  @Test func oneWriterAtATime() throws {
    let path = folder("lock")
    do {
      let first = try WriterLock(path: path, holder: "rag ingest")
      let error = #expect(throws: StorageError.self) { _ = try WriterLock(path: path, holder: "other") }
      #expect(error?.code == .locked)
      #expect(error?.message.contains("rag ingest (process") == true)
      _ = consume first
    }
    _ = try WriterLock(path: path, holder: "third")
  }
}
