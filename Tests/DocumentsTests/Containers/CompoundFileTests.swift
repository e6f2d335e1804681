import Documents
import Testing

@Suite struct CompoundFileTests {
  @Test func lockedFilesAreNamed() throws {
    let source = try ContainerSupport.office("survey.doc")
    var bytes = source.bytes
    // The main stream begins in the first sector; the bit is `fEncrypted` of its header.
    let head = try #require(
      bytes.indices.first { $0 % 512 == 0 && $0 > 0 && bytes[$0] == 0xEC && bytes[$0 + 1] == 0xA5 })
    bytes[head + 11] |= 1
    let damaged = bytes
    let error = ContainerSupport.failure { () throws(DocumentError) in
      try readDocument(SourceFile(name: "a.doc", bytes: damaged))
    }
    #expect(error?.code == .encrypted)
    let wrong = ContainerSupport.failure { () throws(DocumentError) in
      try LegacyOfficeReader(format: .ppt).read(source, limits: ReadingLimits())
    }
    #expect(wrong?.code == .malformed)
  }

  /// Directories and chains that go round, and sizes that lie, end.
  @Test(.timeLimit(.minutes(1))) func damage() throws {
    let bytes = try ContainerSupport.office("survey.doc").bytes
    var generator = MutationGenerator(seed: 31)
    for round in 0..<1500 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        // Mostly the header, the tables and the directory, which lie at the file's start and end.
        let at =
          round % 2 == 0
          ? Int.random(in: 0..<2048, using: &generator) : Int.random(in: 0..<damaged.count, using: &generator)
        damaged[at] =
          [0, 1, 2, 0x7F, 0xFE, 0xFF, UInt8.random(in: 0...255, using: &generator)].randomElement(
            using: &generator) ?? 0
      }
      _ = DocumentFormat.detect(name: "a.doc", bytes: damaged)
    }
    for part in 1..<40 {
      _ = DocumentFormat.detect(name: "a.doc", bytes: Array(bytes.prefix(bytes.count * part / 40)))
    }
  }
}
