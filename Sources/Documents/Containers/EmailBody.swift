/// Walks the parts of a message and gives their text to an assembler, their files to its attachments.
struct EmailBody {
  let assembler: TextAssembler
  var attachments = EmailAttachments()
  let limits: ReadingLimits
  private var parts = 0
  /// How many messages hold the part that is read, itself a message included.
  private var messages = 0
  private var smallPictures: [String] = []
  private var isPartsLimitNoted = false

  /// Each level of nesting is searched for its own boundary, so depth multiplies time; real mail has under ten.
  private static let deepest = 32
  /// Pictures inside the text below this size, in bytes, are logos and signatures.
  private static let smallPicture = 16 << 10

  init(limits: ReadingLimits) {
    self.limits = limits
    assembler = TextAssembler(limits: limits)
  }

  /// Appends a message: its subject as a heading, one level down for each message it is forwarded in, then who wrote to
  /// whom and when, its body, and the names of its attachments.
  ///
  /// - Parameter depth: how deep in parts it is nested, from 1.
  /// - Throws: `.tooLarge` for too much text.
  mutating func appendMessage(_ message: MIMEPart, depth: Int) throws(DocumentError) {
    messages += 1
    defer { messages -= 1 }
    if let subject = message.text("subject") {
      try assembler.append(.heading, level: min(messages, 6), subject)
    }
    let lines = ["From", "To", "Cc", "Date"].compactMap { name in
      message.text(name.lowercased()).map { "\(name): \($0)" }
    }
    try assembler.append(.paragraph, lines.joined(separator: "\n"))
    let before = attachments.files.count
    try append(message, depth: depth)
    for name in attachments.names[before...] {
      try assembler.append(.listItem, level: 1, "Attachment: \(name)")
    }
  }

  /// Ends the message: its files and what was left out go to the assembler.
  mutating func finish() {
    assembler.attachments = attachments.files
    if smallPictures.count == 1 {
      note("the small picture '\(smallPictures[0])' inside the text was left out")
    } else if !smallPictures.isEmpty {
      note(
        "\(smallPictures.count) small pictures inside the text were left out, among them '\(smallPictures[0])'"
      )
    }
  }

  func note(_ text: String) {
    if assembler.notes.count < 200 { assembler.notes.append(ReadingNote(text)) }
  }

  // MARK: Parts

  /// Appends one part; a fault in it costs this part alone.
  private mutating func append(
    _ part: MIMEPart, depth: Int, defaultType: String = "text/plain"
  ) throws(DocumentError) {
    parts += 1
    guard depth <= min(Self.deepest, limits.nesting) else {
      note("parts nested deeper than \(depth - 1) levels were left out")
      return
    }
    guard parts <= limits.containerEntries else {
      if !isPartsLimitNoted { note("parts behind the first \(limits.containerEntries) were left out") }
      isPartsLimitNoted = true
      return
    }
    do throws(DocumentError) {
      try appendKnown(part, depth: depth, defaultType: defaultType)
    } catch  where error.code != .tooLarge {
      note("a part of type \(part.contentType(default: defaultType).main) can't be read: \(error.message)")
    }
  }

  private mutating func appendKnown(_ part: MIMEPart, depth: Int, defaultType: String) throws(DocumentError) {
    let type = part.contentType(default: defaultType)
    let isAttached = part.value("content-disposition")?.main == "attachment"
    if type.main.hasPrefix("multipart/") { return try appendMultipart(part, type, depth: depth) }
    switch type.main {
    case "message/rfc822", "message/global", "message/news":
      try appendMessage(MIMEPart(decoded(part)[...]), depth: depth + 1)
    case "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature":
      note("the message is signed; the signature was not checked")
    case "application/pkcs7-mime", "application/x-pkcs7-mime":
      try appendSecured(part, type, depth: depth)
    case "application/ms-tnef", "application/vnd.ms-tnef":
      try appendTNEF(part)
    case "message/external-body", "message/partial":
      note("a part of type \(type.main) is not in the file and was left out")
    case "text/html" where !isAttached, "application/xhtml+xml" where !isAttached:
      try appendHTML(part, type)
    case "text/calendar" where !isAttached, "text/vcard" where !isAttached, "text/x-vcard" where !isAttached,
      "text/directory" where !isAttached:
      try VObjectText.append(text(part, type), to: assembler)
    case "text/plain" where !isAttached, "text/markdown" where !isAttached, "text" where !isAttached,
      "" where !isAttached,
      "text/x-amp-html" where !isAttached:
      if type.main != "text/x-amp-html" { try appendPlain(part, type) }
    case "text/enriched" where !isAttached, "text/richtext" where !isAttached:
      try appendEnriched(part, type)
    case "message/delivery-status", "message/disposition-notification", "text/rfc822-headers":
      try assembler.append(.paragraph, text(part, type))
    default:
      attach(part, type.main)
    }
  }

