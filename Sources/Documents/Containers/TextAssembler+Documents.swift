extension TextAssembler {
  /// Appends the blocks of a document that another one holds, with its notes.
  ///
  /// - Complexity: O(text).
  func append(_ document: ParsedDocument) throws(DocumentError) {
    let bytes = Array(document.text.utf8)
    for block in document.blocks {
      try append(
        block.kind, level: block.level, headerBytes: block.header?.count ?? 0, Array(bytes[block.range]))
    }
    let current = page > 0 ? page : nil
    notes += document.notes.map { ReadingNote(page: current, $0.note) }
  }
}
