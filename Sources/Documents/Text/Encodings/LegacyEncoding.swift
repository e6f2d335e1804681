import CUchardet
import Glibc

/// The encoding of a text that names none: what uchardet says, weighed against how plausible each encoding's text is.
///
/// uchardet knows text of some length, and more encodings; the models of letters know short text and the encodings of
/// DOS and the Macintosh. Over sentences of 39 languages in 36 encodings uchardet alone reads 74%, ICU's detector 60%,
/// and both together with the models 98% (`LegacyEncodingTests` has the table); over long files of other programs'
/// tests uchardet reads 97%, the models alone 94%.
struct LegacyEncoding {
  let encoding: TextEncoding
  /// Probability, after the models, that no other encoding gives the text: 0 to 0.99.
  let confidence: Double
  /// Characters that are not ASCII, in the sample.
  let count: Int

  /// Bytes of a file that are enough to judge it.
  private static let sampleBytes = 6 << 10
  private static let detectorBytes = 256 << 10

  /// Judges `bytes`, which are no UTF-8.
  ///
  /// - Returns: `nil` when no encoding makes plausible text of them.
  /// - Complexity: O(bytes) for the first and O(1) for the rest: a sample of at most 6 KiB is read in each encoding.
  init?(_ bytes: [UInt8]) {
    let sample = Self.sample(of: bytes)
    let detected = Self.detect(bytes)
    var candidates = EncodingCandidate.uses.compactMap { EncodingCandidate(sample, in: $0) }
    candidates += EasternScript.all.compactMap { $0.candidate(sample) }
    for index in candidates.indices where candidates[index].encoding == detected {
      candidates[index].score += 3 + Double(min(candidates[index].count, 200)) * 0.05
    }
    candidates.sort { $0.score > $1.score }
    if let best = candidates.first(where: \.isPlausible) {
      var other = 0.0
      for candidate in candidates where candidate.encoding != best.encoding && candidate.text != best.text {
        other += exp(candidate.score - best.score)
      }
      let confidence = min(0.99, 1 / (1 + other))
      if confidence >= 0.2 {
        self.encoding = best.encoding
        self.confidence = confidence
        count = best.count
        return
      }
    }
    // What the models do not know, the detector may.
    guard let detected, sample.count >= 40,
      !EncodingCandidate.uses.contains(where: { $0.encoding == detected }),
      let text = detected.decode(sample), text.broken == 0
    else { return nil }
    encoding = detected
    confidence = 0.5
    count = text.text.string.unicodeScalars.count { $0.value >= 0x80 }
  }

  /// What uchardet says, or `nil` where it has no answer.
  private static func detect(_ bytes: [UInt8]) -> TextEncoding? {
    guard let detector = uchardet_new() else { return nil }
    defer { uchardet_delete(detector) }
    let count = min(bytes.count, detectorBytes)
    let failed = bytes.withUnsafeBytes { raw in
      uchardet_handle_data(detector, raw.baseAddress?.assumingMemoryBound(to: CChar.self), count)
    }
    guard failed == 0 else { return nil }
    uchardet_data_end(detector)
    guard let name = uchardet_get_charset(detector) else { return nil }
    let found = TextEncoding(label: String(cString: name))
    return found?.kind == .single || found?.kind == .multiple ? found : nil
  }

  /// Lines that hold bytes that are not ASCII, up to a size.
  private static func sample(of bytes: [UInt8]) -> [UInt8] {
    guard bytes.count > sampleBytes else { return bytes }
    var out: [UInt8] = []
    var position = 0
    while position < bytes.count, out.count < sampleBytes {
      guard let high = bytes[position...].firstIndex(where: { $0 >= 0x80 }) else { break }
      var start = high
      while start > position, bytes[start - 1] != 0x0A, high - start < 200 { start -= 1 }
      var end = TextScan.line(in: bytes, from: high, to: bytes.count).upperBound
      // A long line is cut behind ASCII, which parts no character of most encodings.
      if end - start > sampleBytes {
        end = start + sampleBytes
        while end < bytes.count, bytes[end - 1] >= 0x80 || bytes[end - 1] > 0x3F { end += 1 }
      }
      out.append(contentsOf: bytes[start..<end])
      out.append(0x0A)
      position = end
    }
    return out
  }
}

extension EncodingCandidate {
  /// Whether it is text at all. Two or three characters fit anything, so these must be what western text has.
  var isPlausible: Bool {
    if encoding.kind == .multiple { return quality > -9.5 }
    // Little text has to be plainer text.
    guard count < 4 else { return quality > (encoding.name.hasPrefix("IBM") ? -6 : count < 40 ? -6.4 : -7.5) }
    return encoding == .windows1252 && quality > -6
  }
}
