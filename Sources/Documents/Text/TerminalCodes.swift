/// What a terminal would show of text that was written for one.
///
/// Colours, cursor movements and titles (ECMA-48 control sequences, operating system commands) go; a letter that is
/// struck over, as manual pages do for bold and underlined text, is that letter; of the states of a progress display,
/// which a carriage return parts, the last stays.
///
/// - Source: ECMA-48, sections 5.4 and 8.3; XTerm Control Sequences, "Controls beginning with ESC".
struct TerminalCodes {
  private(set) var text = SourcedText()
  /// Control sequences left out.
  private(set) var sequences = 0
  /// Characters that others were written over.
  private(set) var overstrikes = 0
  /// States of a progress display that later ones replaced.
  private(set) var overwrites = 0

  private let bytes: [UInt8]

  /// Whether `bytes` hold control sequences, or carriage returns that end no line.
  ///
  /// Files of old Macintoshes have no line feed: there returns are line ends.
  ///
  /// - Complexity: O(bytes).
  static func areIn(_ bytes: [UInt8]) -> Bool {
    var hasReturn = false
    var hasFeed = false
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case 0x1B, 0x08, 0x07: return true
      case 0x0A: hasFeed = true
      case 0x0D where index + 1 == bytes.count || bytes[index + 1] != 0x0A: hasReturn = true
      default: break
      }
    }
    return hasReturn && hasFeed
  }

  /// - Parameter bytes: UTF-8; a carriage return in it begins its line anew.
  /// - Complexity: O(bytes).
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    text.reserve(bytes.count)
    var copied = 0
    var index = 0
    /// Where the current line, and the state of it that a carriage return began, start in the text.
    var lineStart = 0
    var stateStart = 0
    func flush(_ end: Int) {
      text.copy(copied..<end, of: bytes)
      copied = end
    }
    while index < bytes.count {
      switch bytes[index] {
      case 0x1B:
        guard let end = sequenceEnd(at: index) else {
          index += 1
          continue
        }
        flush(index)
        sequences += 1
        if erasesLine(index..<end), text.count > stateStart {
          text.truncate(to: stateStart)
          overwrites += 1
        }
        index = end
        copied = end
      case 0xC2 where index + 1 < bytes.count && bytes[index + 1] == 0x9B:
        flush(index)
        sequences += 1
        index = parametersEnd(from: index + 2)
        copied = index
      case 0x07:
        flush(index)
        sequences += 1
        index += 1
        copied = index
      case 0x08:
        flush(index)
        index = overstrike(at: index, lineStart: lineStart)
        copied = index
      case 0x0D:
        flush(index)
        var next = index + 1
        while next < bytes.count, bytes[next] == 0x0D { next += 1 }
        if next < bytes.count, bytes[next] == 0x0A {
          text.copy(0x0A, at: index)
          index = next + 1
          copied = index
          lineStart = text.count
          stateStart = lineStart
          continue
        }
        if isReplaced(stateStart..<text.count, by: next) {
          text.truncate(to: stateStart)
          overwrites += 1
        } else {
          text.copy(0x0A, at: index)
          lineStart = text.count
        }
        stateStart = text.count
        index = next
        copied = index
      case 0x0A:
        index += 1
        flush(index)
        lineStart = text.count
        stateStart = lineStart
      default: index += 1
      }
    }
    flush(bytes.count)
  }

  /// End of the control sequence that starts at `start`, or `nil` where there is none.
  private func sequenceEnd(at start: Int) -> Int? {
    guard start + 1 < bytes.count else { return bytes.count }
    switch bytes[start + 1] {
    case 0x5B: return parametersEnd(from: start + 2)
    case 0x5D, 0x50, 0x58, 0x5E, 0x5F: return stringEnd(from: start + 2)
    case 0x20...0x2F:
      var index = start + 1
      while index < bytes.count, (0x20...0x2F).contains(bytes[index]) { index += 1 }
      return index < bytes.count && (0x30...0x7E).contains(bytes[index]) ? index + 1 : index
    case 0x30...0x7E: return start + 2
    default: return start + 1
    }
  }

  /// End of the parameters, intermediate bytes and final byte of a control sequence.
  private func parametersEnd(from start: Int) -> Int {
    var index = start
    while index < bytes.count, (0x20...0x3F).contains(bytes[index]) { index += 1 }
    return index < bytes.count && (0x40...0x7E).contains(bytes[index]) ? index + 1 : index
  }

  /// End of a command's text: at BEL or ST, and at the line's end where neither comes.
  private func stringEnd(from start: Int) -> Int {
    var index = start
    while index < bytes.count {
      switch bytes[index] {
      case 0x07: return index + 1
      case 0x1B where index + 1 < bytes.count && bytes[index + 1] == 0x5C: return index + 2
      case 0x0A, 0x1B: return index
      default: index += 1
      }
    }
    return index
  }

  /// Takes back the character before the backspace at `index`, for the one behind it.
  ///
  /// - Returns: where reading goes on.
  private mutating func overstrike(at index: Int, lineStart: Int) -> Int {
    guard text.count > lineStart else { return index + 1 }
    var start = text.count - 1
    while start > lineStart, ASCII.isContinuation(text.bytes[start]) { start -= 1 }
    overstrikes += 1
    // An underscore above or below a letter is its line.
    if index + 1 < bytes.count, bytes[index + 1] == 0x5F, text.bytes[start] != 0x5F { return index + 2 }
    text.truncate(to: start)
    return index + 1
  }

  /// Whether a control sequence erases the line before the cursor.
  private func erasesLine(_ sequence: Range<Int>) -> Bool {
    bytes[sequence].elementsEqual([0x1B, 0x5B, 0x32, 0x4B])
      || bytes[sequence].elementsEqual([0x1B, 0x5B, 0x31, 0x4B])
  }

  /// Whether the state of a line that `range` of the text shows is replaced by what begins at `next`: it is erased, or
  /// is progress and the same words follow with other numbers. Any other line stays: it may be data.
  private func isReplaced(_ range: Range<Int>, by next: Int) -> Bool {
    if TextScan.isBlank(range, in: text.bytes) { return true }
    guard next < bytes.count else { return false }
    if bytes[next] == 0x1B, let end = sequenceEnd(at: next), bytes[end - 1] == 0x4B { return true }
    var end = next
    while end < bytes.count, bytes[end] != 0x0D, bytes[end] != 0x0A { end += 1 }
    let old = text.bytes[range]
    let new = bytes[next..<end]
    guard Self.isProgress(old) || old.filter(ASCII.isAlphanumeric) == new.filter(ASCII.isAlphanumeric) else {
      return false
    }
    let oldWords = Self.words(old)
    let newWords = Self.words(new)
    return newWords.starts(with: oldWords) || oldWords.starts(with: newWords)
  }

  /// Whether a line shows how far something is: per cent, a count of a total, a bar, a time left.
  private static func isProgress(_ line: ArraySlice<UInt8>) -> Bool {
    var last: UInt8 = 0x20
    var run = 0
    for (index, byte) in zip(line.indices, line) {
      run = byte == last ? run + 1 : 1
      switch byte {
      case 0x25 where ASCII.isDigit(last) || last == 0x20: return true
      case 0x2F where ASCII.isDigit(last) && index + 1 < line.endIndex && ASCII.isDigit(line[index + 1]):
        return true
      case 0x23, 0x3D, 0x2E: if run >= 3 { return true }
      case 0xE2 where index + 1 < line.endIndex && line[index + 1] == 0x96: return true
      default: break
      }
      last = byte
    }
    return false
  }

  /// The letters of a state, up to its first sixty.
  private static func words(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var words: [UInt8] = []
    var index = bytes.startIndex
    while index < bytes.endIndex, words.count < 60 {
      if bytes[index] == 0x1B {
        // A colour's letters are none of the text.
        index += 1
        while index < bytes.endIndex, !ASCII.isLetter(bytes[index]) { index += 1 }
      } else if ASCII.isLetter(bytes[index]) {
        words.append(bytes[index])
      }
      index += 1
    }
    return words
  }

  /// What was left out, or `nil` for nothing.
  var note: ReadingNote? {
    var parts: [String] = []
    if sequences > 0 {
      parts.append("\(sequences) control sequence\(sequences == 1 ? "" : "s") of a terminal")
    }
    if overstrikes > 0 { parts.append("\(overstrikes) struck-over character\(overstrikes == 1 ? "" : "s")") }
    if overwrites > 0 {
      parts.append("\(overwrites) overwritten state\(overwrites == 1 ? "" : "s") of a progress display")
    }
    return parts.isEmpty ? nil : ReadingNote("left out: " + parts.joined(separator: ", "))
  }
}
