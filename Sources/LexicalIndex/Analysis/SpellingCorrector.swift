/// Finds terms of an index that a word not in it was probably meant to be.
///
/// Two ways lead to candidates: every word one edit away, analyzed and looked up, which sees through stems; and every
/// term of the index within the allowed distance of the word's own term.
package struct SpellingCorrector {
  /// A term that stands for a word.
  package struct Correction: Hashable, Sendable {
    package var term: String
    /// Edits: insertion, deletion, replacement, swap of neighbours.
    package var distance: Int
    package var documentFrequency: Int
  }

  private let configuration: AnalyzerConfiguration
  private let readers: [LexicalIndexReader]

  package init(analyzer: Analyzer, readers: [LexicalIndexReader]) {
    configuration = analyzer.configuration
    self.readers = readers
  }

  /// Edits that a word of so many letters may have: short words are near to too many others.
  static func allowance(_ letters: Int) -> Int {
    switch letters {
    case ..<5: 0
    case 5...8: 1
    default: 2
    }
  }

  /// The nearest term; of equally near ones that in the most chunks.
  ///
  /// - Parameters:
  ///   - word: as written.
  ///   - term: what the analyzer made of it, which is not in the index.
  /// - Returns: `nil` for words that are short or hold anything but letters, and where nothing is near.
  /// - Complexity: that of `LexicalIndexReader.forEachTerm(near:limit:)`.
  package func correction(of word: String, term: String) -> Correction? {
    let letters = Array(word.lowercased().unicodeScalars)
    let allowance = Self.allowance(letters.count)
    guard allowance > 0, letters.count <= 64, letters.allSatisfy(\.properties.isAlphabetic),
      !letters.contains(where: { CharacterClass($0) == .ideograph }), !ArabicScript.begins(Array(word.utf8))
    else { return nil }
    var best: Correction?
    func offer(_ term: String, distance: Int, frequency: Int) {
      let candidate = Correction(term: term, distance: distance, documentFrequency: frequency)
      guard let current = best else {
        best = candidate
        return
      }
      let isBetter =
        (distance, -frequency, term) < (current.distance, -current.documentFrequency, current.term)
      if isBetter { best = candidate }
    }
    for variant in Set(variantTerms(letters)) {
      let frequency = readers.reduce(0) { $0 + $1.documentFrequency(of: variant) }
      if frequency > 0 { offer(variant, distance: 1, frequency: frequency) }
    }
    if best == nil || allowance > 1 {
      let limit = min(allowance, max(1, term.unicodeScalars.count / 4))
      for (candidate, found) in candidates(near: term, limit: limit) {
        offer(
          String(decoding: candidate, as: UTF8.self), distance: found.distance, frequency: found.frequency)
      }
    }
    return best
  }

  /// Terms of the index within `limit` edits, with the chunks that they are in.
  private func candidates(near term: String, limit: Int) -> [[UInt8]: (distance: Int, frequency: Int)] {
    var found: [[UInt8]: (distance: Int, frequency: Int)] = [:]
    for reader in readers {
      reader.forEachTerm(near: term, limit: limit) { candidate, distance, frequency in
        found[candidate, default: (distance, 0)].frequency += frequency
      }
    }
    return found
  }

  /// Terms of all words one edit away.
  private func variantTerms(_ letters: [Unicode.Scalar]) -> [String] {
    // Other alphabets get swaps and deletions, and the scan over terms does the rest.
    let alphabet =
      letters.allSatisfy(\.isASCII) ? Array("abcdefghijklmnopqrstuvwxyz".unicodeScalars) : Array(Set(letters))
    var variants: [String] = []
    func add(_ scalars: some Sequence<Unicode.Scalar>) {
      variants.append(String(String.UnicodeScalarView(scalars)))
    }
    for place in letters.indices {
      add(letters[..<place] + letters[(place + 1)...])
      if place + 1 < letters.count {
        add(letters[..<place] + [letters[place + 1], letters[place]] + letters[(place + 2)...])
      }
      for letter in alphabet where letter != letters[place] {
        add(letters[..<place] + [letter] + letters[(place + 1)...])
      }
    }
    for place in 0...letters.count {
      for letter in alphabet { add(letters[..<place] + [letter] + letters[place...]) }
    }
    var terms: [String] = []
    AnalyzerSession(configuration).forEachTerm(in: variants.joined(separator: " ")) { term, _ in
      terms.append(String(decoding: term, as: UTF8.self))
    }
    return terms
  }
}
