import Documents
import Foundation
import Testing

/// Damage of any kind to any container format ends in a document or an error, never in a crash or a hang.
@Suite(.serialized) struct HostileInputTests {
  private static let mail: [(reader: any DocumentReader, fixture: String, rounds: Int)] = [
    (HTMLReader(), "page.mht", 400), (MailboxReader(), "thread.mbox", 400),
    (OutlookReader(), "basin.msg", 400),
    (EmailReader(), "apple.emlx", 200), (VObjectReader(format: .calendar), "invite.ics", 400),
    (VObjectReader(format: .contacts), "people.vcf", 400),
  ]
  private static let readers: [(reader: any DocumentReader, fixture: String, rounds: Int)] = [
    (HTMLReader(), "page.html", 400), (DOCXReader(), "report.docx", 300), (PPTXReader(), "slides.pptx", 200),
    (XLSXReader(), "book.xlsx", 300), (EPUBReader(), "novel.epub", 300), (EmailReader(), "message.eml", 400),
    (RTFReader(), "letter.rtf", 400), (ODFReader(format: .odt), "text.fodt", 300),
    (PDFReader(), "paper.pdf", 60), (PDFReader(), "unicode.pdf", 60),
  ]

  private static var limits: ReadingLimits {
    var limits = ReadingLimits()
    limits.converterSeconds = 10
    return limits
  }

  /// Reads and checks what comes out, if anything.
  private func attempt(_ reader: any DocumentReader, _ source: SourceFile) {
    do throws(DocumentError) {
      ContainerSupport.checkInvariants(try reader.read(source, limits: Self.limits))
    } catch {
      #expect(!error.message.isEmpty)
    }
  }

  @Test(.timeLimit(.minutes(1))) func emptyAndGarbage() {
    let seed: UInt64 = 20_240_506
    print("seed \(seed)")
    var generator = MutationGenerator(seed: seed)
    for (reader, fixture, _) in Self.readers {
      let empty = ContainerSupport.failure { () throws(DocumentError) in
        try reader.read(SourceFile(name: fixture, bytes: []), limits: Self.limits)
      }
      #expect(empty?.code == .empty, "\(fixture)")
      for size in [1, 2, 3, 4, 22, 100, 5000] {
        let garbage = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
        attempt(reader, SourceFile(name: fixture, bytes: garbage))
        attempt(reader, SourceFile(name: fixture, bytes: Array("PK\u{3}\u{4}".utf8) + garbage))
        attempt(reader, SourceFile(name: fixture, bytes: Array("%PDF-1.7\n".utf8) + garbage))
        attempt(reader, SourceFile(name: fixture, bytes: Array("Subject: a\n\n<p>".utf8) + garbage))
      }
      for byte: UInt8 in [0, 0x20, 0x3C, 0xFF] {
        attempt(reader, SourceFile(name: fixture, bytes: [UInt8](repeating: byte, count: 10_000)))
      }
    }
  }

  @Test(.timeLimit(.minutes(4)), arguments: readers.indices) func mutations(of index: Int) throws {
    let (reader, fixture, rounds) = Self.readers[index]
    let seed = UInt64(7_000 + index)
    print("seed \(seed) for \(fixture)")
    var generator = MutationGenerator(seed: seed)
    let bytes = try ContainerSupport.fixture(fixture)
    for _ in 0..<rounds {
      attempt(reader, SourceFile(name: fixture, bytes: Self.mutated(bytes, &generator)))
    }
  }

  @Test(.timeLimit(.minutes(1)), arguments: readers.indices) func truncations(of index: Int) throws {
    let (reader, fixture, _) = Self.readers[index]
    let bytes = try ContainerSupport.fixture(fixture)
    for part in 1..<20 {
      attempt(reader, SourceFile(name: fixture, bytes: Array(bytes.prefix(bytes.count * part / 20))))
    }
  }