  private mutating func appendMultipart(
    _ part: MIMEPart, _ type: MIMEPart.Value, depth: Int
  ) throws(DocumentError) {
    var bodies = (type.parameters["boundary"]).map { $0.isEmpty ? [] : part.parts(boundary: $0) } ?? []
    if bodies.isEmpty, let boundary = part.guessedBoundary() {
      note("the boundary that the header names is not in the message; its parts were found by another")
      bodies = part.parts(boundary: boundary)
    }
    guard !bodies.isEmpty else {
      guard part.body.contains(where: { $0 > 0x20 }) else { return }
      note("a message of several parts has no boundary; it was read as plain text")
      return try appendPlain(part, MIMEPart.Value(main: "text/plain", parameters: [:]))
    }
    let children = bodies.map { MIMEPart($0) }
    switch type.main {
    case "multipart/alternative":
      try appendAlternatives(children, depth: depth)
    case "multipart/encrypted":
      note(
        "the message is encrypted (PGP); its text can't be read: decrypt it in a mail program and save it anew"
      )
    default:
      let inner = type.main == "multipart/digest" ? "message/rfc822" : "text/plain"
      for child in children { try append(child, depth: depth + 1, defaultType: inner) }
    }
  }

  /// Of versions of one text, the one that says most; what the others carry besides text is taken too.
  private mutating func appendAlternatives(_ children: [MIMEPart], depth: Int) throws(DocumentError) {
    let plain = children.firstIndex { $0.contentType.main == "text/plain" && $0.body.contains { $0 > 0x20 } }
    let html = children.firstIndex { $0.leaf("text/html", depth: Self.deepest) != nil }
    var chosen = plain ?? html
    if let plain, let html, plain != html, let leaf = children[html].leaf("text/html", depth: Self.deepest) {
      let scratch = TextAssembler(limits: limits)
      do throws(DocumentError) {
        try appendHTML(leaf, leaf.contentType, to: scratch)
        let isBetter = EmailAlternatives.prefersHTML(
          plain: text(children[plain], children[plain].contentType), html: scratch.bytes,
          htmlHasTable: scratch.blocks.contains { $0.kind == .table && $0.header != nil })
        if isBetter { chosen = html }
      } catch {
        // Then the plain version it is.
      }
    }
    let index = chosen ?? children.indices.last { !children[$0].contentType.main.hasPrefix("text/calendar") }
    for (position, child) in children.enumerated() {
      let type = child.contentType.main
      if position == index || type == "text/calendar" {
        try append(child, depth: depth + 1)
      } else if type.hasPrefix("multipart/") {
        collectFiles(child, depth: depth + 1)
      } else if type != "text/plain", type != "text/html", !type.hasPrefix("text/") {
        try append(child, depth: depth + 1)
      }
    }
  }

  /// Takes the files of a version whose text is not read.
  private mutating func collectFiles(_ part: MIMEPart, depth: Int) {
    let type = part.contentType
    guard depth <= Self.deepest else { return }
    guard type.main.hasPrefix("multipart/") else {
      let isText = type.main == "text/plain" || type.main == "text/html"
      if !isText || part.value("content-disposition")?.main == "attachment" { attach(part, type.main) }
      return
    }
    for child in part.parts(boundary: type.parameters["boundary"] ?? "")
    where parts <= limits.containerEntries {
      parts += 1
      collectFiles(MIMEPart(child), depth: depth + 1)
    }
  }

  // MARK: Files

  private func decoded(_ part: MIMEPart) -> [UInt8] {
    MIMEText.decode(part.body, transferEncoding: part.transferEncoding)
  }

  private mutating func attach(_ part: MIMEPart, _ type: String) {
    let isInText = part.has("content-id") || part.value("content-disposition")?.main != "attachment"
    addFile(decoded(part), name: part.fileName, type: type, isInText: isInText)
  }

  /// Takes a file, unless it is empty or a small picture that the text shows.
  mutating func addFile(_ bytes: [UInt8], name: String?, type: String, isInText: Bool) {
    let shown = name ?? type
    guard !bytes.isEmpty else { return note("the attachment '\(shown)' is empty") }
    let isPicture =
      type.hasPrefix("image/")
      || [".png", ".jpg", ".gif", ".jpeg"].contains { shown.lowercased().hasSuffix($0) }
    if isPicture, isInText, bytes.count < Self.smallPicture { return smallPictures.append(shown) }
    attachments.add(bytes, name: name, type: type)
  }

