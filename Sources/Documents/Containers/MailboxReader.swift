/// Reads mailboxes (`.mbox`): each message is a document of its own, the mailbox is none.
///
/// The names of the messages begin with their time, so that a thread keeps its order, and do not change when messages
/// are added behind them.
///
/// - Source: RFC 4155, and the quoting of `From ` that is called mboxrd.
package struct MailboxReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    let messages = MailboxMessages(source.bytes)
    guard !messages.ranges.isEmpty else {
      throw DocumentError(
        .malformed, "the file has no line that begins a message ('From '); check its extension")
    }
    var names = EmailAttachments()
    var notes: [ReadingNote] = []
    for (index, range) in messages.ranges.enumerated() {
      guard index < limits.containerEntries else {
        notes.append(
          ReadingNote(
            "\(messages.ranges.count - index) messages behind the first \(limits.containerEntries) were left out; split "
              + "the mailbox or raise the limit"))
        break
      }
      let bytes = messages.message(range)
      guard bytes.contains(where: { $0 > 0x20 }) else { continue }
      names.add(bytes, name: Self.name(bytes, separator: messages.separator(range)), type: "message/rfc822")
    }
    guard !names.files.isEmpty else { throw DocumentError(.empty, "the mailbox has no messages") }
    return ParsedDocument(format: .mailbox, text: "", blocks: [], notes: notes, attachments: names.files)
  }

  /// `2024-01-31 0905 Subject.eml`, in UTC.
  private static func name(_ bytes: [UInt8], separator: ArraySlice<UInt8>) -> String {
    let part = MIMEPart(bytes[...])
    let date = part.text("date").flatMap(EmailDate.utc) ?? EmailDate.utc(separator: separator)
    let subject =
      part.text("subject").map { $0.replacing("/", with: "-").replacing("\\", with: "-") } ?? "no subject"
    let text = EmailAttachments.cut(subject, to: 100)
    return "\(date ?? "undated") \(text).eml"
  }
}
