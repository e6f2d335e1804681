/// Reads calendars (`.ics`) and cards of people (`.vcf`): a record for each event, task or person.
package struct VObjectReader: DocumentReader {
  package let format: DocumentFormat

  package init(format: DocumentFormat) {
    self.format = format
  }

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    let bytes =
      source.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(source.bytes.dropFirst(3)) : source.bytes
    let assembler = TextAssembler(limits: limits)
    let title = try VObjectText.append(MIMEText.text(bytes, charset: nil), to: assembler)
    let what = format == .calendar ? "events or tasks" : "cards"
    return try assembler.finish(
      format: format, title: assembler.blocks.count == 1 ? title : nil,
      emptyMessage: "the file has no \(what); check its extension")
  }
}
