/// Walks a dictionary for the terms near a word: what two neighbouring terms share is compared once, and blocks whose
/// terms all begin with something that is too far away are passed over.
///
/// - Source: the rows of the distance matrix kept along a trie, as in Boytsov, "Indexing methods for approximate
///   dictionary searching", ACM JEA 2011, section 4.1.1; the sorted dictionary stands for the trie.
struct NearTerms {
  private let pattern: [UInt32]
  private let limit: Int
  /// Row `depth` is the distance of the first `depth` letters of the term to each beginning of the pattern.
  private var rows: [Int]
  private let width: Int
  private var letters: [UInt32] = []
  /// Where each letter ends in the term, bytes.
  private var ends: [Int] = []
  private var term: [UInt8] = []
  /// Every term that begins with so many bytes of `term` is too far away.
  private var dead: Int?

  /// - Parameters:
  ///   - pattern: letters.
  ///   - limit: most edits.
  init(pattern: [UInt32], limit: Int) {
    self.pattern = pattern
    self.limit = limit
    width = pattern.count + 1
    rows = Array(0...pattern.count)
    // A term that is alive has at most so many letters, and one more was looked at.
    rows += [Int](repeating: 0, count: width * (pattern.count + limit + 2))
  }

  /// The bytes that all terms share which need not be looked at, after the last entry; `nil` where there are none.
  var deadPrefix: [UInt8]? { dead.map { Array(term.prefix($0)) } }

  /// Takes the next term.
  ///
  /// - Parameters:
  ///   - shared: bytes that it has in common with the one before.
  ///   - further: the other bytes.
  /// - Returns: the term and its distance, where that is within the limit.
  /// - Complexity: O(letters that are new × pattern).
  mutating func next(shared: Int, further: UnsafeRawBufferPointer) -> (term: [UInt8], distance: Int)? {
    var shared = shared
    if shared == 0 {
      // The head of a block stands there whole, whatever it has in common with what came before.
      while shared < min(term.count, further.count), term[shared] == further[shared] { shared += 1 }
      term.replaceSubrange(shared..., with: further[shared...])
    } else {
      term.replaceSubrange(shared..., with: further)
    }
    if let end = dead {
      guard shared < end else { return nil }
      dead = nil
    }
    while let end = ends.last, end > shared {
      ends.removeLast()
      letters.removeLast()
    }
    var place = ends.last ?? 0
    // Numbers and signs are no words; they come before all letters.
    if place == 0, term.first ?? 0 <= 0x39 {
      dead = min(1, term.count)
      return nil
    }
    while place < term.count {
      let (letter, size) = Self.letter(term, at: place)
      place += size
      letters.append(letter)
      ends.append(place)
      guard append() <= limit else {
        dead = place
        return nil
      }
    }
    let distance = rows[letters.count * width + pattern.count]
    return distance <= limit ? (term, distance) : nil
  }

  /// Computes the row of the newest letter.
  ///
  /// - Returns: its least value, which no longer term can go below.
  private mutating func append() -> Int {
    let depth = letters.count
    let letter = letters[depth - 1]
    let last = depth > 1 ? letters[depth - 2] : 0
    let width = width
    return rows.withUnsafeMutableBufferPointer { rows in
      pattern.withUnsafeBufferPointer { pattern in
        let row = depth * width
        let above = row - width
        rows[row] = depth
        var least = depth
        for j in 0..<pattern.count {
          var cost = min(rows[above + j + 1], rows[row + j]) + 1
          cost = min(cost, rows[above + j] + (pattern[j] == letter ? 0 : 1))
          if depth > 1, j > 0, pattern[j] == last, pattern[j - 1] == letter {
            cost = min(cost, rows[above - width + j - 1] + 1)
          }
          rows[row + j + 1] = cost
          least = min(least, cost)
        }
        return least
      }
    }
  }

  /// The scalar at `place` of UTF-8 that an analyzer wrote, and its bytes.
  private static func letter(_ bytes: [UInt8], at place: Int) -> (letter: UInt32, size: Int) {
    let first = bytes[place]
    let size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard size > 1, place + size <= bytes.count else { return (UInt32(first), 1) }
    var letter = UInt32(first) & (0x7F >> UInt32(size))
    for index in place + 1..<place + size { letter = letter << 6 | UInt32(bytes[index] & 0x3F) }
    return (letter, size)
  }
}

extension LexicalIndexReader {
  /// Calls `body` with the terms within `limit` edits of `word`, in byte order, with the edits and the number of chunks
  /// that hold them. Terms that begin with a digit or a sign before the digits are left out.
  ///
  /// - Complexity: O(terms that share a beginning within `limit` edits of one of the word × letters).
  package func forEachTerm(
    near word: String, limit: Int,
    _ body: (_ term: [UInt8], _ distance: Int, _ documentFrequency: Int) -> Void
  ) {
    var walk = NearTerms(pattern: word.unicodeScalars.map(\.value), limit: limit)
    var block = 0
    while block < blockCount {
      forEachEntry(ofBlock: block) { entry in
        if let found = walk.next(shared: entry.shared, further: entry.further) {
          body(found.term, found.distance, entry.list.documentFrequency)
        }
        return true
      }
      block += 1
      guard let prefix = walk.deadPrefix, block + 1 < blockCount, begins(block: block + 1, with: prefix)
      else {
        continue
      }
      // The last block that begins with it may hold the end of its terms.
      var low = block + 1
      var high = blockCount
      while low + 1 < high {
        let middle = (low + high) / 2
        if begins(block: middle, with: prefix) { low = middle } else { high = middle }
      }
      block = low
    }
  }
}
