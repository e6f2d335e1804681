import Foundation
import Synchronization

/// Turns text into terms: word breaks, lower case, marks folded, stop words out, stems; ideographs as bigrams.
package struct Analyzer: Sendable {
  package let configuration: AnalyzerConfiguration

  /// - Throws: `LexicalIndexError.invalidConfiguration` for a language code that is no ISO 639-1 code.
  package init(configuration: AnalyzerConfiguration) throws(LexicalIndexError) {
    let code = Array(configuration.language.utf8)
    guard code.count == 2, code.allSatisfy({ (97...122).contains($0) }) else {
      throw LexicalIndexError(
        .invalidConfiguration,
        "'\(configuration.language)' is no language code: use two lower-case letters, such as en or de")
    }
    self.configuration = configuration
  }

  package var identity: String { configuration.identity }

  /// The terms of `text`, in order.
  ///
  /// - Complexity: O(text).
  package func terms(of text: String) -> [String] {
    tokens(of: text).map(\.term)
  }

  /// The terms of `text` with the UTF-8 byte range that each came from, in order.
  package func tokens(of text: String) -> [(term: String, range: Range<Int>)] {
    var tokens: [(term: String, range: Range<Int>)] = []
    AnalyzerSession.with(configuration) { session in
      session.forEachTerm(in: text) { term, range in
        tokens.append((String(decoding: term, as: UTF8.self), range))
      }
    }
    return tokens
  }
}

