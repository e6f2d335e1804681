import Catalog
import Documents
import Foundation
import Storage

/// What became of one document of the plan.
enum IngestOutcome: Sendable {
  case ready(PreparedDocument)
  /// Its bytes are those of the known version; the file's new stamp, if it can be trusted.
  case unchanged(row: Int64, stamp: SourceStamp?)
  /// No kind that can be read.
  case skipped
  /// - stale: row of the known version, where the file's content has changed into something unreadable.
  case failed(FailureRecord, stale: Int64?)

  /// Reads the document and cuts it.
  init(reading work: IngestPlan.Work, chunker: Chunker, limits: ReadingLimits) {
    let candidate = work.candidate
    let hash: [UInt8]
    let read: Result<ParsedDocument?, DocumentError>
    switch candidate.content {
    case .file(let path), .upload(let path, _):
      if let size = candidate.stamp?.bytes ?? SourceStamp(path: path)?.bytes, size > limits.fileBytes {
        self = .failed(
          FailureRecord(
            path: candidate.uri,
            reason:
              "the file has \(size) bytes, over the limit of \(limits.fileBytes). Split it, or raise the "
              + "limit with --max-file-bytes"), stale: work.known?.row)
        return
      }
      let bytes: [UInt8]
      do {
        bytes = try Folder.readFile(path, limit: limits.fileBytes)
      } catch {
        // Perhaps only for now: the known version stays.
        self = .failed(FailureRecord(path: candidate.uri, reason: error.message), stale: nil)
        return
      }
      hash =
        candidate.metadata.isEmpty
        ? IngestSource.Candidate.hash(of: bytes) : candidate.hash(of: bytes)
      if let known = work.known, known.contentHash == hash {
        self = .unchanged(row: known.row, stamp: candidate.stamp)
        return
      }
      let name = if case .upload(_, let name) = candidate.content { name } else { path }
      read = Result { () throws(DocumentError) in
        guard !bytes.isEmpty else {
          throw DocumentError(.empty, "the file is empty: fill it or remove it")
        }
        guard let format = DocumentFormat.detect(name: name, bytes: bytes) else { return nil }
        return try readDocument(SourceFile(name: name, bytes: bytes), format: format, limits: limits)
      }
    case .record(let title, let text):
      hash = IngestSource.Candidate.hash(of: Array(title.utf8) + [0] + Array(text.utf8))
      if let known = work.known, known.contentHash == hash {
        self = .unchanged(row: known.row, stamp: nil)
        return
      }
      read = Result { () throws(DocumentError) in
        try BEIRReader.document(title: title, text: text)
      }
    }
    switch read {
    case .success(nil):
      self = .skipped
    case .success(let parsed?):
      self = .ready(Self.prepare(parsed, hash: hash, work: work, chunker: chunker))
    // A picture without text, where there was none before.
    case .failure(let error) where error.code.isPassedOver && work.known == nil:
      self = .skipped
    case .failure(let error):
      self = .failed(FailureRecord(path: candidate.uri, reason: error.message), stale: work.known?.row)
    }
  }

  private static func prepare(
    _ parsed: ParsedDocument, hash: [UInt8], work: IngestPlan.Work, chunker: Chunker
  ) -> PreparedDocument {
    let chunks = chunker.chunks(of: parsed)
    let given = work.candidate.metadata
    let record = DocumentRecord(
      id: work.candidate.id, source: work.source, uri: work.candidate.uri, format: parsed.format,
      title: given.title ?? parsed.title, language: detectLanguage(parsed.text), contentHash: hash,
      stamp: work.candidate.stamp, metadata: parsed.metadata.merging(given) { $1 },
      ingestedAt: Date().timeIntervalSince1970)
    return PreparedDocument(
      record: record,
      text: DocumentText(
        text: parsed.text, blocks: parsed.blocks, places: parsed.places),
      chunks: chunks, indexedTexts: chunks.map { chunker.indexedText(of: $0, in: parsed) },
      replaces: work.known?.row)
  }
}

extension [String: MetadataValue] {
  /// A title that the sender gave.
  fileprivate var title: String? {
    if case .string(let title)? = self["title"] { title } else { nil }
  }
}

extension IngestSource.Candidate {
  /// SHA-256 over the bytes and what was sent with them: a change of either is another version.
  fileprivate func hash(of bytes: [UInt8]) -> [UInt8] {
    var all = bytes + [0]
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) { all += Array("\(name)=\(value);".utf8) }
    return Self.hash(of: all)
  }
}
