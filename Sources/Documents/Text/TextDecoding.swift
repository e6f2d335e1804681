/// Text of a file as UTF-8 with `\n` line ends.
package struct DecodedText: Sendable {
  /// Valid UTF-8 without NUL, carriage return or leading byte order mark.
  package var bytes: [UInt8]
  /// The encoding that the file was in.
  package var encoding: TextEncoding
  /// The way back to bytes of the file.
  package var sourceMap: SourceMap
  /// A guessed encoding, what was broken or left out.
  package var notes: [ReadingNote] = []

  package var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Tells the encoding of a text file and brings it to UTF-8.
///
/// The rule, in order:
/// 1. A byte order mark decides (UTF-8, UTF-16, UTF-32).
/// 2. Then `ReadingLimits.encoding` does, where one is asked for.
/// 3. With NUL bytes it is UTF-16 or UTF-32 without a mark if that gives plausible text.
/// 4. Valid UTF-8 is UTF-8, or ISO-2022 where it holds that encoding's escape sequences.
/// 5. A file with at least as many well-formed multi-byte sequences as broken ones is damaged UTF-8.
/// 6. Else the legacy encodings are tried (`LegacyEncoding`); a file that fits none is damaged UTF-8 too.
///
/// What follows no rule of the encoding costs itself: it is U+FFFD in the text and counted in a note. A file with more
/// of it than one byte in ten, or with more control characters and runs of NUL than text has, is binary: an error.
package enum TextDecoding {
  /// Decodes `bytes`.
  ///
  /// - Parameter isFromTerminal: the text may be a terminal's: what only steers it is left out (`TerminalCodes`).
  /// - Throws: `.undecodable`; `.tooLarge` when the text has more than `limits.textBytes` bytes.
  /// - Complexity: O(bytes).
  package static func decode(
    _ bytes: [UInt8], limits: ReadingLimits, isFromTerminal: Bool = false
  ) throws(DocumentError) -> DecodedText {
    var decoded = try decodeCharacters(bytes, limits: limits, keepsReturns: isFromTerminal)
    guard isFromTerminal else { return decoded }
    guard TerminalCodes.areIn(decoded.bytes) else {
      guard decoded.bytes.contains(0x0D) else { return decoded }
      let text = LineEnds.normalise(decoded.bytes, from: 0).text
      decoded.sourceMap = text.sourceMap.composed(with: decoded.sourceMap, count: text.count)
      decoded.bytes = text.bytes
      return decoded
    }
    let shown = TerminalCodes(decoded.bytes)
    decoded.sourceMap = shown.text.sourceMap.composed(with: decoded.sourceMap, count: shown.text.count)
    decoded.bytes = shown.text.bytes
    if let note = shown.note { decoded.notes.append(note) }
    return decoded
  }

  private static func decodeCharacters(
    _ bytes: [UInt8], limits: ReadingLimits, keepsReturns: Bool
  ) throws(DocumentError) -> DecodedText {
    if let mark = ByteOrderMark(bytes) {
      return try decode(bytes, after: mark, limits: limits, keepsReturns: keepsReturns)
    }
    if let name = limits.encoding {
      guard let encoding = TextEncoding(label: name) else {
        throw DocumentError(
          .undecodable,
          "no encoding is called '\(name)'; known are \(TextEncoding.names.joined(separator: ", "))")
      }
      return try decode(bytes, as: encoding, limits: limits, keepsReturns: keepsReturns)
    }
    let survey = UTF8Survey(bytes)
    if survey.nulBytes > 0, let encoding = UnicodeTransform.guess(bytes) {
      return try decode(bytes, as: encoding, limits: limits, keepsReturns: keepsReturns, isGuessed: true)
    }
    guard survey.controls * 20 <= bytes.count, !survey.isBinary(of: bytes.count) else {
      throw binary(bytes, survey)
    }
    guard let broken = survey.firstBroken else {
      if survey.hasEscape, survey.multibyte == 0 {
        for encoding in [TextEncoding.iso2022JP, .iso2022KR] where encoding.isAnnounced(in: bytes) {
          return try decode(
            bytes, as: encoding, limits: limits, keepsReturns: keepsReturns, isGuessed: true, confidence: 0.99
          )
        }
      }
      return try finish(bytes, encoding: .utf8, limits: limits, keepsReturns: keepsReturns, survey: survey)
    }
    // Their text is never shorter than their bytes, so a converted copy of a file over the limit is not made.
    guard bytes.count <= limits.textBytes else { throw tooLarge(bytes.count, limits) }
    if let legacy = legacyEncoding(bytes, survey) {
      return try decode(
        bytes, as: legacy.encoding, limits: limits, keepsReturns: keepsReturns, isGuessed: true,
        confidence: legacy.confidence)
    }
    guard survey.multibyte * 2 >= survey.broken || survey.broken * 10 <= bytes.count else {
      throw DocumentError(
        .undecodable,
        "byte \(broken) (0x\(hex(bytes[broken]))) is not valid UTF-8 and the text fits no other known encoding; "
          + "save the file as UTF-8, or name its encoding with --encoding")
    }
    return try repair(bytes, from: 0, survey: survey, limits: limits, keepsReturns: keepsReturns)
  }

  /// The encoding from before Unicode that `bytes` are in, or `nil` where they are rather damaged UTF-8.
  private static func legacyEncoding(_ bytes: [UInt8], _ survey: UTF8Survey) -> LegacyEncoding? {
    guard survey.multibyte < survey.broken * 4 || survey.multibyte == 0, survey.controls * 100 <= bytes.count,
      let found = LegacyEncoding(bytes)
    else { return nil }
    switch found.encoding.kind {
    case .multiple:
      // Sequences of these encodings are whole UTF-8 by chance now and then, but damaged UTF-8 is seldom whole in them.
      if survey.multibyte >= survey.broken, found.count < 20 || found.confidence < 0.9 { return nil }
    default:
      // Single bytes seldom are, but for Thai letters; accents of two encodings in one file are read line by line.
      let isThai = found.encoding.name == "windows-874"
      if survey.multibyte * 4 > survey.broken, !isThai, found.count < 100 { return nil }
      if found.encoding == .windows1252, survey.multibyte * 10 > survey.broken { return nil }
    }
    return found
  }

  private static func decode(
    _ bytes: [UInt8], after mark: ByteOrderMark, limits: ReadingLimits, keepsReturns: Bool
  ) throws(DocumentError) -> DecodedText {
    guard mark.encoding == .utf8 else {
      return try decode(
        bytes, as: mark.encoding, from: mark.length, limits: limits, keepsReturns: keepsReturns)
    }
    let survey = UTF8Survey(bytes)
    if survey.isBinary(of: bytes.count) { throw binary(bytes, survey) }
    if survey.broken > 0 {
      return try repair(bytes, from: mark.length, survey: survey, limits: limits, keepsReturns: keepsReturns)
    }
    return try finish(
      bytes, from: mark.length, encoding: .utf8, limits: limits, keepsReturns: keepsReturns, survey: survey)
  }

  private static func decode(
    _ bytes: [UInt8], as encoding: TextEncoding, from start: Int = 0, limits: ReadingLimits,
    keepsReturns: Bool, isGuessed: Bool = false, confidence: Double? = nil
  ) throws(DocumentError) -> DecodedText {
    guard let decoded = encoding.decode(bytes, from: start) else {
      throw DocumentError(
        .undecodable, "this system has no converter for \(encoding.name); save the file as UTF-8")
    }
    var notes: [ReadingNote] = []
    if isGuessed {
      let percent = confidence.map { " (confidence \(Int(($0 * 100).rounded())) %)" } ?? ""
      notes.append(
        ReadingNote(
          "the file does not name its encoding and was read as \(encoding.name)\(percent); --encoding NAME forces "
            + "another"))
    }
    if let first = decoded.firstBroken {
      guard decoded.broken * 10 <= bytes.count || limits.encoding != nil else {
        throw DocumentError(
          .undecodable,
          "\(decoded.broken) sequences are not valid \(encoding.name), the first at byte \(first); name the file's "
            + "encoding with --encoding, or exclude the file")
      }
      notes.append(
        ReadingNote(
          "\(counted(decoded.broken, "sequence", "s")) not valid in \(encoding.name), the first at byte \(first) (line "
            + "\(line(of: first, in: bytes, encoding))): shown as U+FFFD"))
    }
    let text = decoded.text
    var out = try finish(
      text.bytes, encoding: encoding, limits: limits, keepsReturns: keepsReturns, inner: text.sourceMap)
    out.notes = notes + out.notes
    return out
  }

  private static func repair(
    _ bytes: [UInt8], from start: Int, survey: UTF8Survey, limits: ReadingLimits,
    keepsReturns: Bool
  ) throws(DocumentError) -> DecodedText {
    let repair = UTF8Repair(bytes, from: start, readsWestern: true)
    let text = repair.decoded.text
    var out = try finish(
      text.bytes, encoding: .utf8, limits: limits, keepsReturns: keepsReturns, inner: text.sourceMap)
    let first = repair.decoded.firstBroken ?? 0
    let lost = repair.decoded.broken - repair.western
    let how =
      lost == 0
      ? "read as windows-1252"
      : repair.western == 0
        ? "shown as U+FFFD" : "\(repair.western) read as windows-1252, \(lost) shown as U+FFFD"
    out.notes.insert(
      ReadingNote(
        "\(counted(repair.decoded.broken, "broken UTF-8 sequence", "s")), the first at byte \(first) (line "
          + "\(line(of: first, in: bytes, .utf8))): \(how)"), at: 0)
    return out
  }

  // MARK: Messages

  private static func counted(_ count: Int, _ noun: String, _ plural: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : plural)"
  }

  /// Number of the line, from 1, that holds byte `offset`.
  private static func line(of offset: Int, in bytes: [UInt8], _ encoding: TextEncoding) -> Int {
    guard case .unicode(let unit, let isBigEndian) = encoding.kind else {
      var line = 1
      for index in 0..<offset {
        if bytes[index] == 0x0A || bytes[index] == 0x0D && bytes[index + 1] != 0x0A { line += 1 }
      }
      return line
    }
    var line = 1
    for index in stride(from: 0, to: offset - unit + 1, by: unit) {
      let low = isBigEndian ? index + unit - 1 : index
      if bytes[low] == 0x0A, bytes[index..<(index + unit)].reduce(0, { $0 + Int($1) }) == 0x0A { line += 1 }
    }
    return line
  }

  private static func binary(_ bytes: [UInt8], _ survey: UTF8Survey) -> DocumentError {
    if let offset = survey.firstNUL {
      return DocumentError(
        .undecodable,
        "NUL byte at byte \(offset) (\(survey.nulBytes) in all): binary data under a text name; exclude the file "
          + "or give it its real extension")
    }
    return DocumentError(
      .undecodable,
      "\(survey.controls) control characters in \(bytes.count) bytes: binary data under a text name; exclude the "
        + "file or give it its real extension")
  }

  private static func tooLarge(_ count: Int, _ limits: ReadingLimits) -> DocumentError {
    DocumentError(
      .tooLarge,
      "\(count) bytes of text are over the limit of \(limits.textBytes); split the file or raise the limit")
  }

  private static func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.utf8.count == 1 ? "0" + digits : digits
  }

  // MARK: Line ends

  /// Drops marks at the start, makes line ends `\n`, runs of NUL U+FFFD, and checks the size.
  ///
  /// - Parameter inner: the way from `bytes` to the file, where they are no copy of it.
  private static func finish(
    _ bytes: [UInt8], from start: Int = 0, encoding: TextEncoding, limits: ReadingLimits,
    keepsReturns: Bool, survey: UTF8Survey? = nil, inner: SourceMap = SourceMap()
  ) throws(DocumentError) -> DecodedText {
    var start = start
    while TextScan.has("\u{FEFF}", in: bytes, at: start) { start += 3 }
    let isClean =
      survey.map { (keepsReturns || !$0.hasCarriageReturn) && $0.nulBytes == 0 }
      ?? !bytes.contains { $0 == 0 || !keepsReturns && $0 == 0x0D }
    guard start > 0 || !isClean else {
      guard bytes.count <= limits.textBytes else { throw tooLarge(bytes.count, limits) }
      return DecodedText(bytes: bytes, encoding: encoding, sourceMap: inner)
    }
    let (text, nuls) = LineEnds.normalise(bytes, from: start, keepsReturns: keepsReturns)
    guard text.count <= limits.textBytes else { throw tooLarge(text.count, limits) }
    var notes: [ReadingNote] = []
    if let first = nuls.first {
      let source = inner.sourceOffset(first.lowerBound)
      notes.append(
        ReadingNote(
          "\(counted(nuls.reduce(0) { $0 + $1.count }, "NUL byte", "s")) in the text, the first at byte \(source): "
            + "each run of them is shown as U+FFFD"))
    }
    return DecodedText(
      bytes: text.bytes, encoding: encoding,
      sourceMap: text.sourceMap.composed(with: inner, count: text.count), notes: notes)
  }
}