/// An analyzer at work on one thread, with its stemmer and memories.
package final class AnalyzerSession: @unchecked Sendable {
  // Unchecked: one thread has it at a time.
  private let stopWords: Set<[UInt8]>
  private let stemmer: Stemmer?
  private let splitsIdentifiers: Bool
  private let elisions: Set<[UInt8]>
  private let isEnglish: Bool
  /// Folded forms of words that are not ASCII.
  private var folded: [[UInt8]: [UInt8]] = [:]

  /// Longest term, bytes; the rest of a longer word is dropped.
  private static let maximumTermBytes = 255

  package init(_ configuration: AnalyzerConfiguration) {
    stopWords =
      configuration.removesStopWords
      ? Set(StopWords.words(of: configuration.language).map { Array($0.utf8) }) : []
    stemmer = configuration.stems ? Stemmer(language: configuration.language) : nil
    splitsIdentifiers = configuration.splitsIdentifiers
    elisions = Elisions.words(of: configuration.language)
    isEnglish = configuration.language == "en"
  }

  private static let idle = Mutex<[AnalyzerConfiguration: [AnalyzerSession]]>([:])
  /// Sessions of a configuration that are kept while nobody uses them.
  private static let kept = 8

  /// Calls `body` with a session that nobody else has, one used before where there is one.
  static func with<Result>(
    _ configuration: AnalyzerConfiguration, _ body: (AnalyzerSession) -> Result
  ) -> Result {
    let session = idle.withLock { $0[configuration]?.popLast() } ?? AnalyzerSession(configuration)
    defer {
      idle.withLock { pool in
        if pool[configuration, default: []].count < kept { pool[configuration, default: []].append(session) }
      }
    }
    return body(session)
  }

  /// Calls `body` with each term and the UTF-8 byte range that it came from.
  ///
  /// - Complexity: O(text).
  package func forEachTerm(in text: String, _ body: (_ term: [UInt8], _ range: Range<Int>) -> Void) {
    var text = text
    text.withUTF8 { bytes in
      scan(bytes, word: { emitWord(bytes, $0, body) }, ideographs: { emitIdeographs(bytes, $0, body) })
    }
  }

  /// Calls `word` with the range of each word, and `ideographs` with that of each run of ideographs.
  @inline(__always)
  func scan(
    _ bytes: UnsafeBufferPointer<UInt8>, word: (Range<Int>) -> Void, ideographs: (Range<Int>) -> Void
  ) {
    var index = 0
    while index < bytes.count {
      let (kind, width) = classify(bytes, index)
      switch kind {
      case .letter, .digit:
        let end = wordEnd(bytes, index)
        word(index..<end)
        index = end
      case .ideograph:
        let end = ideographsEnd(bytes, index)
        ideographs(index..<end)
        index = end
      case .extend, .other:
        index += width
      }
    }
  }

  private func classify(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> (CharacterClass, width: Int) {
    let byte = bytes[index]
    if byte < 0x80 { return (CharacterClass(ascii: byte), 1) }
    let (scalar, width) = decode(bytes, index)
    return (CharacterClass(scalar), width)
  }

  /// The scalar at `index`; the text is a `String`'s and therefore valid UTF-8.
  private func decode(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> (Unicode.Scalar, width: Int) {
    let first = UInt32(bytes[index])
    func next(_ offset: Int) -> UInt32 {
      index + offset < bytes.count ? UInt32(bytes[index + offset]) & 0x3F : 0
    }
    let value: UInt32
    let width: Int
    switch first {
    case 0..<0x80: (value, width) = (first, 1)
    case 0x80..<0xE0: (value, width) = ((first & 0x1F) << 6 | next(1), 2)
    case 0xE0..<0xF0: (value, width) = ((first & 0x0F) << 12 | next(1) << 6 | next(2), 3)
    default: (value, width) = ((first & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3), 4)
    }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", width)
  }

  /// End of the word that begins at `start`: letters, digits and marks; one apostrophe between letters, one `.` or
  /// `,` between digits, and `_` between either.
  private func wordEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var index = start
    var last = CharacterClass.other
    while index < bytes.count {
      let (kind, width) = classify(bytes, index)
      switch kind {
      case .letter, .digit:
        last = kind
        index += width
      case .extend:
        index += width
      case .ideograph:
        return index
      case .other:
        guard let join = joinWidth(bytes, index, after: last) else { return index }
        index += join
      }
    }
    return index
  }

  /// Bytes of a sign that joins what stands on both sides of it, or `nil`.
  private func joinWidth(
    _ bytes: UnsafeBufferPointer<UInt8>, _ index: Int, after last: CharacterClass
  ) -> Int? {
    let byte = bytes[index]
    let isCurly =
      byte == 0xE2 && index + 2 < bytes.count && bytes[index + 1] == 0x80 && bytes[index + 2] == 0x99
    let width = isCurly ? 3 : 1
    guard index + width < bytes.count else { return nil }
    let next = classify(bytes, index + width).0
    switch byte {
    case UInt8(ascii: "_"):
      return next == .letter || next == .digit ? width : nil
    case UInt8(ascii: "."), UInt8(ascii: ","):
      return last == .digit && next == .digit ? width : nil
    case UInt8(ascii: "'"):
      return last == .letter && next == .letter ? width : nil
    default:
      return isCurly && last == .letter && next == .letter ? width : nil
    }
  }

  /// Calls `body` with the terms of a word; they depend on its bytes alone.
  func emitWord(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ body: ([UInt8], Range<Int>) -> Void
  ) {
    var range = range
    if !elisions.isEmpty, let end = elisionEnd(bytes, range) { range = end..<range.upperBound }
    if splitsIdentifiers {
      let parts = Self.parts(bytes, range)
      if parts.count > 1 {
        for part in parts { emit(bytes, part, body) }
      }
    }
    emit(bytes, range, body)
  }

  /// End of an elided word such as `l'` or `qu’`, or `nil`.
  private func elisionEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
    var word: [UInt8] = []
    for index in range.prefix(Elisions.longest + 1) {
      let byte = bytes[index]
      // A curly apostrophe is E2 80 99.
      let isCurly = byte == 0xE2 && index + 3 < range.upperBound && bytes[index + 1] == 0x80
      if byte == UInt8(ascii: "'") || isCurly {
        return elisions.contains(word) ? index + (isCurly ? 3 : 1) : nil
      }
      word.append((65...90).contains(byte) ? byte | 0x20 : byte)
    }
    return nil
  }

  /// Parts of an identifier: at `_`, and where a lower-case letter meets an upper-case one. One part where there is
  /// nothing to split, or where a camel-case part would be a single letter (as in `mRNA`).
  private static func parts(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    var hasUnderscore = false
    for index in range {
      if bytes[index] == UInt8(ascii: "_") {
        hasUnderscore = true
        if index > start { parts.append(start..<index) }
        start = index + 1
      } else if index > start, (65...90).contains(bytes[index]), (97...122).contains(bytes[index - 1]) {
        parts.append(start..<index)
        start = index
      }
    }
    if start < range.upperBound { parts.append(start..<range.upperBound) }
    return hasUnderscore || parts.allSatisfy { $0.count > 1 } ? parts : [range]
  }

  private func emit(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ body: ([UInt8], Range<Int>) -> Void
  ) {
    var marked: [UInt8]?
    var word: [UInt8] = []
    word.reserveCapacity(range.count)
    var isASCII = true
    for index in range {
      let byte = bytes[index]
      if byte >= 0x80 { isASCII = false }
      word.append((65...90).contains(byte) ? byte | 0x20 : byte)
    }
    if !isASCII {
      // Stemmers of other languages read the marks.
      if !isEnglish, stemmer != nil { marked = Self.composed(word) }
      word = fold(word)
    }
    if isEnglish, word.count > 2, word[word.count - 1] == UInt8(ascii: "s"),
      word[word.count - 2] == UInt8(ascii: "'")
    {
      word.removeLast(2)
    }
    if word.count > Self.maximumTermBytes {
      var end = Self.maximumTermBytes
      while end > 0, word[end] & 0xC0 == 0x80 { end -= 1 }
      word.removeLast(word.count - end)
    }
    guard !word.isEmpty, !stopWords.contains(word) else { return }
    if !isASCII, ArabicScript.begins(word) {
      for gram in ArabicScript.grams(of: word) { body(gram, range) }
      return
    }
    if let stemmer, word[0] > 0x39 { word = marked.map { fold(stemmer.stem($0)) } ?? stemmer.stem(word) }
    if !word.isEmpty { body(word, range) }
  }

  /// Lower case, compatibility forms unified, marks dropped, variants of Arabic letters joined, curly apostrophes
  /// straightened.
  private func fold(_ word: [UInt8]) -> [UInt8] {
    if let known = folded[word] { return known }
    let text = String(decoding: word, as: UTF8.self).replacing("\u{2019}", with: "'")
    var result: [UInt8] = []
    for scalar in text.decomposedStringWithCompatibilityMapping.unicodeScalars {
      if Self.isFoldedMark(scalar) { continue }
      for lower in scalar.properties.lowercaseMapping.unicodeScalars where !Self.isFoldedMark(lower) {
        guard let letter = ArabicScript.folded(lower) else { continue }
        // Final sigma is a sigma.
        result.append(contentsOf: Array(String(letter == "ς" ? "σ" : letter).utf8))
      }
    }
    if folded.count >= 1 << 16 { folded.removeAll(keepingCapacity: true) }
    folded[word] = result
    return result
  }

  /// Marks that are left out in much writing. Those of the scripts of India are vowels, and stay.
  private static func isFoldedMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x300...0x36F, 0x483...0x489, 0x591...0x5C7, 0x610...0x61A, 0x64B...0x65F, 0x670, 0x6D6...0x6ED,
      0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF:
      true
    default: scalar.properties.generalCategory == .format
    }
  }

  /// Lower case with marks, composed; curly apostrophes straightened.
  private static func composed(_ word: [UInt8]) -> [UInt8] {
    let text = String(decoding: word, as: UTF8.self).replacing("\u{2019}", with: "'")
    return Array(text.lowercased().precomposedStringWithCompatibilityMapping.utf8)
  }

  private func ideographsEnd(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var index = start
    while index < bytes.count {
      let (kind, width) = classify(bytes, index)
      guard kind == .ideograph else { break }
      index += width
    }
    return index
  }

  /// Emits the bigrams of a run of ideographs, or a single one alone.
  func emitIdeographs(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ body: ([UInt8], Range<Int>) -> Void
  ) {
    let starts = range.filter { bytes[$0] & 0xC0 != 0x80 }
    if starts.count == 1 {
      body(foldIdeographs(bytes, range), range)
    } else {
      for position in 0..<starts.count - 1 {
        let end = position + 2 < starts.count ? starts[position + 2] : range.upperBound
        body(foldIdeographs(bytes, starts[position]..<end), starts[position]..<end)
      }
    }
  }

  /// Half-width forms become full-width ones.
  private func foldIdeographs(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> [UInt8] {
    let word = Array(bytes[range])
    guard word.contains(0xEF) else { return word }
    return Array(String(decoding: word, as: UTF8.self).precomposedStringWithCompatibilityMapping.utf8)
  }
}
