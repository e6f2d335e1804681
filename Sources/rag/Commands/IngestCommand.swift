import ArgumentParser
import Catalog
import Documents
import Embeddings
import Foundation
import HTTPService
import IndexStore

struct IngestCommand: AsyncParsableCommand {
  enum InputFormat: String, ExpressibleByArgument, CaseIterable {
    case files, beir
  }

  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Read, cut, embed and index documents.",
    discussion: """
      A folder is taken whole: Markdown, text, HTML, PDF, DOCX, PPTX, XLSX, EPUB, CSV, JSON, e-mail, source code,
      pictures (PNG, JPEG, TIFF …). Text in pictures and in scanned pages is read by Tesseract.
      Unchanged documents are passed over, moved ones recognised; documents whose files are gone are deleted
      (--no-prune keeps them). A folder that is empty or has lost more than half of its documents is an error that
      deletes nothing: --prune says that it is meant. What '.ragignore' files name and names that begin with a dot are
      left out. A file that cannot be read is reported, and the rest goes on; if it could be read before and may be in
      the middle of being saved, its last good version answers until it can be read again (5 ingests, 10 minutes).

      EXAMPLES
        rag ingest handbook/
        rag ingest handbook/ notes.md --collection team --threads 2
        rag ingest handbook/ --dry-run --json
        rag ingest handbook/ --watch
        rag ingest handbook/ --prune
        rag ingest datasets/scifact --format beir --collection scifact
      """)

  @Argument(help: ArgumentHelp("Folders and files.", valueName: "path"))
  var paths: [String]

  @OptionGroup var global: GlobalOptions

  @Option(name: .shortAndLong, help: "Collection; made where it is missing.")
  var collection: String?

  @Flag(
    inversion: .prefixedNo,
    help:
      "Delete documents whose files are gone, however many, and last good versions of files that cannot be read."
  )
  var prune: Bool?

  @Option(help: "Share of a root's documents that may be gone without --prune (default 0.5).")
  var deletionShare: Double?

  @Option(help: "So many may be gone whatever share they are (default fewer than 5).")
  var deletionCount: Int?

  @Option(help: "Ingests for which the last good version of an unreadable file answers (default 5).")
  var staleTries: Int?

  @Flag(help: "Take documents again that were deleted by their id.")
  var restoreDeleted = false

  @Flag(help: "Go on with changes of the folders until the process is ended; --json prints an object a line.")
  var watch = false

  @Option(help: "With --watch: seconds between looks at all files, for what the system does not tell.")
  var rescanSeconds = 300

  @Flag(help: "Only say what would be done.")
  var dryRun = false

  @Option(help: "Threads for reading, embedding and indexing.")
  var threads: Int?

  @Flag(help: "Exit with 1 when any file could not be read.")
  var strict = false

  @Option(help: "How the paths are read: files, or beir (corpus.jsonl, a document a line).")
  var format: InputFormat = .files

  @Option(help: "Embedding model by name; a collection keeps the one that it was made with.")
  var model: String?

  @Option(help: "For a new collection: structure, window or whole.")
  var chunking: String?

  @Option(help: "For a new collection: tokens a chunk.")
  var chunkTokens: Int?

  @Option(help: "For a new collection: tokens repeated where a block is cut.")
  var chunkOverlap: Int?

  @Option(
    help: "For a new collection: language of its words, such as en or de; auto looks into the documents.")
  var language: String?

  @Flag(help: "For a new collection: keep the places of words, which makes quoted phrases fast.")
  var positions = false

  @Option(help: "Chunks a commit.")
  var chunksPerCommit: Int?

  @Option(help: "Largest file, bytes.")
  var maxFileBytes: Int?

  @Option(
    help: "Languages of scanned pages and pictures, such as de,en; default: the configuration's, or deu,eng.")
  var ocrLanguages: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Read text in scanned pages and pictures (default: the configuration's, or yes).")
  var ocr: Bool?

  @Option(
    help:
      "Encoding of text files without a byte order mark, such as windows-1251; default: what their bytes tell."
  )
  var encoding: String?

  func validate() throws {
    if watch, dryRun || format != .files {
      throw ValidationError("--watch goes with folders: leave --dry-run and --format out")
    }
    for (name, value) in [
      ("--threads", threads), ("--chunk-tokens", chunkTokens), ("--chunks-per-commit", chunksPerCommit),
      ("--max-file-bytes", maxFileBytes), ("--deletion-count", deletionCount), ("--stale-tries", staleTries),
      ("--rescan-seconds", rescanSeconds),
    ] {
      if let value, value < 1 { throw ValidationError("\(name) must be at least 1, not \(value)") }
    }
    if let deletionShare, !(0...1).contains(deletionShare) {
      throw ValidationError("--deletion-share must be from 0 to 1, not \(deletionShare)")
    }
    if let chunkOverlap, chunkOverlap < 0 { throw ValidationError("--chunk-overlap must not be negative") }
  }

  func run() async throws {
    let wiring = try Wiring(global)
    let name = wiring.collectionName(collection)
    let known = try wiring.configuration(of: name)
    let scratch = dryRun && known == nil ? TemporaryHome(purpose: "dry-run") : nil
    let home =
      try scratch.map { try HomeFolder(path: $0.path, createIfMissing: true) }
      ?? wiring.openHome(createIfMissing: true)
    defer { withExtendedLifetime(scratch) {} }
    let threads = threads ?? wiring.settings.threads
    let embedder = try await wiring.embedder(named: model, threads: threads, for: known)
    try prepareCollection(name, home: home, embedder: embedder, settings: wiring.settings)

    var options = try wiring.settings.ingest()
    options.prune = prune
    options.deletionLimits.share = deletionShare ?? options.deletionLimits.share
    options.deletionLimits.count = deletionCount ?? options.deletionLimits.count
    options.patience.tries = staleTries ?? options.patience.tries
    options.dryRun = dryRun
    options.bringsBackDeleted = restoreDeleted
    options.threads = threads
    options.chunksPerCommit = chunksPerCommit ?? options.chunksPerCommit
    options.limits = try wiring.settings.readingLimits(
      ocrLanguages: ocrLanguages, ocr: ocr, encoding: encoding)
    options.limits.fileBytes = maxFileBytes ?? options.limits.fileBytes
    let line = ProgressLine(isQuiet: global.quiet)
    let pipeline = IngestPipeline(
      collection: name, in: home, embedder: wiring.cached(embedder, home: home), options: options
    ) {
      line.show($0)
    }
    var report = IngestReport()
    switch format {
    case .files where watch: return try await follow(pipeline, collection: name)
    case .files: report = try await pipeline.ingest(paths: paths)
    case .beir:
      for path in paths { report.add(try await pipeline.ingest(beirCorpus: path)) }
    }
    line.finish()
    show(report, collection: name)
    if !report.refusals.isEmpty || strict && report.documents.failed > 0 { throw ExitCode(1) }
  }

  /// Goes on with what changes, until the process is ended: at any moment, since each commit is whole.
  private func follow(_ pipeline: IngestPipeline, collection name: String) async throws {
    let followed = try FollowedFolders(paths, pipeline: pipeline, rescanSeconds: rescanSeconds)
    try await followed.run { event in
      switch event {
      case .ingested(let report): show(report, collection: name)
      case .watching(let folders):
        Terminal.note("watching \(folders) folder\(folders == 1 ? "" : "s"); Ctrl-C ends")
      case .failed(let error): Terminal.note("failed: \(error.message). It is tried again")
      case .note(let note): Terminal.note("note: \(note)")
      }
    }
  }

  /// Makes the collection, or checks that the flags ask for nothing else than it is.
  private func prepareCollection(
    _ name: String, home: HomeFolder, embedder: any Embedder, settings: Settings
  ) throws {
    var options = try settings.chunking()
    if format == .beir, settings.file.chunking?.strategy == nil { options.strategy = .whole }
    if let chunking {
      guard let strategy = ChunkingOptions.Strategy(rawValue: chunking) else {
        throw UsageError("--chunking must be structure, window or whole, not '\(chunking)'")
      }
      options.strategy = strategy
    }
    options.targetTokens = chunkTokens ?? options.targetTokens
    options.overlapTokens = chunkOverlap ?? options.overlapTokens
    guard options.overlapTokens < options.targetTokens else {
      throw UsageError("the overlap must be smaller than the chunk")
    }
    guard let known = try home.catalog.collection(named: name) else {
      var configuration = CollectionConfiguration(embedding: embedder.identity, chunking: options)
      configuration.analyzer = try settings.analyzer(language: language, positions: positions ? true : nil) {
        format == .beir ? paths.map { Self.isFolder($0) ? $0 + "/corpus.jsonl" : $0 } : paths
      }
      try home.createCollection(name, configuration: configuration)
      return
    }
    let configuration = try CollectionConfiguration(json: known.configuration)
    if let language, language != "auto", language != configuration.analyzer.language {
      throw UsageError(
        "collection '\(name)' was made with language \(configuration.analyzer.language). Leave --language out, or "
          + "ingest into another collection")
    }
    if positions, configuration.analyzer.storesPositions != true {
      throw UsageError(
        "collection '\(name)' was made without places of words. Leave --positions out, or ingest into another "
          + "collection")
    }
    let isAsked = chunking != nil || chunkTokens != nil || chunkOverlap != nil
    if isAsked, configuration.chunking != options {
      throw UsageError(
        "collection '\(name)' was made with chunks of \(configuration.chunking.targetTokens) tokens, overlap "
          + "\(configuration.chunking.overlapTokens), strategy \(configuration.chunking.strategy.rawValue). "
          + "Leave the flags out, or ingest into another collection")
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  private func show(_ report: IngestReport, collection: String) {
    let counts = report.documents
    if global.json {
      Terminal.out(report.json.description)
      return
    }
    Terminal.out(
      "\(collection): \(counts.added) added, \(counts.updated) updated, \(counts.unchanged) unchanged, "
        + "\(counts.deleted) deleted, \(counts.moved) moved, \(counts.failed) failed, \(counts.skipped) skipped; "
        + "\(report.chunks) chunks in "
        + "\((report.seconds * 10).rounded() / 10) s (\(Int(report.chunksPerSecond)) chunks/s)"
        + (dryRun ? " (dry run: nothing was changed)" : ""))
    for refusal in report.refusals { Terminal.note("ERROR: \(refusal.root): \(refusal.reason)") }
    let rest = "'rag collections show \(collection)' names all"
    Self.name(report.failures.map { "failed: \($0.path): \($0.reason)" }, limit: 50, rest)
    Self.name(report.skipped.map { "skipped: \($0.path): \($0.reason)" }, limit: 8, rest)
    Self.name(
      report.notes.map { note in
        "note: \(note.path)\(note.page.map { ", page \($0)" } ?? ""): \(note.note)"
      }, limit: 8, rest)
  }

  /// Some lines, and how many more there are.
  private static func name(_ lines: [String], limit: Int, _ rest: String) {
    for line in lines.prefix(limit) { Terminal.note(line) }
    if lines.count > limit {
      Terminal.note("… and \(lines.count - limit) more of the kind: \(rest)")
    }
  }
}

extension IngestReport {
  /// Joins the report of a further corpus to this one.
  mutating func add(_ other: IngestReport) {
    documents.added += other.documents.added
    documents.updated += other.documents.updated
    documents.unchanged += other.documents.unchanged
    documents.deleted += other.documents.deleted
    documents.failed += other.documents.failed
    documents.skipped += other.documents.skipped
    documents.moved += other.documents.moved
    documents.stale += other.documents.stale
    chunks += other.chunks
    failures += other.failures
    skipped += other.skipped
    notes += other.notes
    refusals += other.refusals
    seconds += other.seconds
  }
}
