import CKernels
import Foundation
import Storage
import TestSupport
import Testing

@Suite struct FramedFileTests {
  let folder = TemporaryFolder()

  func write(_ payload: [UInt8], kind: FileKind = .postings) throws -> (String, FileSummary) {
    let path = folder("a.bin")
    var writer = try FramedFileWriter(path: path, kind: kind)
    try writer.append(contentsOf: payload)
    return (path, try writer.finish())
  }

  @Test(arguments: [0, 1, 7, 8, 9, 63, 64, 65, 4096, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
  func whatIsWrittenIsRead(count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    let payload = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let (path, summary) = try write(payload)
    let file = try MappedFile(path: path, kind: .postings)
    #expect(file.withPayload { Array($0) } == payload)
    #expect(file.withPayload { Int(bitPattern: $0.baseAddress) % 64 } == 0)
    #expect(file.recordedCRC == summary.crc32c)
    #expect(file.fileBytes == summary.bytes)
    try file.verifyChecksum()
  }

  @Test func everyByteIsProtected() throws {
    let (path, _) = try write(Array(0..<100))
    let whole = try Folder.readFile(path)
    for index in whole.indices {
      var damaged = whole
      damaged[index] ^= 0x10
      try Folder.writeFile(damaged, to: path)
      #expect(throws: StorageError.self, "flipped byte \(index)") {
        try MappedFile(path: path, kind: .postings).verifyChecksum()
      }
    }
  }

  @Test func everyTruncationIsSeen() throws {
    let (path, _) = try write(Array(0..<100))
    let whole = try Folder.readFile(path)
    for count in whole.indices {
      try Folder.writeFile(Array(whole[..<count]), to: path)
      let error = #expect(throws: StorageError.self) { try MappedFile(path: path, kind: .postings) }
      #expect(error?.code == .truncated)
      #expect(error?.path == path)
    }
  }

  @Test func otherKindAndVersionAreRefused() throws {
    let (path, _) = try write([1, 2, 3])
    let kind = #expect(throws: StorageError.self) { try MappedFile(path: path, kind: .norms) }
    #expect(kind?.code == .corrupted)
    var bytes = try Folder.readFile(path)
    bytes[10] = 200
    let crc = bytes[..<60].withUnsafeBytes { rag_crc32c(0, $0.baseAddress, $0.count) }
    withUnsafeBytes(of: crc.littleEndian) { bytes.replaceSubrange(60..<64, with: $0) }
    try Folder.writeFile(bytes, to: path)
    let version = #expect(throws: StorageError.self) { try MappedFile(path: path, kind: .postings) }
    #expect(version?.code == .wrongVersion)
    let missing = #expect(throws: StorageError.self) { try MappedFile(path: folder("none"), kind: .norms) }
    #expect(missing?.code == .missing)
  }

  @Test func anUnfinishedFileIsRemoved() throws {
    let path = folder("b.bin")
    do {
      var writer = try FramedFileWriter(path: path, kind: .norms)
      try writer.append(contentsOf: [UInt8](repeating: 1, count: 3 << 20))
      #expect(Folder.exists(path))
    }
    #expect(!Folder.exists(path))
  }

  @Test func crcIsCastagnoli() {
    // RFC 3720, appendix B.4.
    let digits = Array("123456789".utf8)
    #expect(rag_crc32c(0, digits, digits.count) == 0xE306_9283)
    let zeros = [UInt8](repeating: 0, count: 32)
    #expect(rag_crc32c(0, zeros, 32) == 0x8A91_36AA)
    var generator = SeededGenerator(seed: 5)
    for count in 0..<100 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(rag_crc32c(7, bytes, count) == rag_crc32c_scalar(7, bytes, count))
    }
  }
}
