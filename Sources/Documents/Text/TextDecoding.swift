/// Text of a file as UTF-8 with `\n` line ends.
package struct DecodedText: Sendable {
  /// Valid UTF-8 without NUL, carriage return or leading byte order mark.
  package var bytes: [UInt8]
  /// Name of the encoding the file was in, as iconv spells it.
  package var encoding: String
  /// Offsets in the file for UTF-8, in its transcription to UTF-8 for every other encoding.
  package var sourceMap: SourceMap

  package var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Tells the encoding of a text file and brings it to UTF-8.
///
/// The rule, in order:
/// 1. A byte order mark decides (UTF-8, UTF-16, UTF-32), and what follows must be valid.
/// 2. Valid UTF-8 without NUL is UTF-8.
/// 3. With NUL bytes it is UTF-16 without a mark if it decodes to plausible text, else binary data.
/// 4. A file with at least as many well-formed multi-byte sequences as broken ones is damaged UTF-8: an error
///    with the byte offset, never a guess and never replacement characters.
/// 5. Else the legacy encodings are tried (`LegacyEncoding`); if none gives plausible text, that is an error.
package enum TextDecoding {
  /// Decodes `bytes`.
  ///
  /// - Throws: `.undecodable`; `.tooLarge` when the text has more than `limits.textBytes` bytes.
  /// - Complexity: O(bytes).
  package static func decode(_ bytes: [UInt8], limits: ReadingLimits) throws(DocumentError) -> DecodedText {
    if let mark = ByteOrderMark(bytes) {
      return try decode(bytes, after: mark, limits: limits)
    }
    let survey = UTF8Survey(bytes)
    if survey.nulBytes > 0 {
      if let (text, encoding) = UnicodeTransform.guessUTF16(bytes) {
        return try finish(text, from: 0, encoding: encoding, limits: limits)
      }
      throw binary(bytes, survey)
    }
    guard survey.controls * 20 <= bytes.count else { throw binary(bytes, survey) }
    guard let broken = survey.firstBroken else {
      return try finish(bytes, from: 0, encoding: "UTF-8", limits: limits, survey: survey)
    }
    if survey.multibyte >= survey.broken { throw damaged(survey, at: broken) }
    // Their text is never shorter than their bytes, so a converted copy of a file over the limit is not made.
    guard bytes.count <= limits.textBytes else { throw tooLarge(bytes.count, limits) }
    guard let (text, encoding) = LegacyEncoding.decode(bytes, survey: survey) else {
      throw DocumentError(
        .undecodable,
        "byte \(broken) (0x\(hex(bytes[broken]))) is not valid UTF-8 and the text fits no other known encoding; "
          + "save the file as UTF-8")
    }
    return try finish(text, from: 0, encoding: encoding, limits: limits)
  }

  private static func decode(
    _ bytes: [UInt8], after mark: ByteOrderMark, limits: ReadingLimits
  ) throws(DocumentError) -> DecodedText {
    guard mark.encoding != "UTF-8" else {
      let survey = UTF8Survey(bytes)
      if survey.nulBytes > 0 { throw binary(bytes, survey) }
      if let broken = survey.firstBroken { throw damaged(survey, at: broken) }
      return try finish(bytes, from: mark.length, encoding: mark.encoding, limits: limits)
    }
    switch UnicodeTransform.decode(bytes, after: mark) {
    case .text(let text):
      return try finish(text, from: 0, encoding: mark.encoding, limits: limits)
    case .broken(let offset):
      throw DocumentError(
        .undecodable,
        "the byte order mark says \(mark.encoding), but byte \(offset) does not follow it; save the file as UTF-8"
      )
    case .nul(let offset):
      throw DocumentError(
        .undecodable,
        "NUL character at byte \(offset): this is not a text file; remove it or exclude the file")
    }
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

  private static func damaged(_ survey: UTF8Survey, at offset: Int) -> DocumentError {
    let count =
      survey.broken == 1 ? "a broken UTF-8 sequence" : "\(survey.broken) broken UTF-8 sequences, the first"
    return DocumentError(.undecodable, "\(count) at byte \(offset); repair the file and save it as UTF-8")
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

  /// Drops marks at the start, makes line ends `\n` and checks the size.
  private static func finish(
    _ bytes: [UInt8], from start: Int, encoding: String, limits: ReadingLimits, survey: UTF8Survey? = nil
  ) throws(DocumentError) -> DecodedText {
    var start = start
    while TextScan.has("\u{FEFF}", in: bytes, at: start) { start += 3 }
    let (text, map) = LineEnds.normalise(
      bytes, from: start, hasNone: survey.map { !$0.hasCarriageReturn } ?? false)
    guard text.count <= limits.textBytes else { throw tooLarge(text.count, limits) }
    return DecodedText(bytes: text, encoding: encoding, sourceMap: map)
  }
}

/// `\r\n` and `\r` as `\n`, with the way back.
enum LineEnds {
  /// - Parameter hasNone: the caller knows that `bytes` hold no carriage return.
  /// - Complexity: O(bytes); a run for each `\r\n`.
  static func normalise(_ bytes: [UInt8], from start: Int, hasNone: Bool) -> (bytes: [UInt8], map: SourceMap)
  {
    if start == 0, hasNone || !bytes.contains(0x0D) { return (bytes, SourceMap()) }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count - start)
    var runs: [SourceMap.Run] = start > 0 ? [SourceMap.Run(text: 0, source: start)] : []
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      guard byte == 0x0D else {
        out.append(byte)
        continue
      }
      out.append(0x0A)
      if index < bytes.count, bytes[index] == 0x0A {
        index += 1
        runs.append(SourceMap.Run(text: out.count, source: index))
      }
    }
    return (out, SourceMap(runs: runs))
  }
}
