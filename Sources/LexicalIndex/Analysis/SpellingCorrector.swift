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
  /// - Complexity: O(terms of the index × letters).
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
    let bytes = term.utf8.count
    let isASCII = term.utf8.allSatisfy { $0 < 0x80 }
    var edits = EditDistance(from: term.unicodeScalars.map(\.value), limit: limit)
    var found: [[UInt8]: (distance: Int, frequency: Int)] = [:]
    for reader in readers {
      reader.forEachTerm { candidate, list in
        guard let first = candidate.first, first > 0x39 else { return }
        let distance: Int?
        if isASCII, abs(candidate.count - bytes) <= limit, candidate.allSatisfy({ $0 < 0x80 }) {
          distance = edits.distance(to: candidate)
        } else if abs(candidate.count - bytes) <= limit * 4,
          !isASCII || candidate.contains(where: { $0 >= 0x80 })
        {
          // An edit changes at most four bytes.
          distance = edits.distance(
            to: String(decoding: candidate, as: UTF8.self).unicodeScalars.map(\.value))
        } else {
          distance = nil
        }
        if let distance { found[candidate, default: (distance, 0)].frequency += list.documentFrequency }
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

/// Edits between one word and many others.
///
/// - Source: "optimal string alignment", as in Boytsov, "Indexing methods for approximate dictionary searching", ACM JEA
///   2011, section 2; only cells within `limit` of the diagonal can count (Ukkonen 1985).
package struct EditDistance {
  private let pattern: [UInt32]
  private let limit: Int
  /// Three rows, used in turn.
  private var rows: [Int]
  private let width: Int

  package init(from pattern: [UInt32], limit: Int) {
    self.pattern = pattern
    self.limit = limit
    width = pattern.count + limit + 1
    rows = [Int](repeating: 0, count: 3 * width)
  }

  /// Insertions, deletions, replacements and swaps of neighbours, no part being edited twice; `nil` above the limit.
  ///
  /// - Complexity: O(letters × limit), no allocation.
  package mutating func distance<Letter: FixedWidthInteger & UnsignedInteger>(to other: [Letter]) -> Int? {
    let count = pattern.count
    guard abs(count - other.count) <= limit else { return nil }
    let beyond = limit + 1
    let width = width
    return rows.withUnsafeMutableBufferPointer { rows in
      pattern.withUnsafeBufferPointer { pattern in
        other.withUnsafeBufferPointer { other in
          for place in 0...other.count { rows[place] = place }
          for i in 0..<count {
            let row = (i + 1) % 3 * width
            let last = i % 3 * width
            let before = (i + 2) % 3 * width
            let from = max(0, i - limit)
            let to = min(other.count - 1, i + limit)
            // Cells at both sides of the band are beyond what counts.
            rows[row + from] = from == 0 ? i + 1 : beyond
            if i + limit < other.count { rows[last + to + 1] = i == 0 ? rows[last + to + 1] : beyond }
            var least = rows[row + from]
            if from <= to {
              for j in from...to {
                let isSame = pattern[i] == UInt32(truncatingIfNeeded: other[j])
                var cost = min(rows[last + j + 1] + 1, rows[row + j] + 1, rows[last + j] + (isSame ? 0 : 1))
                if i > 0, j > 0, pattern[i] == UInt32(truncatingIfNeeded: other[j - 1]),
                  pattern[i - 1] == UInt32(truncatingIfNeeded: other[j])
                {
                  cost = min(cost, rows[before + j - 1] + 1)
                }
                rows[row + j + 1] = cost
                least = min(least, cost)
              }
            }
            if least > limit { return nil }
          }
          let distance = rows[count % 3 * width + other.count]
          return distance <= limit ? distance : nil
        }
      }
    }
  }
}
