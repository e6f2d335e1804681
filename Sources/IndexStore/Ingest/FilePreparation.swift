import Catalog
import Documents
import Foundation
import Storage

/// Makes what is committed of a file that was read: its own document, and those of the files inside it.
struct FilePreparation {
  private let work: IngestPlan.Work
  private let chunker: Chunker
  private let limits: ReadingLimits
  private let parse: (SourceFile, DocumentFormat?, ReadingLimits) throws(DocumentError) -> ParsedDocument
  /// Identities of documents that were deleted by hand.
  private let deleted: Set<DocumentPath>
  /// Whether another file's document has an identity.
  private let isTaken: (DocumentPath) -> Bool
  private let now = Date().timeIntervalSince1970
  private var documents: [PreparedDocument] = []
  private var notes: [NoteRecord] = []
  /// Files inside the file that were looked at.
  private var attachmentCount = 0

  /// Files within files within files.
  static let maximumDepth = 8
  /// Bytes of an attachment's name that its identity keeps.
  private static let nameBytes = 200

  private init(
    work: IngestPlan.Work, chunker: Chunker, limits: ReadingLimits,
    parse: @escaping (SourceFile, DocumentFormat?, ReadingLimits) throws(DocumentError) -> ParsedDocument,
    deleted: Set<DocumentPath>, isTaken: @escaping (DocumentPath) -> Bool
  ) {
    self.parse = parse
    self.isTaken = isTaken
    self.work = work
    self.chunker = chunker
    self.limits = limits
    self.deleted = deleted
  }

  /// - Parameters:
  ///   - hash: of the file's bytes.
  /// - Complexity: reading and cutting of all files inside.
  static func file(
    _ parsed: ParsedDocument, hash: [UInt8], work: IngestPlan.Work, chunker: Chunker, limits: ReadingLimits,
    parse: @escaping (SourceFile, DocumentFormat?, ReadingLimits) throws(DocumentError) -> ParsedDocument,
    deleted: Set<DocumentPath>, isTaken: @escaping (DocumentPath) -> Bool
  ) -> PreparedFile {
    var preparation = FilePreparation(
      work: work, chunker: chunker, limits: limits, parse: parse, deleted: deleted, isTaken: isTaken)
    let candidate = work.candidate
    preparation.add(
      parsed, id: candidate.id, uri: candidate.uri, hash: hash, given: candidate.metadata, depth: 0)
    return PreparedFile(
      record: FileRecord(
        id: candidate.id.text, source: work.source, uri: candidate.uri, contentHash: hash,
        stamp: candidate.stamp, bytes: candidate.bytes),
      documents: preparation.documents, notes: preparation.notes, replaces: work.known?.row)
  }

  private mutating func add(
    _ parsed: ParsedDocument, id: DocumentPath, uri: String, hash: [UInt8],
    given: [String: MetadataValue], depth: Int
  ) {
    let metadata = parsed.metadata.merging(given) { $1 }
    let isContainer = parsed.blocks.isEmpty && !parsed.attachments.isEmpty
    if !isContainer {
      let chunks = chunker.chunks(of: parsed)
      let record = DocumentRecord(
        id: id.text, source: work.source, uri: uri, format: parsed.format, title: given.title ?? parsed.title,
        language: detectLanguage(parsed.text), contentHash: hash,
        stamp: depth == 0 ? work.candidate.stamp : nil, metadata: metadata, ingestedAt: now)
      documents.append(
        PreparedDocument(
          record: record,
          text: DocumentText(text: parsed.text, blocks: parsed.blocks, places: parsed.places), chunks: chunks,
          indexedTexts: chunks.map { chunker.indexedText(of: $0, in: parsed) }))
    }
    notes += parsed.notes.map { NoteRecord(path: uri, page: $0.page, note: $0.note) }
    // Who may not see a mail may not see what is attached to it.
    var inherited = given
    inherited["title"] = nil
    inherited[AccessView.field] = metadata[AccessView.field]
    var names: Set<DocumentPath> = []
    for (index, attachment) in parsed.attachments.enumerated() {
      guard depth < Self.maximumDepth else {
        return note(uri, "\(parsed.attachments.count) files inside are nested too deeply and were not read")
      }
      guard attachmentCount < limits.containerEntries else {
        return note(
          uri,
          "\(parsed.attachments.count - index) files inside were not read: there are more than "
            + "\(limits.containerEntries)")
      }
      attachmentCount += 1
      let name = self.name(of: attachment, index: index, below: id, used: &names)
      let child = id.appending(name)
      if deleted.contains(child) {
        note(uri, "'\(name)' is left out: it was deleted by its identity")
        continue
      }
      let childURI = uri + (depth == 0 ? "#" : "/") + name.text
      do {
        let document = try parse(attachment, nil, limits)
        add(
          document, id: child, uri: childURI, hash: IngestSource.Candidate.hash(of: attachment.bytes),
          given: inherited, depth: depth + 1)
      } catch {
        note(uri, "the file '\(name)' inside was not read: \(error.message)")
      }
    }
  }

  private mutating func note(_ path: String, _ text: String) {
    notes.append(NoteRecord(path: path, note: text))
  }

  /// The name of a file inside, as the last part of an identity: no `/`, not too long, unlike those before it.
  private func name(
    of attachment: SourceFile, index: Int, below parent: DocumentPath, used: inout Set<DocumentPath>
  ) -> DocumentPath {
    var bytes = Array(attachment.name.utf8).map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 }
    let dot = bytes.lastIndex(of: UInt8(ascii: ".")).flatMap { bytes.count - $0 <= 16 && $0 > 0 ? $0 : nil }
    let ending = dot.map { Array(bytes[$0...]) } ?? []
    if let dot { bytes.removeSubrange(dot...) }
    if bytes.count > Self.nameBytes {
      var end = Self.nameBytes
      while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
      bytes.removeSubrange(end...)
    }
    let isNoName = bytes.isEmpty || (ending.isEmpty && (bytes == [0x2E] || bytes == [0x2E, 0x2E]))
    let stem = isNoName ? Array("file-\(index + 1)".utf8) : bytes
    var name = DocumentPath(fileBytes: stem + ending)
    var number = 2
    while !used.insert(name).inserted || isTaken(parent.appending(name)) {
      name = DocumentPath(fileBytes: stem + Array("~\(number)".utf8) + ending)
      number += 1
    }
    return name
  }
}

extension [String: MetadataValue] {
  /// A title that the sender gave.
  fileprivate var title: String? {
    if case .string(let title)? = self["title"] { title } else { nil }
  }
}