  /// Damage inside packed parts is stopped by their checksums, so the parts are damaged unpacked as well.
  @Test(.timeLimit(.minutes(1)), arguments: ["report.docx", "slides.pptx", "book.xlsx", "novel.epub"])
  func mutationsInsideParts(fixture: String) throws {
    let seed: UInt64 = 99
    print("seed \(seed) for \(fixture)")
    var generator = MutationGenerator(seed: seed)
    let found = try #require(Self.readers.first { $0.fixture == fixture })
    let parts = StoredZip.entries(of: try ContainerSupport.fixture("stored-\(fixture)"))
    let markup = parts.indices.filter { !parts[$0].name.hasPrefix("mimetype") }
    let whole = try found.reader.read(
      SourceFile(name: fixture, bytes: StoredZip.archive(parts)), limits: Self.limits)
    #expect(whole == (try found.reader.read(try ContainerSupport.source(fixture), limits: Self.limits)))
    for _ in 0..<200 {
      var damaged = parts
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        guard let index = markup.randomElement(using: &generator) else { return }
        damaged[index].bytes = Self.mutated(damaged[index].bytes, &generator)
      }
      attempt(found.reader, SourceFile(name: fixture, bytes: StoredZip.archive(damaged)))
    }
  }

  /// A tree of the report takes some 600 kB: a path that forgets to free one would show by hundreds of MB.
  @Test(.timeLimit(.minutes(1))) func treesAreFreedOnEveryPath() throws {
    let report = try ContainerSupport.source("report.docx")
    let parts = StoredZip.entries(of: try ContainerSupport.fixture("stored-report.docx"))
    let cut = SourceFile(
      name: "cut.docx",
      bytes: StoredZip.archive(
        parts.map { part in
          let isBody = part.name == "word/document.xml"
          return StoredZip.Entry(name: part.name, bytes: isBody ? part.bytes.dropLast(10) : part.bytes)
        }))
    var narrow = Self.limits
    narrow.textBytes = 60
    let sources: [(SourceFile, ReadingLimits, DocumentError.Code?)] = [
      (report, Self.limits, nil), (report, narrow, .tooLarge), (cut, Self.limits, .malformed),
    ]
    func round() {
      for (source, limits, code) in sources {
        let error = ContainerSupport.failure { () throws(DocumentError) in
          try DOCXReader().read(source, limits: limits)
        }
        #expect(error?.code == code)
      }
    }
    round()
    let before = try Self.residentBytes()
    for _ in 0..<600 { round() }
    #expect(try Self.residentBytes() - before < 200 << 20)
  }

  /// Memory of this process that is in RAM.
  private static func residentBytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    return (status.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
  }

  @Test(.timeLimit(.minutes(1)), arguments: mail.indices) func mutationsOfMail(of index: Int) throws {
    let (reader, fixture, rounds) = Self.mail[index]
    let seed = UInt64(8_000 + index)
    print("seed \(seed) for \(fixture)")
    var generator = MutationGenerator(seed: seed)
    let bytes = try ContainerSupport.mail(fixture)
    for part in 0..<20 {
      attempt(reader, SourceFile(name: fixture, bytes: Array(bytes.prefix(bytes.count * part / 20))))
    }
    for _ in 0..<rounds {
      let source = SourceFile(name: fixture, bytes: Self.mutated(bytes, &generator))
      attempt(reader, source)
      do throws(DocumentError) {
        for file in try reader.read(source, limits: Self.limits).attachments where file.name.hasSuffix(".eml")
        {
          attempt(EmailReader(), file)
        }
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
  }

  static func mutated(_ bytes: [UInt8], _ generator: inout MutationGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...8, using: &generator) where !bytes.isEmpty {
      let at = Int.random(in: 0..<bytes.count, using: &generator)
      let end = min(bytes.count, at + Int.random(in: 1...64, using: &generator))
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: bytes.removeSubrange(at..<end)
      case 3:
        bytes.insert(contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &generator))
      case 4:
        let borders: [UInt8] = [0x00, 0xFF, 0x7F, 0x80, 0x3C, 0x3E, 0x26, 0x22, 0x0A, 0x2D, 0x39]
        bytes[at] = borders.randomElement(using: &generator) ?? 0
      default:
        for index in at..<end { bytes[index] = UInt8.random(in: 0...255, using: &generator) }
      }
    }
    return bytes
  }
}
