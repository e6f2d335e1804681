import Catalog
import Documents
import Foundation
import Storage

/// What became of one file of the plan.
enum IngestOutcome: Sendable {
  case ready(PreparedFile)
  /// Its bytes are those of the known version; the file's new stamp, if it can be trusted.
  case unchanged(row: Int64, stamp: SourceStamp?, bytes: Int64?)
  /// Of no kind that is read; `gone` is the row of the known version, whose text the file does not hold any more.
  case skipped(SkippedRecord, gone: Int64?)
  /// It could not be read; `gone` as above.
  case failed(FailureRecord, gone: Int64?)
  /// It could not be read, perhaps only for now: its last good version stays.
  case stale(FailureRecord, row: Int64, state: StaleState)

  /// Reads files and cuts them.
  struct Reader: Sendable {
    var chunker: Chunker
    var limits: ReadingLimits
    var access: FileAccess
    var patience: Patience
    /// Whether the last good version of what cannot be read goes at once.
    var prunes: Bool
    var deleted: Set<DocumentPath>
    /// Whether a document that did not come from the file of this row has an identity, or a file will have it.
    var isTaken: @Sendable (DocumentPath, Int64?) -> Bool
    /// Format of the document that a file was, by the file's row.
    var formatOf: @Sendable (Int64) -> DocumentFormat?

    func outcome(of work: IngestPlan.Work) -> IngestOutcome {
      let candidate = work.candidate
      switch candidate.content {
      case .file(let path): return read(path, name: path.text, work)
      case .upload(let path, let name): return read(DocumentPath(fileBytes: path.utf8), name: name, work)
      case .record(let title, let text):
        let hash = IngestSource.Candidate.hash(of: Array(title.utf8) + [0] + Array(text.utf8))
        if let known = work.known, known.contentHash == hash {
          return .unchanged(row: known.row, stamp: nil, bytes: nil)
        }
        do {
          return ready(try BEIRReader.document(title: title, text: text), hash: hash, work)
        } catch {
          return .failed(FailureRecord(path: candidate.uri, reason: error.message), gone: work.known?.row)
        }
      }
    }

    private func read(_ path: DocumentPath, name: String, _ work: IngestPlan.Work) -> IngestOutcome {
      let candidate = work.candidate
      let known = work.known
      if let size = candidate.bytes ?? SourceStamp(path: path)?.bytes, size > limits.fileBytes {
        return .failed(
          FailureRecord(
            path: candidate.uri,
            reason:
              "the file has \(size) bytes, over the limit of \(limits.fileBytes). Split it, or raise the "
              + "limit with --max-file-bytes"), gone: known?.row)
      }
      let bytes: [UInt8]
      do {
        bytes = try access.read(path, limits.fileBytes)
      } catch {
        let failure = FailureRecord(path: candidate.uri, reason: error.reasonForReader)
        // One that went away is missing from the next walk.
        return error.code == .missing ? .failed(failure, gone: nil) : keepOrDrop(failure, hash: nil, work)
      }
      let hash = candidate.hash(of: bytes)
      if let known, known.contentHash == hash {
        return .unchanged(row: known.row, stamp: candidate.stamp, bytes: candidate.bytes)
      }
      let cutOff = CutOffFile.sign(in: bytes)
      if let cutOff, let known, isPatient(work),
        !patience.isSpent(on: known.stale, hash: hash, now: Date().timeIntervalSince1970)
      {
        return keepOrDrop(FailureRecord(path: candidate.uri, reason: cutOff), hash: hash, work)
      }
      guard !bytes.isEmpty else {
        return .failed(
          FailureRecord(path: candidate.uri, reason: "the file is empty: fill it or remove it"),
          gone: known?.row)
      }
      guard let format = DocumentFormat.detect(name: name, bytes: bytes) else {
        return .skipped(
          SkippedRecord(
            path: candidate.uri, reason: "neither its name nor its content is of a format that is read"),
          gone: known?.row)
      }
      do {
        return ready(
          try access.parse(SourceFile(name: name, bytes: bytes), format, limits), hash: hash,
          work)
      } catch  where error.code.isPassedOver {
        let isFinal = error.code == .picture
        return .skipped(
          SkippedRecord(
            path: candidate.uri, reason: error.message, stamp: isFinal ? candidate.stamp : nil,
            reading: isFinal ? limits.recognition.identity : nil), gone: known?.row)
      } catch {
        let failure = FailureRecord(path: candidate.uri, reason: error.message)
        // Of the same kind as before, and broken: perhaps half of it is new.
        let isDamaged = Self.mayBeDamage(error) && format == known.flatMap { formatOf($0.row) }
        return isDamaged ? keepOrDrop(failure, hash: hash, work) : .failed(failure, gone: known?.row)
      }
    }

    private static func mayBeDamage(_ error: DocumentError) -> Bool {
      switch error.code {
      case .malformed, .converterFailed, .undecodable: true
      case .empty, .tooLarge, .unsupportedFormat, .encrypted, .picture, .unreadPicture: false
      }
    }

    /// Whether a file may be in the middle of being saved: what was sent arrived whole.
    private func isPatient(_ work: IngestPlan.Work) -> Bool {
      if case .file = work.candidate.content { !prunes } else { false }
    }

    /// Keeps the last good version while it may be needed.
    private func keepOrDrop(
      _ failure: FailureRecord, hash: [UInt8]?, _ work: IngestPlan.Work
    ) -> IngestOutcome {
      guard let known = work.known else { return .failed(failure, gone: nil) }
      guard isPatient(work),
        let state = patience.state(
          after: known.stale, reason: failure.reason, hash: hash, now: Date().timeIntervalSince1970)
      else { return .failed(failure, gone: known.row) }
      var failure = failure
      failure.reason += ". Its last good version stays for now (try \(state.tries) of \(patience.tries))"
      return .stale(failure, row: known.row, state: state)
    }

    private func ready(_ parsed: ParsedDocument, hash: [UInt8], _ work: IngestPlan.Work) -> IngestOutcome {
      .ready(
        FilePreparation.file(
          parsed, hash: hash, work: work, chunker: chunker, limits: limits, parse: access.parse,
          deleted: deleted,
          isTaken: { [isTaken] in isTaken($0, work.known?.row) }))
    }
  }
}

extension IngestSource.Candidate {
  /// SHA-256 over the bytes and what was sent with them: a change of either is another version.
  fileprivate func hash(of bytes: [UInt8]) -> [UInt8] {
    if metadata.isEmpty { return Self.hash(of: bytes) }
    var all = bytes + [0]
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) { all += Array("\(name)=\(value);".utf8) }
    return Self.hash(of: all)
  }
}