  private mutating func appendTNEF(_ part: MIMEPart) throws(DocumentError) {
    let name = part.fileName ?? "winmail.dat"
    guard let found = TNEFStream(decoded(part)) else {
      return note("'\(name)' (Outlook's own form of a mail) can't be read")
    }
    if let body = found.body, assembler.blocks.count <= 2 {
      for piece in EmailText.pieces(
        TextAssembler.clean(MIMEText.text(body, charset: nil)), isFlowed: false, deletesSpace: false)
      {
        try assembler.append(piece.isQuote ? .quote : .paragraph, piece.text)
      }
    }
    for file in found.files { attachments.add(file.bytes, name: file.name, type: "") }
    note(
      "'\(name)' is Outlook's own form of the mail: \(found.files.count) files of it were taken, its formatted text not"
    )
  }

  /// S/MIME: what is signed only is read, what is encrypted is named.
  private mutating func appendSecured(
    _ part: MIMEPart, _ type: MIMEPart.Value, depth: Int
  ) throws(DocumentError) {
    let kind = type.parameters["smime-type"]?.lowercased() ?? ""
    if kind != "enveloped-data", kind != "authenveloped-data",
      let content = CMSContent.signedContent(decoded(part))
    {
      note("the message is signed (S/MIME); the signature was not checked")
      return try append(MIMEPart(content[...]), depth: depth + 1)
    }
    note(
      "the message is encrypted (S/MIME); its text can't be read: decrypt it in a mail program and save it anew"
    )
  }

  // MARK: Text

  private func text(_ part: MIMEPart, _ type: MIMEPart.Value) -> [UInt8] {
    let decoded = MIMEText.decoded(decoded(part), charset: type.parameters["charset"])
    for said in decoded.notes where !assembler.notes.contains(said) { note(said.note) }
    return decoded.bytes
  }

  private func appendHTML(
    _ part: MIMEPart, _ type: MIMEPart.Value, to target: TextAssembler? = nil
  ) throws(DocumentError) {
    try appendHTML(decoded(part), charset: type.parameters["charset"], to: target ?? assembler)
  }

  func appendHTML(_ raw: [UInt8], charset: String?, to target: TextAssembler) throws(DocumentError) {
    let converted: [UInt8]
    if charset == nil {
      let decoded = try HTMLEncoding.decode(raw, name: "text/html", limits: limits)
      if target === assembler { assembler.notes += decoded.notes }
      converted = decoded.bytes
    } else {
      converted = MIMEText.text(raw, charset: charset)
    }
    let bytes = converted.filter { $0 != 0 }
    guard bytes.contains(where: { $0 > 0x20 }) else { return }
    if let root = try MarkupTree.html(bytes, part: "text/html", limits: limits).root {
      try HTMLText.append(root, to: target, as: .mail)
    }
  }

  private mutating func appendPlain(_ part: MIMEPart, _ type: MIMEPart.Value) throws(DocumentError) {
    try appendText(
      TextAssembler.clean(text(part, type)), isFlowed: type.parameters["format"]?.lowercased() == "flowed",
      deletesSpace: type.parameters["delsp"]?.lowercased() == "yes")
  }

  /// - Parameter bytes: valid UTF-8 with `\n` line ends.
  mutating func appendText(_ bytes: [UInt8], isFlowed: Bool, deletesSpace: Bool) throws(DocumentError) {
    let opened = EmailArmour.opened(bytes)
    if let said = opened.note { note(said) }
    for file in opened.files { attachments.add(file.bytes, name: file.name, type: "") }
    for piece in EmailText.pieces(opened.text, isFlowed: isFlowed, deletesSpace: deletesSpace) {
      try assembler.append(piece.isQuote ? .quote : .paragraph, piece.text)
    }
  }

  /// - Source: RFC 1896: commands between `<` and `>`, `<<` for a `<`, a line break for two.
  private func appendEnriched(_ part: MIMEPart, _ type: MIMEPart.Value) throws(DocumentError) {
    let bytes = TextAssembler.clean(text(part, type))
    var out: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if bytes[index] == 0x3C, index + 1 < bytes.count, bytes[index + 1] == 0x3C {
        out.append(0x3C)
        index += 2
      } else if bytes[index] == 0x3C, let end = bytes[index...].prefix(80).firstIndex(of: 0x3E) {
        index = end + 1
      } else {
        out.append(bytes[index])
        index += 1
      }
    }
    for piece in EmailText.pieces(out, isFlowed: false, deletesSpace: false) {
      try assembler.append(piece.isQuote ? .quote : .paragraph, piece.text)
    }
  }
}
