import Catalog
import Documents
import Storage

/// A document that was read and cut, waiting to be embedded and committed.
package struct PreparedDocument: Sendable {
  package var record: DocumentRecord
  package var text: DocumentText
  package var chunks: [Chunk]
  /// What both indexes see of each chunk.
  package var indexedTexts: [String]

  package init(record: DocumentRecord, text: DocumentText, chunks: [Chunk], indexedTexts: [String]) {
    self.record = record
    self.text = text
    self.chunks = chunks
    self.indexedTexts = indexedTexts
  }
}

/// A file with all documents that came from it: they are committed together.
package struct PreparedFile: Sendable {
  package var record: FileRecord
  /// The file's own document first, then those of the files inside it.
  package var documents: [PreparedDocument]
  package var notes: [NoteRecord]
  /// Row of the version that this one replaces.
  package var replaces: Int64?

  package init(
    record: FileRecord, documents: [PreparedDocument], notes: [NoteRecord] = [], replaces: Int64? = nil
  ) {
    self.record = record
    self.documents = documents
    self.notes = notes
    self.replaces = replaces
  }

  /// A file that is one document.
  package init(_ document: PreparedDocument, replaces: Int64? = nil) {
    self.init(record: FileRecord(of: document.record), documents: [document], replaces: replaces)
  }

  package var indexedTexts: [String] { documents.flatMap(\.indexedTexts) }
  package var chunkCount: Int { documents.reduce(0) { $0 + $1.chunks.count } }
}

extension DocumentRecord {
  /// Values that filters can ask for: the metadata found in the file, and what is known of every chunk.
  func fields(of chunk: Chunk) -> [(name: String, value: FieldValue)] {
    var fields: [(name: String, value: FieldValue)] = []
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
      switch value {
      case .string(let text): fields.append((name, .string(text)))
      case .number(let number): fields.append((name, .number(number)))
      case .bool(let flag): fields.append((name, .bool(flag)))
      case .list(let items): fields.append(contentsOf: items.map { (name, .string($0)) })
      }
    }
    fields.append(("document_id", .string(id)))
    fields.append(("format", .string(format.rawValue)))
    if let language = language { fields.append(("language", .string(language))) }
    if let title = title { fields.append(("title", .string(title))) }
    if let page = chunk.page { fields.append(("page", .number(Double(page)))) }
    // Every folder above the document, so that `folder = 'handbook/serving'` finds what is below it.
    // By bytes: a slash with a combining mark behind it is no `/` to `Character`.
    var folder = DocumentPath(id)
    while let parent = folder.parent {
      folder = parent
      fields.append(("folder", .string(folder.text)))
    }
    return fields
  }
}
