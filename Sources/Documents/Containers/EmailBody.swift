/// Walks the parts of a message and gives their text to an assembler.
struct EmailBody {
  let assembler: TextAssembler
  private(set) var attachments: [String] = []
  private let limits: ReadingLimits
  private var parts = 0
  /// How many messages hold the part that is read, itself a message included.
  private var messages = 0

  /// Each level of nesting is searched for its own boundary, so depth multiplies time; real mail has under ten.
  private static let deepest = 32

  init(limits: ReadingLimits) {
    self.limits = limits
    assembler = TextAssembler(limits: limits)
  }

  /// Appends a message: its subject as a heading, one level down for each message it is forwarded in, then its
  /// body, then its attachments' names.
  ///
  /// - Parameter depth: how deep in parts it is nested, from 1.
  /// - Throws: `.malformed` when parts nest too deep or are too many.
  mutating func appendMessage(_ message: MIMEPart, depth: Int) throws(DocumentError) {
    messages += 1
    defer { messages -= 1 }
    if let subject = message.text("subject") {
      try assembler.append(.heading, level: min(messages, 6), subject)
    }
    if messages > 1 {
      for name in ["from", "date"] {
        if let value = message.text(name) {
          try assembler.append(.paragraph, "\(name == "from" ? "From" : "Date"): \(value)")
        }
      }
    }
    let before = attachments.count
    try append(message, depth: depth)
    for name in attachments[before...] { try assembler.append(.listItem, level: 1, "Attachment: \(name)") }
  }

  private mutating func append(_ part: MIMEPart, depth: Int) throws(DocumentError) {
    parts += 1
    guard depth <= min(Self.deepest, limits.nesting) else {
      throw DocumentError(
        .malformed, "the message nests parts deeper than \(depth - 1) levels; it is not read")
    }
    guard parts <= limits.containerEntries else {
      throw DocumentError(
        .tooLarge, "the message has more than \(limits.containerEntries) parts; it is not read")
    }
    let type = part.contentType
    if type.main.hasPrefix("multipart/"), let boundary = type.parameters["boundary"], !boundary.isEmpty {
      let children = part.parts(boundary: boundary).map { MIMEPart($0) }
      try append(children, of: type.main, depth: depth)
      return
    }
    if part.value("content-disposition")?.main == "attachment" { return attach(part, type.main) }
    switch type.main {
    case "text/html":
      try appendHTML(part, type)
    case "message/rfc822", "message/global":
      let inner = MIMEText.decode(part.body, transferEncoding: part.transferEncoding)
      try appendMessage(MIMEPart(inner[...]), depth: depth + 1)
    case "text/plain", "text/markdown", "text/enriched", "text", "":
      try appendPlain(part, type)
    default:
      attach(part, type.main)
    }
  }

  private mutating func append(_ children: [MIMEPart], of type: String, depth: Int) throws(DocumentError) {
    guard type == "multipart/alternative" else {
      for child in children { try append(child, depth: depth + 1) }
      return
    }
    // The sender's versions of one text: the plain one reads best, unless it is blank.
    let plain = children.first { child in
      child.contentType.main == "text/plain"
        && child.body.contains { $0 > 0x20 }
    }
    let html = children.first { $0.contentType.main == "text/html" }
    let nested = children.first { $0.contentType.main.hasPrefix("multipart/") }
    if let chosen = plain ?? html ?? nested ?? children.last { try append(chosen, depth: depth + 1) }
  }

  private mutating func attach(_ part: MIMEPart, _ type: String) {
    // Pictures that the text shows in place have no name of interest.
    if let name = part.fileName {
      attachments.append(name)
    } else if !type.hasPrefix("image/") {
      attachments.append(type)
    }
  }

  private func text(_ part: MIMEPart, _ type: MIMEPart.Value) -> [UInt8] {
    let bytes = MIMEText.decode(part.body, transferEncoding: part.transferEncoding)
    return MIMEText.text(bytes, charset: type.parameters["charset"])
  }

  private func appendHTML(_ part: MIMEPart, _ type: MIMEPart.Value) throws(DocumentError) {
    let bytes = text(part, type).filter { $0 != 0 }
    guard bytes.contains(where: { $0 > 0x20 }) else { return }
    if let root = try MarkupTree.html(bytes, part: "text/html", limits: limits).root {
      try HTMLText.append(root, to: assembler)
    }
  }

  // MARK: Plain text

  /// Paragraphs between blank lines; lines that start with `>` become quotes, without their marks.
  private func appendPlain(_ part: MIMEPart, _ type: MIMEPart.Value) throws(DocumentError) {
    let isFlowed = type.parameters["format"]?.lowercased() == "flowed"
    let deletesSpace = type.parameters["delsp"]?.lowercased() == "yes"
    let bytes = TextAssembler.clean(text(part, type))
    var gathered: [UInt8] = []
    var isQuote = false
    var isOpen = false
    func flush() throws(DocumentError) {
      try assembler.append(isQuote ? .quote : .paragraph, gathered)
      gathered = []
      isOpen = false
    }
    for raw in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      var line = raw
      var marks = 0
      while line.first == 0x3E {
        marks += 1
        line = line.dropFirst()
        // Marks are written both as `>>` and as `> >`.
        if line.first == 0x20, line.dropFirst().first == 0x3E { line = line.dropFirst() }
      }
      if line.first == 0x20, isFlowed || marks > 0 { line = line.dropFirst() }
      let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 }
      if isBlank || (marks > 0) != isQuote { try flush() }
      isQuote = marks > 0
      guard !isBlank else { continue }
      if !gathered.isEmpty && !isOpen { gathered.append(0x0A) }
      gathered.append(contentsOf: line)
      isOpen = isFlowed && line.last == 0x20 && !line.elementsEqual([0x2D, 0x2D, 0x20])
      if isOpen && deletesSpace { gathered.removeLast() }
      if !isOpen { while gathered.last == 0x20 { gathered.removeLast() } }
    }
    try flush()
  }
}
