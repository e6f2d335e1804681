import Catalog
import Documents
import Embeddings
import IndexStore
import Kernels

/// Makes collections of small documents without files, with vectors by `HashingEmbedder`.
package struct SampleCollection {
  package let home: HomeFolder
  package let name = "main"
  package let embedder = HashingEmbedder()

  package init(path: String) throws {
    home = try HomeFolder(path: path, createIfMissing: true)
    if try home.catalog.collection(named: name) == nil {
      try home.createCollection(name, configuration: CollectionConfiguration(embedding: embedder.identity))
    }
  }

  package func writer(
    policy: MergePolicy = MergePolicy(), threads: Int = 2,
    onStep: @escaping (CommitStep) throws -> Void = { _ in }
  ) throws -> CollectionWriter {
    try CollectionWriter(
      name, in: home, threads: threads, holder: "test", policy: policy, onStep: onStep)
  }

  /// A document of one paragraph.
  package func document(
    _ id: String, _ text: String, metadata: [String: MetadataValue] = [:], replaces: Int64? = nil
  ) -> PreparedFile {
    let document = PreparedDocument(
      record: DocumentRecord(
        id: id, uri: "/" + id, format: .text, contentHash: Array((id + text).utf8), metadata: metadata),
      text: DocumentText(
        text: text, blocks: [Block(kind: .paragraph, range: 0..<text.utf8.count)]),
      chunks: [Chunk(index: 0, range: 0..<text.utf8.count)], indexedTexts: [text])
    return PreparedFile(document, replaces: replaces)
  }

  package func vectors(_ documents: [PreparedFile]) -> Matrix {
    let texts = documents.flatMap(\.indexedTexts)
    return Matrix(
      rows: texts.count, columns: embedder.identity.dimension, values: texts.flatMap(embedder.vector))
  }

  package func commit(_ documents: [PreparedFile], to writer: CollectionWriter) throws {
    try writer.commit(documents, vectors: vectors(documents))
  }

  package func row(_ id: String) throws -> Int64? {
    guard let collection = try home.catalog.collection(named: name) else { return nil }
    return try home.catalog.file(id, collection: collection.id)?.row
  }
}
