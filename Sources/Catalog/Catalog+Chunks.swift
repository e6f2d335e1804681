import Documents
import Foundation
import GRDB

extension Catalog {
  /// Chunks by id, with their documents and passages; ids that are gone are left out.
  ///
  /// - Complexity: O(ids × log chunks + bytes of their documents' text).
  package func chunkContents(
    _ ids: [[UInt8]], generation: Int64
  ) throws(CatalogError) -> [[UInt8]: ChunkContent] {
    try read { database in
      let statement = try database.cachedStatement(
        sql: Self.contentSelection + "c.generation = ? AND c.id = ?")
      var contents: [[UInt8]: ChunkContent] = [:]
      for id in ids {
        if let row = try Row.fetchOne(statement, arguments: [generation, Data(id)]) {
          contents[id] = Self.content(row)
        }
      }
      return contents
    }
  }

  /// Identities of the documents that chunks belong to, in order; `nil` for a chunk that is not there.
  package func documentIDs(
    ofChunks ids: [[UInt8]], generation: Int64
  ) throws(CatalogError) -> [String?] {
    try read { database in
      let statement = try database.cachedStatement(
        sql: "SELECT d.id FROM chunks c JOIN documents d ON d.row = c.document "
          + "WHERE c.generation = ? AND c.id = ?")
      return try ids.map { try String.fetchOne(statement, arguments: [generation, Data($0)]) }
    }
  }

  /// Chunks of one document at the given positions, in order.
  package func chunkContents(
    document: Int64, positions: ClosedRange<Int>, generation: Int64
  ) throws(CatalogError) -> [ChunkContent] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: Self.contentSelection
          + "c.document = ? AND c.generation = ? AND c.position BETWEEN ? AND ? ORDER BY c.position",
        arguments: [document, generation, positions.lowerBound, positions.upperBound]
      ).map(Self.content)
    }
  }

  /// Where the chunks of some documents are, by segment and ordinal.
  package func chunkPlaces(
    documents: [Int64], generation: Int64
  ) throws(CatalogError) -> [(segment: Int, ordinal: UInt32)] {
    try read { database in
      let statement = try database.makeStatement(
        sql: "SELECT segment, ordinal FROM chunks WHERE document = ? AND generation = ?")
      var places: [(segment: Int, ordinal: UInt32)] = []
      for document in documents {
        for row in try Row.fetchAll(statement, arguments: [document, generation]) {
          places.append((segment: row["segment"], ordinal: UInt32(row["ordinal"] as Int64)))
        }
      }
      return places.sorted { ($0.segment, $0.ordinal) < ($1.segment, $1.ordinal) }
    }
  }

  /// Chunks of a segment that are still there, by ordinal.
  package func chunks(
    inSegment number: Int, generation: Int64
  ) throws(CatalogError) -> [ChunkRecord] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM chunks WHERE generation = ? AND segment = ? ORDER BY ordinal",
        arguments: [generation, number]
      ).map(Self.record)
    }
  }

  /// A document and its stored text, by row.
  package func documentWithText(
    row: Int64
  ) throws(CatalogError) -> (record: DocumentRecord, parsed: ParsedDocument)? {
    try read { database in
      guard
        let found = try Row.fetchOne(
          database,
          sql: """
            SELECT x.*, t.structure, t.text, t.places FROM (\(Self.documentSelection)) x
            JOIN document_texts t ON t.document = x.row WHERE x.row = ?
            """, arguments: [row])
      else { return nil }
      let structure = try JSONDecoder().decode(
        Structure.self, from: Data((found["structure"] as String).utf8))
      let record = Self.documentRecord(found)
      let parsed = ParsedDocument(
        format: record.format, title: record.title,
        text: String(decoding: found["text"] as Data, as: UTF8.self), blocks: structure.blocks,
        places: Self.places(Array(found["places"] as Data)) { structure }, metadata: record.metadata)
      return (record, parsed)
    }
  }

  /// Where a document's text stands in its source, by row; `nil` where the document is gone.
  package func places(ofDocument row: Int64) throws(CatalogError) -> DocumentPlaces? {
    try read { database in
      guard
        let found = try Row.fetchOne(
          database, sql: "SELECT places FROM document_texts WHERE document = ?", arguments: [row])
      else { return nil }
      return try Self.places(Array(found["places"] as Data)) {
        let json = try String.fetchOne(
          database, sql: "SELECT structure FROM document_texts WHERE document = ?", arguments: [row])
        return try JSONDecoder().decode(Structure.self, from: Data((json ?? "").utf8))
      }
    }
  }

  /// The bytes of a document's normalised text, by identity: what citations point into.
  package func documentText(_ id: String, collection: Int64) throws(CatalogError) -> [UInt8]? {
    try read { database in
      try Data.fetchOne(
        database,
        sql: """
          SELECT t.text FROM document_texts t JOIN documents d ON d.row = t.document
          WHERE d.collection = ? AND d.id = ?
          """, arguments: [collection, id]
      ).map { Array($0) }
    }
  }

  /// Bytes `range` of a document's normalised text.
  ///
  /// - Throws: `CatalogError.notFound` where the document is gone.
  package func text(ofDocument row: Int64, range: Range<Int>) throws(CatalogError) -> String {
    let bytes = try read { database in
      try Data.fetchOne(
        database, sql: "SELECT substr(text, ?, ?) FROM document_texts WHERE document = ?",
        arguments: [range.lowerBound + 1, range.count, row])
    }
    guard let bytes else { throw CatalogError(.notFound, "the document was deleted meanwhile: ask again") }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let contentSelection = """
    SELECT c.*, d.id AS document_id, d.uri, d.format, d.title, d.language, d.metadata,
      substr(t.text, c.start + 1, c."end" - c.start) AS passage,
      substr(t.text, c.header_start + 1, c.header_end - c.header_start) AS header
    FROM chunks c JOIN documents d ON d.row = c.document JOIN document_texts t ON t.document = c.document
    WHERE 
    """

  private static func record(_ row: Row) -> ChunkRecord {
    let path: String = row["heading_path"]
    let headings = path == "[]" ? [] : (try? JSONDecoder().decode([String].self, from: Data(path.utf8))) ?? []
    let start: Int = row["start"]
    var header: Range<Int>?
    if let first = row["header_start"] as Int?, let end = row["header_end"] as Int?, first < end {
      header = first..<end
    }
    return ChunkRecord(
      id: Array(row["id"] as Data), document: row["document"], segment: row["segment"],
      ordinal: UInt32(row["ordinal"] as Int64),
      chunk: Chunk(
        index: row["position"], range: start..<max(start, row["end"]), page: row["page"],
        headingPath: headings, header: header))
  }

  private static func content(_ row: Row) -> ChunkContent {
    ChunkContent(
      record: record(row), documentID: row["document_id"], uri: row["uri"],
      format: DocumentFormat(rawValue: row["format"]) ?? .text, title: row["title"],
      language: row["language"], metadata: metadata(row["metadata"]),
      text: String(decoding: row["passage"] as Data, as: UTF8.self),
      header: (row["header"] as Data?).map { String(decoding: $0, as: UTF8.self) })
  }
}