/// `\r\n` and `\r` as `\n`, with the way back.
enum LineEnds {
  /// - Parameter keepsReturns: carriage returns stay; runs of NUL are replaced.
  /// - Returns: the text, and the runs of NUL that are U+FFFD in it.
  /// - Complexity: O(bytes); a run for each `\r\n`.
  static func normalise(
    _ bytes: [UInt8], from start: Int, keepsReturns: Bool = false
  ) -> (text: SourcedText, nuls: [Range<Int>]) {
    var out = SourcedText()
    out.reserve(bytes.count - start)
    var nuls: [Range<Int>] = []
    var copied = start
    var index = start
    while index < bytes.count {
      switch bytes[index] {
      case 0x0D where !keepsReturns:
        out.copy(copied..<index, of: bytes)
        out.copy(0x0A, at: index)
        index += index + 1 < bytes.count && bytes[index + 1] == 0x0A ? 2 : 1
        copied = index
      case 0x00:
        out.copy(copied..<index, of: bytes)
        let first = index
        while index < bytes.count, bytes[index] == 0 { index += 1 }
        out.replace(first..<index, with: TextFromEncoding.replacement)
        nuls.append(first..<index)
        copied = index
      default: index += 1
      }
    }
    out.copy(copied..<bytes.count, of: bytes)
    return (out, nuls)
  }
}
