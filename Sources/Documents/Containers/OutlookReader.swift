/// Reads messages that Outlook saved (`.msg`): as mail, with its files as documents of their own.
///
/// - Source: [MS-OXMSG].
package struct OutlookReader: DocumentReader {
  package init() {}

  package func read(_ source: SourceFile, limits: ReadingLimits) throws(DocumentError) -> ParsedDocument {
    try source.admit(under: limits)
    let file = try CompoundFile(source.bytes)
    guard file.contains("__properties_version1.0") else {
      throw DocumentError(.malformed, "the file holds no message of Outlook; check its extension")
    }
    let message = OutlookItem(file, path: "", headerBytes: 32)
    var body = EmailBody(limits: limits)
    try body.appendOutlook(message, depth: 1)
    body.finish()
    var metadata: [String: MetadataValue] = [:]
    for (name, value) in OutlookHeader.fields(message) { metadata[name.lowercased()] = .string(value) }
    if let date = OutlookHeader.date(message) { metadata["date"] = .string(date) }
    for (name, tag) in [("message-id", "1035"), ("in-reply-to", "1042")] {
      if let id = message.text(tag) {
        metadata[name] = .string(id.filter { $0 != "<" && $0 != ">" && $0 != " " })
      }
    }
    if !body.attachments.files.isEmpty { metadata["attachments"] = .list(body.attachments.names) }
    return try body.assembler.finish(
      format: .msg, title: message.text("0037"), metadata: metadata, emptyMessage: "the message has no text")
  }
}

/// Who wrote a message of Outlook to whom, and when.
enum OutlookHeader {
  /// `From`, `To` and `Cc`, of those that are there.
  static func fields(_ message: OutlookItem) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = []
    let name = message.text("0C1A") ?? message.text("0042")
    let address = message.text("5D01") ?? message.text("0C1F").flatMap { $0.contains("@") ? $0 : nil }
    if let from = person(name, address) { fields.append(("From", from)) }
    var people: [Int: [String]] = [:]
    for path in message.storages("__recip_version1.0_#").prefix(2000) {
      let recipient = message.item(path, headerBytes: 8)
      let address = recipient.text("39FE") ?? recipient.text("3003").flatMap { $0.contains("@") ? $0 : nil }
      if let text = person(recipient.text("3001"), address) {
        people[recipient.number(0x0C15) ?? 1, default: []].append(text)
      }
    }
    for (kind, label, tag) in [(1, "To", "0E04"), (2, "Cc", "0E03")] {
      if let list = people[kind] {
        fields.append((label, list.joined(separator: ", ")))
      } else if let shown = message.text(tag).flatMap(TextAssembler.oneLine) {
        fields.append((label, shown))
      }
    }
    return fields
  }

  static func date(_ message: OutlookItem) -> String? { message.time(0x0039) ?? message.time(0x0E06) }

  private static func person(_ name: String?, _ address: String?) -> String? {
    switch (name.flatMap(TextAssembler.oneLine), address.flatMap(TextAssembler.oneLine)) {
    case (let name?, let address?): name == address ? name : "\(name) <\(address)>"
    case (let name?, nil): name
    case (nil, let address): address
    }
  }
}

extension EmailBody {
  /// Appends a message of Outlook, and those that it carries.
  ///
  /// - Throws: `.tooLarge` for too much text.
  mutating func appendOutlook(_ message: OutlookItem, depth: Int) throws(DocumentError) {
    guard depth <= 16 else {
      return note("messages inside of each other deeper than \(depth - 1) were left out")
    }
    if let subject = message.text("0037") { try assembler.append(.heading, level: min(depth, 6), subject) }
    var lines = OutlookHeader.fields(message).map { "\($0.name): \($0.value)" }
    if let date = OutlookHeader.date(message) { lines.append("Date: \(date)") }
    try assembler.append(.paragraph, lines.joined(separator: "\n"))
    let before = attachments.files.count
    try appendOutlookText(message)
    for path in message.storages("__attach_version1.0_#").prefix(5000) {
      try appendOutlookFile(message, path, depth)
    }
    for name in attachments.names[before...] {
      try assembler.append(.listItem, level: 1, "Attachment: \(name)")
    }
  }

  private mutating func appendOutlookText(_ message: OutlookItem) throws(DocumentError) {
    let plain = TextAssembler.clean(Array((message.text("1000") ?? "").utf8))
    let html = message.data("1013") ?? message.text("1013").map { Array($0.utf8) } ?? []
    if html.contains(where: { $0 > 0x20 }) {
      let scratch = TextAssembler(limits: limits)
      do throws(DocumentError) {
        try appendHTML(html, charset: nil, to: scratch)
        let hasTable = scratch.blocks.contains { $0.kind == .table && $0.header != nil }
        if EmailAlternatives.prefersHTML(plain: plain, html: scratch.bytes, htmlHasTable: hasTable) {
          return try appendHTML(html, charset: nil, to: assembler)
        }
      } catch  where error.code != .tooLarge {
        note("the formatted text of the message can't be read: \(error.message)")
      }
    }
    if plain.contains(where: { $0 > 0x20 }) {
      return try appendText(plain, isFlowed: false, deletesSpace: false)
    }
    guard let packed = message.data("1009") else { return }
    if let text = OutlookRTF.unpacked(packed) {
      attachments.add(text, name: "message text.rtf", type: "application/rtf")
    } else {
      note("the text of the message is in Outlook's packed form and damaged")
    }
  }

  private mutating func appendOutlookFile(_ message: OutlookItem, _ path: String, _ depth: Int)
    throws(DocumentError)
  {
    let item = message.item(path, headerBytes: 8)
    let inner = path + "__substg1.0_3701000D/"
    if message.file.contains(inner + "__properties_version1.0") {
      return try appendOutlook(message.item(inner, headerBytes: 24), depth: depth + 1)
    }
    let name = item.text("3707") ?? item.text("3704") ?? item.text("3001")
    guard let bytes = item.data("3701") else {
      if message.file.contains(String(inner.dropLast())) {
        note("the object '\(name ?? "")' inside the message was left out")
      }
      return
    }
    addFile(
      bytes, name: name, type: item.text("370E")?.lowercased() ?? "", isInText: item.text("3712") != nil)
  }
}
