import Catalog
import Documents
import Foundation
import IndexStore
import Storage
import Synchronization
import TestSupport
import Testing

/// A picture without text is looked into once: recognition takes seconds, and folders hold thousands of photographs.
@Suite struct PassedOverPicturesTests {
  private let folder = TemporaryFolder()
  private let home: HomeFolder
  private let embedder = HashingEmbedder()

  init() throws {
    home = try HomeFolder(path: folder("home"), createIfMissing: true)
    try home.createCollection("main", configuration: CollectionConfiguration(embedding: embedder.identity))
    try FileManager.default.createDirectory(atPath: folder("docs"), withIntermediateDirectories: true)
  }

  /// - Returns: the report, and how many files were read.
  private func ingest(recognises: Bool = true) async throws -> (report: IngestReport, reads: Int) {
    let counter = ReadCounter()
    var options = IngestOptions()
    options.limits.recognition.isEnabled = recognises
    options.access.read = { path, limit throws(StorageError) in
      counter.count.withLock { $0 += 1 }
      return try FileAccess.system.read(path, limit)
    }
    let pipeline = IngestPipeline(collection: "main", in: home, embedder: embedder, options: options)
    return (try await pipeline.ingest(paths: [folder("docs")]), counter.count.withLock { $0 })
  }

  private final class ReadCounter: Sendable {
    let count = Mutex(0)
  }

  @Test func isLookedIntoOnce() async throws {
    // A white picture of 200 × 100 pixels.
    try Data(Array("P5 200 100 255\n".utf8) + [UInt8](repeating: 255, count: 20_000))
      .write(to: URL(fileURLWithPath: folder("docs/white.pgm")))
    try Data("Larches lose their needles.".utf8).write(to: URL(fileURLWithPath: folder("docs/a.txt")))
    // Younger files have no stamp that could be trusted.
    try await Task.sleep(for: .milliseconds(2200))
    let first = try await ingest()
    #expect(first.report.documents.added == 1 && first.report.documents.skipped == 1 && first.reads == 2)
    #expect(first.report.skipped.map(\.reason) == ["optical character recognition found no text on the page"])
    let second = try await ingest()
    #expect(second.reads == 0 && second.report.documents.unchanged == 1)
    #expect(second.report.documents.skipped == 1 && second.report.skipped == first.report.skipped)
    // It is looked into again where it is read in another way, and where it has changed.
    #expect(try await ingest(recognises: false).reads == 1)
    #expect(try await ingest(recognises: false).reads == 0)
    #expect(try await ingest().reads == 1)
    try Data(Array("P5 100 200 255\n".utf8) + [UInt8](repeating: 255, count: 20_000))
      .write(to: URL(fileURLWithPath: folder("docs/white.pgm")))
    let changed = try await ingest()
    #expect(changed.reads == 1 && changed.report.skipped.count == 1)
  }
}
