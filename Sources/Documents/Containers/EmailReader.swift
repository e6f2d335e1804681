/// Reads e-mail messages (`.eml`): the subject as a heading, the text, attachments by name.
///
/// - Source: RFC 5322, RFC 2045–2047, RFC 2231, RFC 3676.
package struct EmailReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    let message = MIMEPart(source.bytes[...])
    let known = ["from", "to", "subject", "date", "message-id", "received", "mime-version", "content-type"]
    guard message.hasFields, known.contains(where: message.has) else {
      throw DocumentError(.malformed, "the file has no e-mail header; check its extension")
    }
    var body = EmailBody(limits: limits)
    try body.appendMessage(message, depth: 1)
    var metadata: [String: MetadataValue] = [:]
    for name in ["from", "to", "cc"] {
      if let value = message.text(name) { metadata[name] = .string(value) }
    }
    if let date = message.text("date").flatMap(EmailDate.iso8601) { metadata["date"] = .string(date) }
    if !body.attachments.isEmpty { metadata["attachments"] = .list(body.attachments) }
    return try body.assembler.finish(
      format: .email, title: message.text("subject"), metadata: metadata,
      emptyMessage: "the message has no text")
  }
}
