/// Text to token ids, equal to the reference tokenizer's for BERT models.
///
/// Steps: special tokens found in the raw text; cleaning, space around ideographs, accent stripping, lower-casing;
/// words by white space and punctuation; each word by the longest pieces first.
/// - Source: Devlin et al. 2019, "BERT", section 4; Wu et al. 2016, "Google's Neural Machine Translation System",
///   section 4.1.
package struct WordPieceTokenizer: Sendable {
  /// Words of more scalars than this are unknown.
  static let longestWord = 100

  package let vocabulary: WordPieceVocabulary
  package let unknown: Int32
  package let start: Int32
  package let end: Int32

  let table: BertUnicodeTable
  /// Kinds of the 128 ASCII bytes and, for words, what they are lower-cased to: kind in the low 3 bits.
  let ascii: [UInt16]
  /// Texts that stand for their own token wherever they occur, longest first.
  let special: [(bytes: [UInt8], token: Int32)]

  /// - Parameters:
  ///   - stripAccents: nothing means "if lower-casing", as the reference has it.
  ///   - specialTokens: roles to texts; `unk_token`, `cls_token` and `sep_token` must be in the vocabulary.
  /// - Throws: `EmbeddingError.modelInvalid`.
  package init(
    vocabulary: WordPieceVocabulary, lowercase: Bool, stripAccents: Bool? = nil,
    specialTokens: SpecialTokens = SpecialTokens()
  ) throws(EmbeddingError) {
    func id(_ token: String) throws(EmbeddingError) -> Int32 {
      if let id = vocabulary.id(of: token) { return id }
      throw EmbeddingError(
        .modelInvalid, "vocab.txt lacks the token \(token), which the model needs: install the model again")
    }
    self.vocabulary = vocabulary
    unknown = try id(specialTokens.unknown)
    start = try id(specialTokens.start)
    end = try id(specialTokens.end)
    let table = BertUnicodeTable(lowercase: lowercase, stripAccents: stripAccents ?? lowercase)
    self.table = table
    ascii = (UInt32(0)..<128).map { byte in
      let kind = table.entry(byte)
      if kind & 7 == BertUnicodeTable.Kind.sequence {
        // Of ASCII only capitals are replaced, each by one letter.
        return UInt16(table.sequences[Int(kind >> 3) + 1] >> 11) << 3
      }
      return UInt16(byte) << 3 | UInt16(kind & 7)
    }
    special = specialTokens.all
      .compactMap { text in vocabulary.id(of: text).map { (Array(text.utf8), $0) } }
      .filter { !$0.0.isEmpty }
      .sorted { $0.0.count > $1.0.count }
  }

  /// Token ids with the special tokens at both ends, at most `limit` in all; the end of the text is cut.
  ///
  /// - Complexity: O(UTF-8 bytes).
  package func encode(_ text: String, limit: Int) -> [Int32] {
    var tokens: [Int32] = [start]
    tokens.reserveCapacity(min(limit, text.utf8.count / 3 + 3))
    append(text[...], to: &tokens, limit: max(1, limit - 1))
    tokens.append(end)
    return tokens
  }

  /// Token ids of a pair, `start first end second end`, at most `limit` in all; the longer part is cut first.
  ///
  /// Cuts as the reference tokenizer's `longest_first` does: the shorter part is kept whole where it fits beside an
  /// equally long one, else both get half.
  /// - Parameter limit: at least 5.
  /// - Returns: the tokens, and where the second part begins.
  /// - Complexity: O(UTF-8 bytes).
  package func encode(_ first: [Int32], _ second: [Int32], limit: Int) -> (tokens: [Int32], secondPart: Int) {
    let room = max(2, limit - 3)
    var sizes = (first.count, second.count)
    if sizes.0 + sizes.1 > room {
      let isSwapped = sizes.0 > sizes.1
      var (short, long) = isSwapped ? (sizes.1, sizes.0) : sizes
      long = short > room ? short : max(short, room - short)
      if short + long > room {
        short = room / 2
        long = short + room % 2
      }
      sizes = isSwapped ? (long, short) : (short, long)
    }
    let tokens = [start] + first.prefix(sizes.0) + [end] + second.prefix(sizes.1) + [end]
    return (tokens, sizes.0 + 2)
  }

  /// Token ids of `text` without special tokens around it, at most `limit`.
  ///
  /// - Complexity: O(UTF-8 bytes).
  package func pieces(_ text: String, limit: Int) -> [Int32] {
    var tokens: [Int32] = []
    append(text[...], to: &tokens, limit: limit)
    return tokens
  }

  /// Tokens that `text` takes, without the special ones at both ends and without a limit.
  ///
  /// - Complexity: O(UTF-8 bytes), no allocation.
  package func count(_ text: Substring) -> Int {
    var text = text
    return text.withUTF8 { bytes in
      withScan { scan in
        scan.run(bytes)
        return scan.count
      }
    }
  }

  private func append(_ text: Substring, to tokens: inout [Int32], limit: Int) {
    var text = text
    let room = limit - tokens.count
    guard room > 0 else { return }
    let found = text.withUTF8 { bytes in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: min(room, bytes.count + 1)) { out in
        withScan { scan in
          scan.out = out
          scan.limit = min(room, out.count)
          scan.run(bytes)
          return Array(out[0..<min(scan.count, scan.limit)])
        }
      }
    }
    tokens += found
  }

  /// Hands the tables to `body` as plain pointers, taken once.
  private func withScan<Result>(_ body: (inout WordPieceScan) -> Result) -> Result {
    table.pages.withUnsafeBufferPointer { pages in
      table.entries.withUnsafeBufferPointer { entries in
        table.sequences.withUnsafeBufferPointer { sequences in
          ascii.withUnsafeBufferPointer { ascii in
            vocabulary.cells.withUnsafeBufferPointer { cells in
              withUnsafeTemporaryAllocation(
                byteCount: Self.longestWord * 4 + 4, alignment: 16
              ) { word in
                var scan = WordPieceScan(
                  pages: pages, entries: entries, sequences: sequences, ascii: ascii, cells: cells,
                  word: word.bindMemory(to: UInt8.self), special: special, unknown: unknown,
                  continuation: vocabulary.continuation)
                return body(&scan)
              }
            }
          }
        }
      }
    }
  }
}
