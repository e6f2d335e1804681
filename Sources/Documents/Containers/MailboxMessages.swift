/// Where the messages of a mailbox are.
struct MailboxMessages {
  struct Message {
    /// The line that begins it, `From …`.
    var separator: Range<Int>
    var content: Range<Int>
    /// Its length was stated, so nothing in it is quoted.
    var isCounted: Bool
  }

  private let bytes: [UInt8]
  private(set) var ranges: [Message] = []

  /// - Complexity: O(bytes).
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var index = 0
    var isBehindBlank = true
    var open: Message?
    while index < bytes.count {
      let end = lineEnd(index)
      if isSeparator(index, end, isBehindBlank: isBehindBlank) {
        if let message = open { ranges.append(closed(message, at: index)) }
        let start = min(end + 1, bytes.count)
        open = Message(separator: index..<end, content: start..<start, isCounted: false)
        if let counted = countedEnd(start) {
          open?.isCounted = true
          open?.content = start..<counted
          index = counted
          isBehindBlank = true
          continue
        }
      }
      isBehindBlank = end == index || (end == index + 1 && bytes[index] == 0x0D)
      index = end + 1
    }
    if let message = open { ranges.append(closed(message, at: bytes.count)) }
  }

  func separator(_ message: Message) -> ArraySlice<UInt8> { bytes[message.separator] }

  /// A message as it was before it was put in the mailbox: `>From ` is `From ` again.
  ///
  /// - Complexity: O(bytes of the message).
  func message(_ message: Message) -> [UInt8] {
    let slice = bytes[message.content]
    guard !message.isCounted else { return Array(slice) }
    var out: [UInt8] = []
    out.reserveCapacity(slice.count)
    var index = slice.startIndex
    while index < slice.endIndex {
      let end = min(lineEnd(index), slice.endIndex)
      var marks = index
      while marks < end, bytes[marks] == 0x3E { marks += 1 }
      let isQuoted = marks > index && TextScan.has("From ", in: bytes, at: marks)
      out += bytes[(isQuoted ? index + 1 : index)..<min(end + 1, slice.endIndex)]
      index = end + 1
    }
    return out
  }

  private func lineEnd(_ start: Int) -> Int {
    var index = start
    bytes.withUnsafeBufferPointer { bytes in
      while index < bytes.count, bytes[index] != 0x0A { index += 1 }
    }
    return index
  }

  private func closed(_ message: Message, at end: Int) -> Message {
    guard !message.isCounted else { return message }
    var message = message
    var end = end
    // The blank line before the next message is the mailbox's own.
    if end > message.content.lowerBound, bytes[end - 1] == 0x0A { end -= 1 }
    if end > message.content.lowerBound, bytes[end - 1] == 0x0D { end -= 1 }
    message.content = message.content.lowerBound..<end
    return message
  }

  // MARK: Separators

  /// `From ` at a line's start, behind a blank line, with a time and a year or a header behind it.
  private func isSeparator(_ start: Int, _ end: Int, isBehindBlank: Bool) -> Bool {
    guard TextScan.has("From ", in: bytes, at: start), end - start <= 500 else { return false }
    let hasTime = hasTimeAndYear(bytes[start..<end])
    // A sentence that begins with the word has no time in it, and no header of mail behind it.
    if hasTime, end + 1 >= bytes.count { return isBehindBlank }
    return isHeader(end + 1, isKnown: !hasTime) && (isBehindBlank || hasTime)
  }

  private func hasTimeAndYear(_ line: ArraySlice<UInt8>) -> Bool {
    var hasTime = false
    var hasYear = false
    for word in line.split(separator: 0x20) {
      let digits = word.count { ASCII.isDigit($0) }
      if word.contains(0x3A), digits >= 3 { hasTime = true }
      if digits >= 4, word.prefix(4).allSatisfy({ ASCII.isDigit($0) }) { hasYear = true }
    }
    return hasTime && hasYear
  }

  private static let known: Set<String> = [
    "from", "to", "date", "subject", "received", "return-path", "message-id", "mime-version", "content-type",
    "delivered-to", "x-mozilla-status", "x-gmail-labels", "x-gm-thrid", "x-uidl", "x-original-to",
    "envelope-to",
  ]

  /// Whether a line is `Name: value`, or `>From `, which some programs put first.
  private func isHeader(_ start: Int, isKnown: Bool) -> Bool {
    guard start < bytes.count else { return false }
    if TextScan.has(">From ", in: bytes, at: start) { return true }
    let line = bytes[start..<min(bytes.count, start + 80)].prefix { $0 != 0x0A }
    guard let colon = line.firstIndex(of: 0x3A), colon > start + 1 else { return false }
    let name = line[..<colon]
    if isKnown { return Self.known.contains(String(decoding: name, as: UTF8.self).lowercased()) }
    return name.allSatisfy { ASCII.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F }
  }

  /// The end of a message whose header states its length, if a message or the end of the file follows there.
  private func countedEnd(_ start: Int) -> Int? {
    var index = start
    var length: Int?
    while index < bytes.count {
      let end = lineEnd(index)
      let line = bytes[index..<end]
      if line.isEmpty || line.elementsEqual([0x0D]) {
        guard let length, length <= bytes.count - min(end + 1, bytes.count) else { return nil }
        var after = min(end + 1, bytes.count) + length
        let stop = after
        while after < bytes.count, bytes[after] == 0x0A || bytes[after] == 0x0D { after += 1 }
        let isRight =
          after == bytes.count || (after - stop <= 4 && TextScan.has("From ", in: bytes, at: after))
        return isRight ? stop : nil
      }
      if line.count < 40, line.count > 15,
        line.prefix(15).map({ ASCII.lowercased($0) }).elementsEqual("content-length:".utf8)
      {
        length = Int(String(decoding: line.dropFirst(15).filter { $0 > 0x20 }, as: UTF8.self)).flatMap {
          $0 >= 0 ? $0 : nil
        }
      }
      index = end + 1
      if index - start > 256 << 10 { return nil }
    }
    return nil
  }
}
