/// Reads e-mail messages (`.eml`, `.emlx`): the subject as a heading, who wrote when, the text, and files as documents of
/// their own.
///
/// - Source: RFC 5322, RFC 2045–2047, RFC 2231, RFC 3676.
package struct EmailReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    let message = MIMEPart(Self.message(of: source))
    let known = ["from", "to", "subject", "date", "message-id", "received", "mime-version", "content-type"]
    guard message.hasFields, known.contains(where: message.has) else {
      throw DocumentError(.malformed, "the file has no e-mail header; check its extension")
    }
    var body = EmailBody(limits: limits)
    try body.appendMessage(message, depth: 1)
    body.finish()
    let isBlank =
      message.text("subject") == nil && body.assembler.blocks.count <= 1 && body.attachments.files.isEmpty
    guard !isBlank || !body.assembler.notes.isEmpty else {
      throw DocumentError(.empty, "the message has no text")
    }
    var metadata = Self.metadata(message)
    if !body.attachments.files.isEmpty { metadata["attachments"] = .list(body.attachments.names) }
    return try body.assembler.finish(
      format: .email, title: message.text("subject"), metadata: metadata,
      emptyMessage: "the message has no text")
  }

  /// The message itself: Apple's Mail writes its size before it and a property list behind it.
  private static func message(of source: SourceFile) -> ArraySlice<UInt8> {
    let bytes = source.bytes[...]
    guard let end = bytes.prefix(24).firstIndex(of: 0x0A) else { return bytes }
    let digits = bytes[..<end].filter { $0 > 0x20 }
    guard (1...10).contains(digits.count), digits.allSatisfy({ ASCII.isDigit($0) }),
      let count = Int(String(decoding: digits, as: UTF8.self))
    else { return bytes }
    return bytes[(end + 1)..<min(bytes.count, end + 1 + count)]
  }

  private static func metadata(_ message: MIMEPart) -> [String: MetadataValue] {
    var metadata: [String: MetadataValue] = [:]
    for name in ["from", "to", "cc"] {
      if let value = message.text(name) { metadata[name] = .string(value) }
    }
    if let date = message.text("date").flatMap(EmailDate.iso8601) { metadata["date"] = .string(date) }
    for name in ["message-id", "in-reply-to"] {
      if let id = message.text(name).map(identifiers)?.first { metadata[name] = .string(id) }
    }
    if let ids = message.text("references").map(identifiers), !ids.isEmpty {
      metadata["references"] = .list(ids)
    }
    return metadata
  }

  /// Message ids without their angle brackets.
  private static func identifiers(_ value: String) -> [String] {
    value.split(separator: " ").prefix(200).map { String($0.filter { $0 != "<" && $0 != ">" }) }.filter {
      !$0.isEmpty
    }
  }
}
