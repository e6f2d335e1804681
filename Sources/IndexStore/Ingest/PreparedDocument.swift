import Catalog
import Documents

/// A document that was read and cut, waiting to be embedded and committed.
package struct PreparedDocument: Sendable {
  package var record: DocumentRecord
  package var text: DocumentText
  package var chunks: [Chunk]
  /// What both indexes see of each chunk.
  package var indexedTexts: [String]
  /// Row of the version that this one replaces.
  package var replaces: Int64?

  package init(
    record: DocumentRecord, text: DocumentText, chunks: [Chunk], indexedTexts: [String], replaces: Int64?
  ) {
    self.record = record
    self.text = text
    self.chunks = chunks
    self.indexedTexts = indexedTexts
    self.replaces = replaces
  }
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
    var folder = id[...]
    while let slash = folder.lastIndex(of: "/") {
      folder = folder[..<slash]
      fields.append(("folder", .string(String(folder))))
    }
    return fields
  }
}
